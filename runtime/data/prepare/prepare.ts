import { open, readFile, rename, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, relative, resolve } from "node:path";
import { makeFolder } from "../../checkpoint/make-folder.ts";
import { UserError } from "../../errors.ts";
import type { SkippedClip } from "../clip-problem.ts";
import { noUsableClip } from "../clip-source.ts";
import { checkRate } from "../rate.ts";
import { byName, systemReason, type ClipFile, type Listing } from "../source/clip-file.ts";
import type { LabelOf } from "../source/labels.ts";
import { listClips } from "../source/list-clips.ts";
import type { Converted, Converter, Target } from "./convert.ts";
import { startConverter } from "./converter.ts";
import { whileLocked } from "./folder-lock.ts";
import { isCurrent, readJournal } from "./journal.ts";
import type { PcmEncoding } from "./pcm.ts";
import { header, INDEX_FILE, isClip, type PreparedLine } from "./prepared-format.ts";
import { ShardWriter } from "./shard-writer.ts";

export interface PrepareOptions {
  /** Hz: the model's rate. */
  readonly rate: number;
  /** s16 (default) stores 16-bit integers scaled to each clip's peak; f32 stores what was decoded. */
  readonly encoding?: PcmEncoding;
  /** Threads that decode; all cores by default, 1 decodes in the calling thread. */
  readonly workers?: number;
  /** Largest shard, bytes (256 MiB); a single longer clip has a shard of its own. */
  readonly shardBytes?: number;
  readonly labelOf?: LabelOf;
  readonly onProgress?: (progress: PrepareProgress) => void;
  /** Stops between clips; what is done stays done. */
  readonly signal?: AbortSignal;
}

export interface PrepareProgress {
  /** Files looked at, of `total`: those prepared by earlier runs included. */
  readonly done: number;
  readonly total: number;
  readonly skipped: number;
}

export interface PrepareReport {
  readonly clips: number;
  readonly skipped: readonly SkippedClip[];
  /** Files decoded by this run; the others were up to date. */
  readonly converted: number;
  /** Of all clips together. */
  readonly seconds: number;
  /** Threads that decoded; 0 when the calling thread did. */
  readonly workers: number;
}

/**
 * Decodes, downmixes and resamples every clip of `source` once, into `folder`, from which training reads by offset
 * (layout: prepared-format.ts). Run again it does only what is missing or has changed; interrupted, it continues. The
 * result depends on neither the number of workers nor on interruptions.
 * Throws UserError: JR401-JR403 (source), JR404 (folder of other settings), JR405 (disk full), JR406 (rate), JR407 (cannot write),
 * JR408 (another process is at work there), JR409 (stopped by `signal`).
 */
export async function prepare(source: string, folder: string, options: PrepareOptions): Promise<PrepareReport> {
  checkRate(options.rate);
  const target = { rate: options.rate, encoding: options.encoding ?? "s16" };
  const listing = without(await listClips(source, options.labelOf), relative(resolve(source), resolve(folder)));
  if (listing.files.length === 0) throw noUsableClip(source, listing.skipped);
  await makeFolder(folder).catch((error: unknown) => {
    throw new UserError("JR407", `cannot make the folder '${folder}': ${systemReason(error)}`);
  });
  return whileLocked(folder, () => prepareListed(source, folder, listing, target, options)).catch((error: unknown) => {
    throw writeProblem(error, folder);
  });
}

async function prepareListed(source: string, folder: string, listing: Listing, target: Target, options: PrepareOptions): Promise<PrepareReport> {
  const { lines, state } = await readJournal(folder, target);
  if (lines.size > 0 && !listing.files.some((file) => lines.has(file.name))) {
    throw new UserError("JR404", `'${folder}' was prepared from other clips: it has none of the ${listing.files.length} in '${source}'`, "Prepare into a new folder, or delete this one.");
  }
  const todo = listing.files.filter((file) => !isCurrent(lines.get(file.name), file));
  let workers = 0;
  if (todo.length > 0) {
    const converter = startConverter(Math.min(options.workers ?? availableParallelism(), todo.length), target);
    workers = converter.workers;
    try {
      const writer = await ShardWriter.open(folder, options.shardBytes ?? 2 ** 28, state);
      try {
        if (state.journalBytes === 0) await writer.note(header(target.rate, target.encoding));
        await convertAll(todo, listing, converter, writer, lines, options);
      } finally {
        await writer.close();
      }
    } finally {
      await converter.close();
    }
  }
  return { ...(await finish(source, folder, listing, lines, target)), converted: todo.length, workers };
}

async function convertAll(todo: readonly ClipFile[], listing: Listing, converter: Converter, writer: ShardWriter, lines: Map<string, PreparedLine>, options: PrepareOptions): Promise<void> {
  const total = listing.files.length + listing.skipped.length;
  let done = total - todo.length;
  let skipped = listing.skipped.length + [...lines.values()].filter((line) => !isClip(line)).length;
  options.onProgress?.({ done, total, skipped });
  for await (const [file, converted] of inOrder(todo, converter)) {
    if (options.signal?.aborted) {
      await writer.commit();
      throw new UserError("JR409", `preparing was stopped after ${done} of ${total} files`, "Run the same command again: it continues from here.");
    }
    const from = { name: file.name, bytes: file.bytes, mtimeMs: file.mtimeMs };
    let line: PreparedLine;
    if ("pcm" in converted) {
      const { shard, offset } = await writer.append(converted.pcm);
      line = { ...from, shard, offset, samples: converted.samples, step: converted.step };
    } else {
      line = { ...from, reason: converted.reason, detail: converted.detail };
      skipped++;
    }
    await writer.note(line);
    if (writer.commitDue) await writer.commit();
    lines.set(file.name, line);
    options.onProgress?.({ done: ++done, total, skipped });
  }
  await writer.commit();
}

/** Conversions run ahead on all workers; results come in the order of the files, so that shards are the same every time. */
async function* inOrder(files: readonly ClipFile[], converter: Converter): AsyncGenerator<[ClipFile, Converted]> {
  const ahead: Promise<Converted>[] = [];
  let next = 0;
  for (const file of files) {
    while (next < files.length && ahead.length < 2 * converter.workers + 1) {
      const conversion = converter.convert(files[next++]!);
      conversion.catch(() => undefined); // reported when its turn comes
      ahead.push(conversion);
    }
    yield [file, await ahead.shift()!];
  }
}

/** Writes the table of clips, unless it stands there already. */
async function finish(source: string, folder: string, listing: Listing, lines: ReadonlyMap<string, PreparedLine>, target: Target): Promise<Pick<PrepareReport, "clips" | "skipped" | "seconds">> {
  const table: PreparedLine[] = listing.skipped.map((clip) => ({ ...clip, bytes: 0, mtimeMs: 0 }));
  for (const file of listing.files) {
    const line = lines.get(file.name)!;
    table.push(isClip(line) && file.label !== undefined ? { ...line, label: file.label } : line);
  }
  table.sort(byName);
  const clips = table.filter(isClip);
  const skipped = table.flatMap((line) => (isClip(line) ? [] : [{ name: line.name, reason: line.reason, detail: line.detail }]));
  if (clips.length === 0) throw noUsableClip(source, skipped);
  const first = { ...header(target.rate, target.encoding), lines: table.length };
  const content = Buffer.concat([first, ...table].map((line) => Buffer.from(`${JSON.stringify(line)}\n`)));
  await replaceFile(join(folder, INDEX_FILE), content);
  return { clips: clips.length, skipped, seconds: clips.reduce((sum, clip) => sum + clip.samples, 0) / target.rate };
}

/** Old content or new, never a part; untouched when nothing has changed. */
async function replaceFile(path: string, content: Buffer): Promise<void> {
  const old = await readFile(path).catch(() => undefined);
  if (old?.equals(content)) return;
  const partial = `${path}.tmp`;
  const file = await open(partial, "w");
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(partial, path);
}

/** The prepared folder may lie inside the source. */
function without(listing: Listing, inside: string): Listing {
  if (inside === "" || inside.startsWith("..")) return listing;
  const prefix = `${inside.replaceAll("\\", "/")}/`;
  const outside = ({ name }: { readonly name: string }) => !name.startsWith(prefix);
  return { files: listing.files.filter(outside), skipped: listing.skipped.filter(outside) };
}

function writeProblem(error: unknown, folder: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new UserError("JR405", `no space left on the disk while preparing into '${folder}'`, "Free some space and run the same command again: it continues where it stopped.");
  }
  if (["EACCES", "EPERM", "EROFS", "EIO", "EFBIG", "EISDIR"].includes(code)) {
    return new UserError("JR407", `cannot write into '${folder}': ${systemReason(error)}`, "What is done stays done: mend this and run the same command again.");
  }
  return error;
}
