import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { DiagnosticBag } from "../../compiler/diagnostics/diagnostic.ts";
import { format } from "../../compiler/syntax/format.ts";
import { parse } from "../../compiler/syntax/parser.ts";
import { printDiagnostics } from "../print-diagnostics.ts";
import { readMain } from "../sources.ts";

export function addFormat(program: Command): void {
  program
    .command("fmt")
    .argument("<files...>", "`.jm` files")
    .option("--check", "change nothing; fail if a file is not formatted")
    .description("lay `.jm` files out in the one canonical way")
    .action(async (files: string[], options: { check?: true }) => {
      for (const path of files) {
        const source = { path, text: readMain(path) };
        const bag = new DiagnosticBag();
        parse(source, bag);
        if (bag.hasErrors) {
          printDiagnostics(bag.all);
          continue;
        }
        const text = format(source);
        if (text === source.text) continue;
        if (options.check === true) {
          process.exitCode = 1;
          process.stdout.write(`${path} is not formatted\n`);
        } else {
          await writeFile(path, text);
          process.stdout.write(`${path}\n`);
        }
      }
    });
}
