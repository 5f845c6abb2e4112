#!/usr/bin/env node
import { Command } from "commander";
import { addBuild } from "./commands/build.ts";
import { addCheck } from "./commands/check.ts";
import { addData } from "./commands/data.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEmbed } from "./commands/embed.ts";
import { addEval } from "./commands/eval.ts";
import { addExport } from "./commands/export.ts";
import { addExplain } from "./commands/explain.ts";
import { addFormat } from "./commands/format.ts";
import { addImport } from "./commands/import.ts";
import { addInspect } from "./commands/inspect.ts";
import { addProfile } from "./commands/profile.ts";
import { addTrain } from "./commands/train.ts";
import { addTune } from "./commands/tune.ts";
import { guarded } from "./guarded.ts";

const program = new Command("jepac")
  .description("Compiles JEPA models written in JM, and trains and evaluates them over WebGPU.")
  .version("0.1.0")
  .showHelpAfterError("(jepac --help lists the commands)")
  .showSuggestionAfterError();

for (const add of [addBuild, addCheck, addTrain, addEmbed, addEval, addImport, addExport, addData, addInspect, addProfile, addTune, addExplain, addFormat, addDoctor]) add(program);

// A reader that has seen enough, as in `jepac inspect model.jm | head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(process.exitCode ?? 0);
});

await guarded(async () => {
  await program.parseAsync();
});
