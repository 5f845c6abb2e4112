import { open } from "node:fs/promises";
import type { SkipReason } from "../clip-problem.ts";
import type { PcmEncoding } from "./pcm.ts";

/**
 * A prepared folder:
 * - `00000.pcm`, `00001.pcm`, ...: shards of samples, nothing else in them;
 * - `index.jsonl`: the finished table of clips, written last. First line PreparedHeader, then one PreparedLine each, by name;
 * - `journal.jsonl`: the same lines in the order of the work, appended once their samples are on the disk: what an
 *   interrupted run continues from.
 */
export const INDEX_FILE = "index.jsonl";
export const JOURNAL_FILE = "journal.jsonl";

export interface PreparedHeader {
  readonly format: "jepac-clips";
  readonly version: 1;
  /** Hz. */
  readonly rate: number;
  readonly encoding: PcmEncoding;
  /** Lines that follow; only in the index. */
  readonly lines?: number;
}

/** Which version of the source file a line was made from. */
interface MadeFrom {
  readonly name: string;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** A clip in a shard: `samples` samples from byte `offset`, each stored value worth `step`. */
export interface PreparedClip extends MadeFrom {
  readonly label?: string;
  readonly shard: number;
  readonly offset: number;
  readonly samples: number;
  readonly step: number;
}

/** A file that was tried and left out. */
export interface PreparedSkip extends MadeFrom {
  readonly reason: SkipReason;
  readonly detail: string;
}

export type PreparedLine = PreparedClip | PreparedSkip;

export function isClip(line: PreparedLine): line is PreparedClip {
  return "shard" in line;
}

export function shardName(shard: number): string {
  return `${String(shard).padStart(5, "0")}.pcm`;
}

export function header(rate: number, encoding: PcmEncoding): PreparedHeader {
  return { format: "jepac-clips", version: 1, rate, encoding };
}

export function isHeader(value: unknown): value is PreparedHeader {
  const fields = value as Partial<Record<keyof PreparedHeader, unknown>> | null;
  return (
    typeof fields === "object" && fields !== null && fields.format === "jepac-clips" && fields.version === 1 &&
    typeof fields.rate === "number" && (fields.encoding === "s16" || fields.encoding === "f32")
  );
}

export function isPreparedLine(value: unknown): value is PreparedLine {
  const fields = value as Partial<Record<keyof PreparedClip | keyof PreparedSkip, unknown>> | null;
  if (typeof fields !== "object" || fields === null || typeof fields.name !== "string") return false;
  if (typeof fields.reason === "string") return typeof fields.detail === "string";
  const whole = (number: unknown) => typeof number === "number" && Number.isInteger(number) && number >= 0;
  return whole(fields.shard) && whole(fields.offset) && whole(fields.samples) && typeof fields.step === "number";
}

/**
 * The whole lines of a JSON-lines file, parsed, each with the offset of the byte after it. Stops before a line that
 * is torn (no line end) or no JSON: what an interrupted append leaves.
 */
export async function* jsonLines(path: string): AsyncGenerator<{ value: unknown; end: number }> {
  const handle = await open(path, "r");
  try {
    let rest: Buffer = Buffer.alloc(0);
    let end = 0;
    for (;;) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(1 << 18), 0, 1 << 18);
      if (bytesRead === 0) return;
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
        const value = parse(rest.toString("utf8", 0, at));
        if (value === undefined) return;
        end += at + 1;
        rest = rest.subarray(at + 1);
        yield { value, end };
      }
    }
  } finally {
    await handle.close();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
