import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomic, writeBytes } from "./atomic-write.ts";
import { fileProblem } from "./file-problem.ts";
import { makeFolder } from "./make-folder.ts";

/** The checkpoints of one run: `<run>/checkpoints/step-000500.safetensors`, and `latest`, which holds a file's name. */
export class CheckpointStore {
  readonly folder: string;
  readonly #keep: number;

  /** `keep` is how many checkpoints stay; older ones go when a new one is whole. */
  constructor(runFolder: string, keep = 3) {
    this.folder = join(runFolder, "checkpoints");
    this.#keep = keep;
  }

  path(step: number): string {
    return join(this.folder, fileName(step));
  }

  /** The steps that have a checkpoint, ascending; empty where the folder is absent. */
  async steps(): Promise<number[]> {
    const names = await readdir(this.folder).catch((error: unknown) => {
      if (isAbsent(error)) return [];
      throw fileProblem(error, "read", this.folder);
    });
    return names.flatMap((name) => stepOf(name) ?? []).sort((a, b) => a - b);
  }

  /** The newest checkpoint's path: what `latest` names, else the highest step; null where there is none. */
  async latest(): Promise<string | null> {
    const steps = await this.steps();
    const named = stepOf((await readFile(join(this.folder, "latest"), "utf8").catch(() => "")).trim());
    const step = named !== null && steps.includes(named) ? named : steps.at(-1);
    return step === undefined ? null : this.path(step);
  }

  /** Calls `write` with the path for `step`, then points `latest` at it and removes what is too old. */
  async add(step: number, write: (path: string) => Promise<void>): Promise<string> {
    const path = this.path(step);
    await makeFolder(this.folder);
    await write(path);
    await writeAtomic(join(this.folder, "latest"), (file) => writeBytes(file, new TextEncoder().encode(`${fileName(step)}\n`)));
    await this.#prune(step);
    return path;
  }

  async #prune(newest: number): Promise<void> {
    const steps = (await this.steps()).filter((step) => step <= newest);
    for (const step of steps.slice(0, Math.max(0, steps.length - this.#keep))) await rm(this.path(step), { force: true });
  }
}

const fileName = (step: number): string => `step-${String(step).padStart(6, "0")}.safetensors`;

function stepOf(name: string): number | null {
  const digits = /^step-(\d{6,})\.safetensors$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

const isAbsent = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";
