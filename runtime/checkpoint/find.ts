import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { UserError } from "../errors.ts";
import { fileProblem } from "./file-problem.ts";
import { CheckpointStore } from "./store.ts";

/** The checkpoint a person means: the file itself, or the latest of a run's folder. Throws a UserError where there is none. */
export async function findCheckpoint(path: string): Promise<string> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileProblem(error, "read", path);
  });
  if (!found.isDirectory()) return path;
  const run = basename(path) === "checkpoints" ? dirname(path) : path;
  const latest = await new CheckpointStore(run).latest();
  if (latest === null) throw new UserError("JR515", `there is no checkpoint in '${path}'`, "Name a run's folder (--out of the training) or a .safetensors file in its checkpoints/.");
  return latest;
}
