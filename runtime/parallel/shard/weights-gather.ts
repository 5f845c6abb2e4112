import type { Session } from "../../execute/index.ts";
import { BufferUsage, MapMode } from "../../gpu/dawn.ts";
import type { Collective } from "../collective.ts";
import type { Part } from "../parts.ts";
import type { Bucket } from "../step/buckets.ts";
import { bytesOf, type ByteRange } from "../step/ranges.ts";
import type { Family } from "./families.ts";
import { ownedOf } from "./ownership.ts";

/** What all ranks have updated of the weights and averages of one bucket. */
interface Piece {
  /** For each rank, what it has updated; and where that lies among the bytes of all. */
  readonly ranges: readonly (readonly ByteRange[])[];
  readonly parts: readonly Part[];
}

/** A pair of buffers that the host reads and writes. */
interface Staging {
  readonly out: GPUBuffer;
  readonly back: GPUBuffer;
}

/**
 * After each rank has updated its part, brings weights and averages of all parts to all ranks, bucket by bucket. While
 * one is exchanged the next leaves the device: two stagings take turns.
 */
export class WeightsGather {
  private readonly session: Session;
  private readonly group: Collective;
  private readonly pieces: readonly Piece[];
  private readonly stagings: readonly Staging[];

  constructor(session: Session, group: Collective, buckets: readonly Bucket[], families: readonly Family[]) {
    this.session = session;
    this.group = group;
    this.pieces = buckets.map((bucket) => pieceOf(bucket, group.world, families)).filter(({ parts }) => parts.at(-1)![1] > 0);
    const most = (size: (piece: Piece) => number): number => Math.max(4, ...this.pieces.map(size));
    const { device } = session.gpu;
    this.stagings = [0, 1].map(() => ({
      out: device.createBuffer({ label: "weights out", size: most(({ ranges }) => bytesOf(ranges[group.rank]!)), usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST }),
      back: device.createBuffer({ label: "weights back", size: most(({ parts }) => parts.at(-1)![1]), usage: BufferUsage.MAP_WRITE | BufferUsage.COPY_SRC }),
    }));
  }

  /**
   * Resolves once the last copy to this device is submitted.
   * @param wait for what this device has to do, so that one which hangs is told from ranks that are slow
   */
  async run(wait: (mapped: Promise<void>) => Promise<void>): Promise<void> {
    const mapped: Promise<void>[] = [];
    const begin = (i: number): void => {
      const piece = this.pieces[i];
      if (piece) mapped[i] = this.copyOut(piece, this.stagings[i % 2]!);
      mapped[i]?.catch(() => undefined); // whoever awaits it gets the error
    };
    begin(0);
    for (const [i, piece] of this.pieces.entries()) {
      begin(i + 1);
      await wait(mapped[i]!);
      await this.exchange(piece, this.stagings[i % 2]!);
    }
  }

  destroy(): void {
    for (const { out, back } of this.stagings) [out, back].forEach((buffer) => buffer.destroy());
  }

  private async copyOut({ ranges }: Piece, { out, back }: Staging): Promise<void> {
    const { device } = this.session.gpu;
    const encoder = device.createCommandEncoder({ label: "weights out" });
    let at = 0;
    for (const { buffer, offset, bytes } of ranges[this.group.rank]!) {
      encoder.copyBufferToBuffer(this.session.bufferAt(buffer), offset, out, at, bytes);
      at += bytes;
    }
    device.queue.submit([encoder.finish()]);
    await this.session.gpu.wait(Promise.all([out.mapAsync(MapMode.READ), back.mapAsync(MapMode.WRITE)]));
  }

  private async exchange({ ranges, parts }: Piece, { out, back }: Staging): Promise<void> {
    const { rank } = this.group;
    try {
      const own = new Uint8Array(out.getMappedRange()).subarray(0, bytesOf(ranges[rank]!));
      await this.group.allGather(own, new Uint8Array(back.getMappedRange()).subarray(0, parts.at(-1)![1]), parts);
    } catch (error) {
      // A device that is lost takes its mapped buffers with it: that is what to say then.
      await this.session.gpu.wait(Promise.reject(error as Error));
    }
    out.unmap();
    back.unmap();
    const { device } = this.session.gpu;
    const encoder = device.createCommandEncoder({ label: "weights back" });
    let at = 0;
    for (const { of, buffer, offset, bytes } of ranges.flatMap((all, of) => all.map((range) => ({ of, ...range })))) {
      if (of !== rank) encoder.copyBufferToBuffer(back, at, this.session.bufferAt(buffer), offset, bytes);
      at += bytes;
    }
    device.queue.submit([encoder.finish()]);
  }
}

function pieceOf(bucket: Bucket, world: number, families: readonly Family[]): Piece {
  const ranges = Array.from({ length: world }, (_, rank) =>
    ownedOf(bucket, rank, world).flatMap((range) => {
      const family = families.find(({ gradients }) => gradients === range.buffer);
      return (family?.weights ?? []).map((buffer) => ({ ...range, buffer }));
    }),
  );
  let at = 0;
  return { ranges, parts: ranges.map((own) => [at, (at += bytesOf(own))]) };
}
