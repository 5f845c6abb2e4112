import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import { trainerMain } from "@jepac/runtime";

export function addTrain(program: Command): void {
  program
    .command("train")
    .argument("<build>", "the folder that `jepac build` wrote")
    .description("train a built model (the same as `node <build>/trainer.js`, whose options it takes)")
    .allowUnknownOption()
    .helpOption(false)
    .argument("[options...]")
    .action(async (build: string, options: string[]) => {
      // Without a build there is nothing but help to ask for; the trainer's own is the same for all builds.
      if (build === "--help" || build === "-h") options = ["--help"];
      process.exitCode = await trainerMain(pathToFileURL(`${resolve(build)}/`), options);
    });
}
