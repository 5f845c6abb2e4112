import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { fileProblem } from "../checkpoint/file-problem.ts";
import { UserError } from "../errors.ts";
import type { LoadedPlan } from "../plan/read.ts";
import { versions } from "../train/versions.ts";

/** The weights to embed with: a checkpoint's file, or the untrained network of a seed. */
export type Weights = { readonly checkpoint: string } | { readonly seed: number };

/**
 * A hash of all that decides an embedding: the bytes of the checkpoint (or the initialisers and their seed), the
 * program that computes with them, and the version of what reads the audio. Embeddings kept under it cannot be taken for another model's.
 */
export async function embeddingDigest(loaded: LoadedPlan, program: string, weights: Weights): Promise<string> {
  const hash = createHash("sha256").update(`${versions()["runtime"]}\n`);
  if ("seed" in weights) {
    hash.update(`untrained ${weights.seed} ${loaded.plan.fingerprint}\n`);
    addProgram(hash, loaded, "init");
  } else {
    await addFile(hash, weights.checkpoint);
  }
  addProgram(hash, loaded, program);
  return hash.digest("hex").slice(0, 16);
}

function addProgram(hash: Hash, loaded: LoadedPlan, name: string): void {
  const program = loaded.plan.programs[name];
  if (!program) throw new UserError("JR601", `the model '${loaded.plan.model}' exports no function '${name}'`);
  hash.update(JSON.stringify(program)).update(loaded.constants);
  const files = program.dispatches.flatMap(({ kernel }) => loaded.plan.kernels[kernel]!.variants.map((variant) => variant.file));
  for (const file of [...new Set(files)].sort()) hash.update(loaded.wgsl(file));
}

async function addFile(hash: Hash, path: string): Promise<void> {
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 4 << 20 })) hash.update(piece as Uint8Array);
  } catch (error) {
    throw fileProblem(error, "read", path);
  }
}
