import { open, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { ClipProblem, type SkippedClip } from "../clip-problem.ts";
import type { ClipSource } from "../clip-source.ts";
import { decodePcm, SAMPLE_BYTES } from "./pcm.ts";
import { INDEX_FILE, isClip, isHeader, isPreparedLine, jsonLines, JOURNAL_FILE, shardName, type PreparedClip, type PreparedHeader } from "./prepared-format.ts";

/** Is this a folder that `prepare` has made, or begun? */
export async function isPrepared(folder: string): Promise<boolean> {
  const has = (file: string) => stat(join(folder, file)).then(() => true, () => false);
  return (await has(INDEX_FILE)) || (await has(JOURNAL_FILE));
}

/** Clips of a prepared folder: one read each, at a known offset. */
export class PreparedClips implements ClipSource {
  readonly rate: number;
  readonly count: number;
  readonly skipped: readonly SkippedClip[];
  private readonly folder: string;
  private readonly header: PreparedHeader;
  private readonly clips: readonly PreparedClip[];
  private readonly shards = new Map<number, Promise<FileHandle>>();

  private constructor(folder: string, header: PreparedHeader, clips: readonly PreparedClip[], skipped: readonly SkippedClip[]) {
    this.folder = folder;
    this.header = header;
    this.clips = clips;
    this.skipped = skipped;
    this.rate = header.rate;
    this.count = clips.length;
  }

  /** Throws UserError JR404 when the folder is unfinished, damaged, or prepared at another rate than `rate`, Hz. */
  static async open(folder: string, rate: number): Promise<PreparedClips> {
    const clips: PreparedClip[] = [];
    const skipped: SkippedClip[] = [];
    let header: PreparedHeader | undefined;
    const path = join(folder, INDEX_FILE);
    if (await stat(path).then(() => false, () => true)) {
      throw new UserError("JR404", `'${folder}' was not prepared to the end: it has no ${INDEX_FILE}`, "Run `jepac data prepare` again with the same arguments: it continues.");
    }
    for await (const { value } of jsonLines(path)) {
      if (!header) {
        if (!isHeader(value)) break;
        header = value;
      } else if (!isPreparedLine(value)) break;
      else if (isClip(value)) clips.push(value);
      else skipped.push({ name: value.name, reason: value.reason, detail: value.detail });
    }
    if (!header || header.lines !== clips.length + skipped.length) {
      throw new UserError("JR404", `'${path}' is damaged: ${header?.lines ?? "some"} lines expected, ${clips.length + skipped.length} read`, "Delete it and run `jepac data prepare` again: only the table is made anew.");
    }
    if (header.rate !== rate) {
      throw new UserError("JR404", `'${folder}' was prepared at ${header.rate} Hz; the model wants ${rate} Hz`, `Prepare the clips again, with --rate ${rate}, into another folder.`);
    }
    return new PreparedClips(folder, header, clips, skipped);
  }

  name(index: number): string {
    return this.clip(index).name;
  }

  label(index: number): string | undefined {
    return this.clip(index).label;
  }

  samples(index: number): number {
    return this.clip(index).samples;
  }

  async read(index: number, start = 0, length = Infinity): Promise<Float32Array> {
    const clip = this.clip(index);
    const width = SAMPLE_BYTES[this.header.encoding];
    const samples = Math.max(0, Math.min(length, clip.samples - start));
    const pcm = new Uint8Array(samples * width);
    const file = await this.shard(clip.shard);
    const { bytesRead } = await file.read(pcm, 0, pcm.length, clip.offset + start * width);
    if (bytesRead < pcm.length) {
      throw new ClipProblem("truncated", `${shardName(clip.shard)} ends before it: run \`jepac data prepare\` again`);
    }
    return decodePcm(pcm, this.header.encoding, clip.step);
  }

  async close(): Promise<void> {
    const open = [...this.shards.values()];
    this.shards.clear();
    await Promise.allSettled(open.map(async (file) => (await file).close()));
  }

  private shard(shard: number): Promise<FileHandle> {
    let file = this.shards.get(shard);
    if (!file) {
      const path = join(this.folder, shardName(shard));
      file = open(path, "r").catch((error: unknown) => {
        throw new UserError("JR404", `cannot open '${path}': ${error instanceof Error ? error.message : String(error)}`, "Run `jepac data prepare` again: it makes what is missing.");
      });
      this.shards.set(shard, file);
    }
    return file;
  }

  private clip(index: number): PreparedClip {
    const clip = this.clips[index];
    if (!clip) throw new RangeError(`clip ${index} of ${this.count}`);
    return clip;
  }
}
