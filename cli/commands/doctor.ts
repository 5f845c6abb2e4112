import type { Command } from "commander";
import { describeAdapters } from "@jepac/runtime";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("say which GPUs there are and which one a run would take")
    .action(async () => {
      process.stdout.write(`${JSON.stringify(await describeAdapters(), null, 2)}\n`);
    });
}
