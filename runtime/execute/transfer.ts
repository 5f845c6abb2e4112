import { MapMode } from "../gpu/dawn.ts";
import type { Gpu } from "../gpu/index.ts";
import type { StagingPool } from "./staging.ts";

/** Large transfers go in pieces of this size: it bounds what staging takes, and is past where speed levels off. */
const PIECE = 64 * 2 ** 20;

export interface DeviceRange {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
}

interface Copy extends DeviceRange {
  readonly target: Uint8Array;
  readonly stagingOffset: number;
}

/** Host to device. Takes effect before whatever is submitted next. */
export function upload(gpu: Gpu, buffer: GPUBuffer, offset: number, data: Uint8Array): void {
  for (let at = 0; at < data.byteLength; at += PIECE) {
    const piece = data.subarray(at, at + PIECE) as Uint8Array<ArrayBuffer>;
    gpu.device.queue.writeBuffer(buffer, offset + at, piece);
  }
}

/** Device to host: the bytes of each range. Many small ranges share one copy and one wait. */
export async function download(gpu: Gpu, pool: StagingPool, ranges: readonly DeviceRange[]): Promise<ArrayBuffer[]> {
  const results = ranges.map(({ bytes }) => new ArrayBuffer(bytes));
  for (const batch of batches(ranges, results)) {
    const last = batch.at(-1)!;
    const staging = pool.take(last.stagingOffset + last.bytes);
    const encoder = gpu.device.createCommandEncoder({ label: "download" });
    for (const { buffer, offset, bytes, stagingOffset } of batch) encoder.copyBufferToBuffer(buffer, offset, staging, stagingOffset, bytes);
    gpu.device.queue.submit([encoder.finish()]);
    await gpu.wait(staging.mapAsync(MapMode.READ));
    const mapped = new Uint8Array(staging.getMappedRange());
    for (const { target, stagingOffset, bytes } of batch) target.set(mapped.subarray(stagingOffset, stagingOffset + bytes));
    staging.unmap();
    pool.give(staging);
  }
  return results;
}

/** Cuts the ranges into pieces and packs these, in order, into batches of at most one piece's size. */
function batches(ranges: readonly DeviceRange[], results: readonly ArrayBuffer[]): Copy[][] {
  const all: Copy[][] = [];
  let filled = PIECE;
  ranges.forEach(({ buffer, offset, bytes }, i) => {
    for (let at = 0; at < bytes;) {
      if (filled === PIECE) {
        all.push([]);
        filled = 0;
      }
      const count = Math.min(PIECE - filled, bytes - at);
      all.at(-1)!.push({ buffer, offset: offset + at, bytes: count, target: new Uint8Array(results[i]!, at, count), stagingOffset: filled });
      at += count;
      filled += count;
    }
  });
  return all;
}
