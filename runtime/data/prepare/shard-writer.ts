import { constants } from "node:fs";
import { open, rm, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { isClip, JOURNAL_FILE, shardName, type PreparedLine } from "./prepared-format.ts";

/** Where the next clip goes, and how much of the journal is whole. */
export interface WriteState {
  readonly shard: number;
  readonly offset: number;
  readonly journalBytes: number;
}

/** Uncommitted samples, and lines, beyond which a commit is due: what an interruption can cost. */
const COMMIT_BYTES = 2 ** 24;
const COMMIT_LINES = 256;

/**
 * Appends samples to shards and lines to the journal, in that order: a line is written only once its samples are on
 * the disk, so whatever the journal names is whole, after a kill or a full disk too. Errors of the file system pass through.
 */
export class ShardWriter {
  private readonly folder: string;
  private readonly shardBytes: number;
  private readonly journal: FileHandle;
  private journalAt: number;
  private shard: number;
  private file: FileHandle | undefined;
  private at: number;
  private lines: string[] = [];
  private pendingBytes = 0;

  private constructor(folder: string, shardBytes: number, state: WriteState, journal: FileHandle) {
    this.folder = folder;
    this.shardBytes = shardBytes;
    this.journal = journal;
    this.journalAt = state.journalBytes;
    this.shard = state.shard;
    this.at = state.offset;
  }

  /** Continues from `state`, dropping whatever an interrupted run wrote beyond it. */
  static async open(folder: string, shardBytes: number, state: WriteState): Promise<ShardWriter> {
    for (let later = state.shard + 1; await exists(join(folder, shardName(later))); later++) await rm(join(folder, shardName(later)));
    const journal = await openAt(join(folder, JOURNAL_FILE), state.journalBytes);
    return new ShardWriter(folder, shardBytes, state, journal);
  }

  /** Adds a line for the journal alone. */
  async note(line: object): Promise<void> {
    this.lines.push(`${JSON.stringify(line)}\n`);
    if (this.lines.length >= COMMIT_LINES) await this.commit();
  }

  /** Writes a clip's samples and returns where they went. A clip never crosses into the next shard. */
  async append(pcm: Uint8Array): Promise<{ shard: number; offset: number }> {
    if (this.at > 0 && this.at + pcm.length > this.shardBytes) {
      await this.commit();
      await this.file?.close();
      this.file = undefined;
      this.shard++;
      this.at = 0;
    }
    this.file ??= await openAt(join(this.folder, shardName(this.shard)), this.at);
    await writeAll(this.file, pcm, this.at);
    const place = { shard: this.shard, offset: this.at };
    this.at += pcm.length;
    this.pendingBytes += pcm.length;
    return place;
  }

  /** Makes everything so far survive a kill. */
  async commit(): Promise<void> {
    if (this.lines.length === 0) return;
    await this.file?.datasync();
    const text = Buffer.from(this.lines.join(""));
    await writeAll(this.journal, text, this.journalAt);
    await this.journal.datasync();
    this.journalAt += text.length;
    this.lines = [];
    this.pendingBytes = 0;
  }

  get commitDue(): boolean {
    return this.pendingBytes >= COMMIT_BYTES;
  }

  async close(): Promise<void> {
    await this.file?.close();
    await this.journal.close();
  }
}

/** The state after the given journal lines, which are all whole. */
export function stateAfter(lines: Iterable<PreparedLine>, bytesPerSample: number, journalBytes: number): WriteState {
  let [shard, offset] = [0, 0];
  for (const line of lines) {
    if (!isClip(line) || line.shard < shard) continue;
    const end = line.offset + line.samples * bytesPerSample;
    offset = line.shard > shard ? end : Math.max(offset, end);
    shard = line.shard;
  }
  return { shard, offset, journalBytes };
}

async function openAt(path: string, bytes: number): Promise<FileHandle> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT);
  if ((await file.stat()).size > bytes) await file.truncate(bytes);
  return file;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}
