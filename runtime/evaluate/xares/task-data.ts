import { basename, join as joinPath } from "node:path";
import { findShards, readShard, type Shard } from "./shards.ts";
import type { SuiteTask } from "./task.ts";

/** One training and test of a task: names of its sets. A k-fold task has as many as folds, any other one. */
export interface Round {
  readonly train: readonly string[];
  readonly valid: string;
  readonly test: string;
}

/** The shards of a task that are there: sets of them by name, a split's or a fold's. */
export interface TaskShards {
  readonly sets: ReadonlyMap<string, readonly Shard[]>;
  readonly rounds: readonly Round[];
}

/** What is not there of a task, in words, and whether anything is. */
export interface AbsentShards {
  readonly why: string;
  readonly partly: boolean;
}

/** Looks a task's shards up in `<data>/<task>`. */
export async function findTask(data: string, { name, shards }: SuiteTask): Promise<TaskShards | AbsentShards> {
  const folder = joinPath(data, name);
  const patterns = "folds" in shards ? shards.folds.map((fold) => foldPattern(shards.pattern, fold)) : [shards.train, shards.valid, shards.test];
  const paths = new Map<string, readonly string[]>();
  for (const pattern of patterns) if (!paths.has(pattern)) paths.set(pattern, await findShards(folder, pattern));
  const absent = [...paths].filter(([, found]) => found.length === 0).map(([pattern]) => pattern);
  if (absent.length === paths.size) return { why: `no shards in ${folder}`, partly: false };
  if (absent.length > 0) return { why: `no ${absent.join(" and no ")} in ${folder}`, partly: true };
  const sets = new Map<string, readonly Shard[]>();
  for (const [pattern, found] of paths) sets.set(pattern, await Promise.all(found.map((path) => readShard(path, basename(path)))));
  return { sets, rounds: "folds" in shards ? leaveOneOut(patterns) : [{ train: [shards.train], valid: shards.valid, test: shards.test }] };
}

/** In a k-fold task the fold left out is validated and tested on (reference 2.4). */
function leaveOneOut(folds: readonly string[]): Round[] {
  return folds.map((test) => ({ train: folds.filter((fold) => fold !== test), valid: test, test }));
}

function foldPattern(pattern: string, fold: number): string {
  return pattern.replace("{kk}", String(fold).padStart(2, "0")).replace("{k}", String(fold));
}
