import type { Command } from "commander";
import { checkProgram } from "../../compiler/check-program.ts";
import { json } from "../../compiler/diagnostics/json.ts";
import { printDiagnostics } from "../print-diagnostics.ts";
import { readMain, readSource } from "../sources.ts";

export function addCheck(program: Command): void {
  program
    .command("check")
    .argument("<model.jm>", "the file to check")
    .option("--json", "print the messages as JSON")
    .description("check a file's syntax, names, types and sizes, without building it")
    .action((path: string, options: { json?: true }) => {
      readMain(path);
      const { diagnostics } = checkProgram(path, readSource);
      if (options.json === true) {
        process.stdout.write(`${json(diagnostics)}\n`);
        if (diagnostics.some((d) => d.severity === "error")) process.exitCode = 1;
        return;
      }
      printDiagnostics(diagnostics);
      if (process.exitCode === undefined) process.stdout.write(`${path}: no errors\n`);
    });
}
