import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../errors.ts";
import { RunFolder } from "../train/run-folder.ts";

/** A model to evaluate: a run's folder or a checkpoint in it, and the build folder that it was trained from; or a build alone. */
export interface FoundModel {
  readonly buildDir: string;
  /** Null for a build alone. */
  readonly checkpoint: string | null;
  /** Of the run, for its untrained network. */
  readonly seed: number;
}

/**
 * Finds the build folder of a run by its run.json; a build folder is its own. `build` overrides it, where the folder has been moved or there is only
 * a checkpoint. Throws a UserError JR630 where it is not known or not there.
 */
export async function findBuild(where: string, build?: string): Promise<FoundModel> {
  if (await isBuild(where)) return { buildDir: where, checkpoint: null, seed: 0 };
  const record = await recordOf(where);
  const buildDir = build ?? record?.build ?? undefined;
  if (buildDir === undefined) throw new UserError("JR630", `it is not known which model '${where}' was trained from: there is no run.json beside it that says so`, "Name the folder that `jepac build` wrote with --build.");
  if (!(await isBuild(buildDir))) {
    if (build !== undefined) throw new UserError("JR630", `'${build}' holds no plan.json`, "Name the folder that `jepac build` wrote with --build.");
    throw new UserError("JR630", `'${where}' was trained from '${buildDir}', which holds no plan.json`, "Name the folder with --build if it has moved, or build the model again.");
  }
  return { buildDir, checkpoint: where, seed: record?.seed ?? 0 };
}

const isBuild = (folder: string): Promise<boolean> => stat(join(folder, "plan.json")).then(() => true, () => false);

/** The run.json of a run's folder, of its checkpoints' folder, or of a checkpoint in that. */
async function recordOf(where: string): Promise<Awaited<ReturnType<RunFolder["record"]>>> {
  const isFolder = await stat(where).then((info) => info.isDirectory(), () => false);
  const checkpoints = isFolder ? where : dirname(where);
  return new RunFolder(basename(checkpoints) === "checkpoints" ? dirname(checkpoints) : checkpoints).record();
}
