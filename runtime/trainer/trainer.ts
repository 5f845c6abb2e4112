import { fileURLToPath } from "node:url";
import { UserError } from "../errors.ts";
import { placeOf } from "../parallel/index.ts";
import { parseTrainerArguments } from "./arguments.ts";
import { trainOnDevices } from "./devices.ts";
import type { Screen } from "./live-line.ts";
import { trainAsRank } from "./rank.ts";
import { showError } from "./show-error.ts";
import { trainOnScreen } from "./train-on-screen.ts";

const HELP = `Trains the model of this folder.

  node trainer.js --data <folder> --out <folder> [options]

  --data <path>            clips: a folder of audio files, a tar, or what 'jepac data prepare' made
  --out <folder>           the run: checkpoints, metrics.jsonl, run.json
  --steps <n>              steps to have done at the end (default: the model's 'config steps')
  --seed <n>               decides weights, batches and masks (default: 0)
  --resume                 continue the run in --out, bit for bit
  --from <path>            start a new run from the weights of a checkpoint or a run's folder
  --adapter <name>         a part of the GPU's name, or 'software' (default: the fastest)
  --devices <which>        several GPUs: 'all', how many, or a list as in 0,2 (jepac doctor numbers them)
  --max-restarts <n>       start again from the last checkpoint when a process or device breaks (default: 0)
  --gradients <f32|f16>    how several devices exchange gradients: f16 is half the bytes (default: f32)
  --shard-optimizer        each of several devices holds a part of the optimizer state: less memory, more exchanged
  --checkpoint-every <n>   steps between checkpoints (default: 500); the last three are kept
  --log-every <n>          steps between lines of metrics.jsonl (default: 10)
  --help                   this text

  Ctrl-C saves and stops; a second Ctrl-C stops at once.
`;

export interface Streams {
  readonly out: Screen;
  readonly err: Screen;
}

/**
 * What an emitted `trainer.js` runs: parses `argv` (without node and script), trains, and shows failures as people
 * read them. Gives the exit code: 0 done or saved after Ctrl-C, 1 an error; a second Ctrl-C exits with 130 by itself.
 * @param buildDir the build folder, as the trainer's `new URL(".", import.meta.url)`
 */
export async function trainerMain(buildDir: URL, argv: readonly string[], streams: Streams = { out: process.stdout, err: process.stderr }): Promise<number> {
  const place = placeOf(process.env);
  try {
    const { help, data, out, devices, maxRestarts, ...settings } = parseTrainerArguments(argv);
    if (help) {
      streams.out.write(HELP);
      return 0;
    }
    if (out === undefined) throw new UserError("JR532", "--out is missing", "Name a folder for the run, for example --out runs/first.");
    const options = { ...settings, buildDir: fileURLToPath(buildDir), data, out };
    if (place !== null) {
      if (place.launcher === "shared memory") endWithSupervisor();
      await trainOnScreen(options, streams.out, (all) => trainAsRank({ ...all, devices }, place));
    } else if (devices !== undefined || maxRestarts !== undefined) {
      await trainOnDevices({ out, devices, maxRestarts: maxRestarts ?? 0 }, { script: process.argv[1]!, args: process.argv.slice(2) }, (text) => streams.out.write(`${text}\n`));
    } else {
      if (settings.gradients === "f16" || settings.shardOptimizer) streams.out.write("note: --gradients and --shard-optimizer are for several devices\n");
      await trainOnScreen(options, streams.out);
    }
    return 0;
  } catch (error) {
    // A supervisor shows what its ranks have told it.
    if (place?.launcher !== "shared memory") streams.err.write(`${showError(error)}\n`);
    return 1;
  }
}

/** A rank whose supervisor is gone has nobody left to end it. */
function endWithSupervisor(): void {
  process.once("disconnect", () => process.exit(1));
  process.channel?.unref();
}
