import { stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import type { ClipFile } from "../source/clip-file.ts";
import type { Target } from "./convert.ts";
import { SAMPLE_BYTES } from "./pcm.ts";
import { isClip, isHeader, isPreparedLine, JOURNAL_FILE, jsonLines, shardName, type PreparedLine } from "./prepared-format.ts";
import { stateAfter, type WriteState } from "./shard-writer.ts";

/** What earlier runs have finished in a folder. */
export interface Journal {
  /** By clip name; of a clip prepared twice, the later line. */
  readonly lines: Map<string, PreparedLine>;
  readonly state: WriteState;
}

/**
 * Reads the journal of `folder`; an absent one is empty. Lines whose samples are missing from their shard are left out.
 * Throws UserError JR404 when the folder was prepared for another rate or encoding.
 */
export async function readJournal(folder: string, target: Target): Promise<Journal> {
  const all: PreparedLine[] = [];
  let journalBytes = 0;
  const path = join(folder, JOURNAL_FILE);
  if (await sizeOf(path) === undefined) return { lines: new Map(), state: { shard: 0, offset: 0, journalBytes: 0 } };
  for await (const { value, end } of jsonLines(path)) {
    if (journalBytes === 0) checkHeader(value, folder, target);
    else if (!isPreparedLine(value)) break;
    else all.push(value);
    journalBytes = end;
  }
  const width = SAMPLE_BYTES[target.encoding];
  const shardSizes = new Map<number, number>();
  const whole: PreparedLine[] = [];
  for (const line of all) {
    if (isClip(line)) {
      if (!shardSizes.has(line.shard)) shardSizes.set(line.shard, (await sizeOf(join(folder, shardName(line.shard)))) ?? 0);
      if (line.offset + line.samples * width > shardSizes.get(line.shard)!) continue;
    }
    whole.push(line);
  }
  return { lines: new Map(whole.map((line) => [line.name, line])), state: stateAfter(whole, width, journalBytes) };
}

/** Is the file as it was when the line was written? */
export function isCurrent(line: PreparedLine | undefined, file: ClipFile): line is PreparedLine {
  return line !== undefined && line.bytes === file.bytes && line.mtimeMs === file.mtimeMs;
}

function checkHeader(value: unknown, folder: string, target: Target): void {
  if (!isHeader(value)) {
    throw new UserError("JR404", `'${folder}' holds a ${JOURNAL_FILE} that this version cannot continue`, "Prepare into a new folder.");
  }
  if (value.rate !== target.rate || value.encoding !== target.encoding) {
    throw new UserError("JR404", `'${folder}' was prepared at ${value.rate} Hz as ${value.encoding}; asked for are ${target.rate} Hz as ${target.encoding}`, "Prepare into a new folder, or delete this one.");
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then((info) => info.size, () => undefined);
}
