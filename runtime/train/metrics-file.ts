import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { writeAtomic, writeBytes } from "../checkpoint/atomic-write.ts";
import { fileProblem } from "../checkpoint/file-problem.ts";
import type { TrainRow } from "./row.ts";

/** `metrics.jsonl`: one flat JSON object a logged step. NaN and infinity become null. */
export class MetricsFile {
  readonly #path: string;
  readonly #file: number;

  private constructor(path: string) {
    this.#path = path;
    this.#file = attempt(path, () => openSync(path, "a"));
  }

  /** Opens the file for appending after dropping every line later than `step`, and a last line cut short by a crash. */
  static async open(path: string, step: number): Promise<MetricsFile> {
    const text = await readFile(path, "utf8").catch(() => "");
    const kept = text.split("\n").filter((line) => (stepOf(line) ?? Infinity) <= step);
    const wanted = kept.map((line) => `${line}\n`).join("");
    if (wanted !== text) await writeAtomic(path, (file) => writeBytes(file, new TextEncoder().encode(wanted)));
    return new MetricsFile(path);
  }

  append(row: TrainRow): void {
    attempt(this.#path, () => writeSync(this.#file, `${JSON.stringify(flatten(row))}\n`));
  }

  /** Called before a checkpoint becomes the latest: a resumed run must find the lines up to it. */
  flush(): void {
    attempt(this.#path, () => fsyncSync(this.#file));
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** A line of `metrics.jsonl` as read back. */
export type MetricsLine = Readonly<Record<string, number | string | null>> & { readonly step: number };

/** Reads a whole `metrics.jsonl`; lines that are not whole are left out. Throws a UserError where the file cannot be read. */
export async function readMetrics(path: string): Promise<MetricsLine[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileProblem(error, "read", path);
  });
  return text.split("\n").flatMap((line) => (stepOf(line) === null ? [] : [JSON.parse(line) as MetricsLine]));
}

function flatten({ step, loss, reports, displays, sizes, clipsPerSecond, time }: TrainRow): object {
  return { step, loss, ...reports, ...displays, ...sizes, clips_per_s: Number(clipsPerSecond.toPrecision(4)), time };
}

function stepOf(line: string): number | null {
  try {
    const { step } = JSON.parse(line) as { step?: unknown };
    return typeof step === "number" ? step : null;
  } catch {
    return null;
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fileProblem(error, "write", path);
  }
}
