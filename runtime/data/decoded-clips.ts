import { ClipProblem, type SkippedClip } from "./clip-problem.ts";
import type { ClipSource } from "./clip-source.ts";
import { monoClip } from "./mono-clip.ts";
import { readClipFile, type Listing } from "./source/clip-file.ts";

/** Clips decoded from their files when asked for, the most recently used ones kept in memory. */
export class DecodedClips implements ClipSource {
  readonly rate: number;
  readonly count: number;
  readonly skipped: readonly SkippedClip[];
  private readonly files: Listing["files"];
  private readonly cacheBytes: number;
  /** Oldest use first: a Map keeps the order of insertion. */
  private readonly cache = new Map<number, Float32Array>();
  private readonly pending = new Map<number, Promise<Float32Array>>();
  private readonly problems = new Map<number, ClipProblem>();
  private held = 0;

  /** `rate` in Hz; `cacheBytes` bounds the memory of decoded clips (512 MiB). */
  constructor(listing: Listing, rate: number, cacheBytes = 2 ** 29) {
    this.files = listing.files;
    this.skipped = listing.skipped;
    this.count = listing.files.length;
    this.rate = rate;
    this.cacheBytes = cacheBytes;
  }

  name(index: number): string {
    return this.file(index).name;
  }

  label(index: number): string | undefined {
    return this.file(index).label;
  }

  samples(index: number): number | undefined {
    return this.cache.get(index)?.length;
  }

  async read(index: number, start = 0, length = Infinity): Promise<Float32Array> {
    const clip = await this.whole(index);
    return start === 0 && length >= clip.length ? clip : clip.subarray(start, start + length);
  }

  close(): Promise<void> {
    this.cache.clear();
    this.held = 0;
    return Promise.resolve();
  }

  private async whole(index: number): Promise<Float32Array> {
    const known = this.cache.get(index);
    if (known) {
      this.cache.delete(index);
      this.cache.set(index, known);
      return known;
    }
    const problem = this.problems.get(index);
    if (problem) throw problem;
    let decoding = this.pending.get(index);
    if (!decoding) {
      decoding = this.decode(index).finally(() => this.pending.delete(index));
      this.pending.set(index, decoding);
    }
    return decoding;
  }

  private async decode(index: number): Promise<Float32Array> {
    try {
      const clip = await monoClip(await readClipFile(this.file(index)), this.rate);
      this.keep(index, clip);
      return clip;
    } catch (error) {
      if (error instanceof ClipProblem) this.problems.set(index, error);
      throw error;
    }
  }

  private keep(index: number, clip: Float32Array): void {
    if (clip.byteLength > this.cacheBytes) return;
    this.cache.set(index, clip);
    this.held += clip.byteLength;
    for (const [oldest, dropped] of this.cache) {
      if (this.held <= this.cacheBytes) break;
      this.cache.delete(oldest);
      this.held -= dropped.byteLength;
    }
  }

  private file(index: number): Listing["files"][number] {
    const file = this.files[index];
    if (!file) throw new RangeError(`clip ${index} of ${this.count}`);
    return file;
  }
}
