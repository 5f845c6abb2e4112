import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointStore } from "../checkpoint/store.ts";
import { makeFolder } from "../checkpoint/make-folder.ts";
import { writeAtomic, writeBytes } from "../checkpoint/atomic-write.ts";
import { UserError } from "../errors.ts";
import type { Plan } from "../plan/schema.ts";

/** `run.json`: what a run was made of, for people, and for `jepac eval` and `export`, which find the build by it. */
export interface RunRecord {
  readonly model: string;
  readonly config: Plan["config"];
  readonly fingerprint: string;
  readonly seed: number;
  readonly steps: number;
  /** The build folder's absolute path. */
  readonly build: string | null;
  readonly data: { readonly path: string; readonly clips: number } | null;
  /** One for the start and one for each resume. */
  readonly sessions: readonly RunSession[];
}

export interface RunSession {
  readonly started: string;
  readonly fromStep: number;
  readonly adapter: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** The folder of one run: `run.json`, `metrics.jsonl`, `checkpoints/`. */
export class RunFolder {
  readonly path: string;
  readonly checkpoints: CheckpointStore;

  constructor(path: string, keepCheckpoints?: number) {
    this.path = path;
    this.checkpoints = new CheckpointStore(path, keepCheckpoints);
  }

  get metrics(): string {
    return join(this.path, "metrics.jsonl");
  }

  /**
   * Decides where to start: the latest checkpoint's path when resuming, null for the beginning. Throws a UserError
   * when a run is there and was not asked for (`instead` is then the hint), or was asked for and is not there. Changes nothing.
   */
  async start(resume: boolean, instead = "Continue it with --resume, or choose another --out."): Promise<string | null> {
    const latest = await this.checkpoints.latest();
    const logged = await stat(this.metrics).then(({ size }) => size > 0, () => false);
    if (!resume && (latest !== null || logged)) {
      throw new UserError("JR520", `'${this.path}' already holds a run${latest === null ? "" : `, with the checkpoint ${latest}`}`, instead);
    }
    if (resume && latest === null && (await this.record()) === null) {
      throw new UserError("JR521", `there is no run to resume in '${this.path}'`, "Check --out, or leave out --resume to start a run there.");
    }
    return latest;
  }

  /** What `run.json` says; null where there is none, or none that can be read. */
  async record(): Promise<RunRecord | null> {
    try {
      return JSON.parse(await readFile(join(this.path, "run.json"), "utf8")) as RunRecord;
    } catch {
      return null;
    }
  }

  /** Makes the folder and writes `run.json`; the sessions of an earlier record stay, before this one. */
  async write(record: Omit<RunRecord, "sessions">, session: RunSession): Promise<void> {
    await makeFolder(this.path);
    const earlier = session.fromStep > 0 ? ((await this.record())?.sessions ?? []) : [];
    const text = `${JSON.stringify({ ...record, sessions: [...earlier, session] }, null, 2)}\n`;
    await writeAtomic(join(this.path, "run.json"), (file) => writeBytes(file, new TextEncoder().encode(text)));
  }
}
