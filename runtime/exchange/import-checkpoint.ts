import { basename, resolve } from "node:path";
import { saveCheckpoint } from "../checkpoint/checkpoint.ts";
import { loadPlan } from "../plan/read.ts";
import { RunFolder } from "../train/run-folder.ts";
import { versions } from "../train/versions.ts";
import { fitTensors } from "./fit.ts";
import { openForeign } from "./source.ts";

export interface ImportOptions {
  /** What torch.save wrote (.ckpt, .pt, .pth.tar), or a .safetensors file with the authors' names. */
  readonly file: string;
  /** What `jepac build` wrote: the model that the weights go into. */
  readonly buildDir: string;
  /** The run's folder to make. */
  readonly out: string;
  /** Python globals beyond the allow-list that the user vouches for. */
  readonly allow?: readonly string[] | undefined;
  readonly onProgress?: ((tensors: number, total: number) => void) | undefined;
}

export interface ImportResult {
  readonly checkpoint: string;
  readonly model: string;
  readonly step: number;
  readonly tensors: number;
  /** The file's tensors that belong to none of the model's networks. */
  readonly leftOut: readonly string[];
}

/**
 * Turns a checkpoint of Audio-JEPA's authors into one of jepac's: the weights and averages of a built model, as f32.
 * It holds no optimizer state; training starts from it with `--from`. Nothing in the file is executed.
 * @throws UserError JR2xx plan, JR50x-JR52x files, JR801-JR805 the file
 */
export async function importCheckpoint(options: ImportOptions): Promise<ImportResult> {
  const { plan } = await loadPlan(options.buildDir);
  const run = new RunFolder(options.out);
  await run.start(false, "Choose another --out.");
  const file = await openForeign(options.file, options.allow ?? []);
  try {
    const { wanted, leftOut } = await fitTensors(file, plan);
    const { step } = file;
    const info = { step, seed: 0, model: plan.model, config: plan.config, fingerprint: plan.fingerprint, data: null };
    let done = 0;
    const source = {
      async readTensor(name: string): Promise<Float32Array> {
        options.onProgress?.(++done, wanted.length);
        return file.read(name);
      },
    };
    await run.write(
      { model: plan.model, config: plan.config, fingerprint: plan.fingerprint, seed: 0, steps: step, build: resolve(options.buildDir), data: null },
      { started: new Date().toISOString(), fromStep: step, adapter: `none: imported from ${basename(options.file)}`, versions: versions() },
    );
    const checkpoint = await run.checkpoints.add(step, (path) => saveCheckpoint(path, { ...plan, tensors: wanted }, info, source));
    return { checkpoint, model: plan.model, step, tensors: wanted.length, leftOut };
  } finally {
    await file.close();
  }
}
