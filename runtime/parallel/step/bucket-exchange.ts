import type { Session } from "../../execute/index.ts";
import { BufferUsage, MapMode } from "../../gpu/dawn.ts";
import type { Collective } from "../collective.ts";
import { evenParts, lengthOf, scaled, type Part } from "../parts.ts";
import { blockBytes } from "../sum/piece-sum.ts";
import { SINGLE_BLOCK } from "../sum/half-block.ts";
import { ownedOf } from "../shard/ownership.ts";
import type { Bucket } from "./buckets.ts";
import type { ByteRange } from "./ranges.ts";
import type { Wire } from "./wire.ts";

/**
 * The way of one bucket: from the gradients into a buffer that the host reads, through the collective, into a buffer
 * that the host writes, and back. The collective works on the mapped buffers themselves.
 */
export class BucketExchange {
  readonly bucket: Bucket;
  private readonly session: Session;
  private readonly group: Collective;
  private readonly wire: Wire;
  /** Each rank's part of the bucket as it travels: what it sums. */
  private readonly parts: readonly Part[];
  /** Where sums go: to all gradients, or only to those of this rank's part. */
  private readonly scatter: boolean;
  private readonly target: readonly ByteRange[];
  private readonly out: GPUBuffer;
  private readonly back: GPUBuffer;

  /** @param scatter each rank gets the sums of its part alone, as who updates only these needs no others */
  constructor(session: Session, group: Collective, bucket: Bucket, wire: Wire, scatter = false) {
    this.session = session;
    this.group = group;
    this.bucket = bucket;
    this.wire = wire;
    const blocks = bucket.bytes / SINGLE_BLOCK;
    this.parts = scaled(evenParts(blocks, group.world), blockBytes(wire.format));
    this.scatter = scatter;
    this.target = scatter ? ownedOf(bucket, group.rank, group.world) : bucket.ranges;
    const size = blocks * blockBytes(wire.format);
    const sums = scatter ? lengthOf(this.parts[group.rank]!) : size;
    const { device } = session.gpu;
    this.out = device.createBuffer({ label: "gradients out", size, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST });
    this.back = device.createBuffer({ label: "gradients back", size: Math.max(4, sums), usage: BufferUsage.MAP_WRITE | BufferUsage.COPY_SRC });
  }

  /** Encodes the way of the gradients out of their place. */
  encodeOut(encoder: GPUCommandEncoder): void {
    this.wire.encodeOut(encoder, this.bucket.ranges, this.out);
  }

  /** Resolves once the gradients are on the host. */
  async arrived(): Promise<void> {
    await this.session.gpu.wait(Promise.all([this.out.mapAsync(MapMode.READ), this.back.mapAsync(MapMode.WRITE)]));
  }

  /** Sums over all ranks, and submits the way back into place. */
  async sum(): Promise<void> {
    try {
      await this.sumMapped(this.out.getMappedRange(), this.back.getMappedRange());
    } catch (error) {
      // A device that is lost takes its mapped buffers with it: that is what to say then.
      await this.session.gpu.wait(Promise.reject(error as Error));
    }
    this.out.unmap();
    this.back.unmap();
    const { device } = this.session.gpu;
    const encoder = device.createCommandEncoder({ label: "gradients back" });
    this.wire.encodeBack(encoder, this.back, this.target);
    device.queue.submit([encoder.finish()]);
  }

  destroy(): void {
    this.out.destroy();
    this.back.destroy();
  }

  private async sumMapped(out: ArrayBuffer, back: ArrayBuffer): Promise<void> {
    const { group, parts, wire } = this;
    const length = lengthOf(parts[group.rank]!);
    if (this.scatter) return group.reduceScatter(new Uint8Array(out), new Uint8Array(back, 0, length), parts, wire.format);
    if (wire.format === "f32") return group.allReduceSum(new Float32Array(out), new Float32Array(back));
    // Not into the mapped buffer, from which it is read again: that may be slow.
    const own = new Uint8Array(length);
    await group.reduceScatter(new Uint8Array(out), own, parts, wire.format);
    await group.allGather(own, new Uint8Array(back), parts);
  }
}
