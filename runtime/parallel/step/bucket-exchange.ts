import { BufferUsage, MapMode } from "../../gpu/dawn.ts";
import type { Session } from "../../execute/index.ts";
import type { Collective } from "../collective.ts";
import type { Bucket } from "./buckets.ts";

/**
 * The way of one bucket: from the gradients into a buffer that the host reads, through the collective, into a buffer
 * that the host writes, and back. The collective works on the mapped buffers themselves.
 */
export class BucketExchange {
  readonly bucket: Bucket;
  private readonly session: Session;
  private readonly out: GPUBuffer;
  private readonly back: GPUBuffer;

  constructor(session: Session, bucket: Bucket) {
    this.session = session;
    this.bucket = bucket;
    const { device } = session.gpu;
    this.out = device.createBuffer({ label: "gradients out", size: bucket.bytes, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST });
    this.back = device.createBuffer({ label: "gradients back", size: bucket.bytes, usage: BufferUsage.MAP_WRITE | BufferUsage.COPY_SRC });
  }

  /** Encodes the copy of the gradients out of their place. */
  encodeOut(encoder: GPUCommandEncoder): void {
    let at = 0;
    for (const { buffer, offset, bytes } of this.bucket.ranges) {
      encoder.copyBufferToBuffer(this.session.bufferAt(buffer), offset, this.out, at, bytes);
      at += bytes;
    }
  }

  /** Resolves once the gradients are on the host. */
  async arrived(): Promise<void> {
    await this.session.gpu.wait(Promise.all([this.out.mapAsync(MapMode.READ), this.back.mapAsync(MapMode.WRITE)]));
  }

  /** Sums over all ranks, and submits the copy back into place. */
  async sum(group: Collective): Promise<void> {
    try {
      await group.allReduceSum(new Float32Array(this.out.getMappedRange()), new Float32Array(this.back.getMappedRange()));
    } catch (error) {
      // A device that is lost takes its mapped buffers with it: that is what to say then.
      await this.session.gpu.wait(Promise.reject(error as Error));
    }
    this.out.unmap();
    this.back.unmap();
    const { device } = this.session.gpu;
    const encoder = device.createCommandEncoder({ label: "gradients back" });
    let at = 0;
    for (const { buffer, offset, bytes } of this.bucket.ranges) {
      encoder.copyBufferToBuffer(this.back, at, this.session.bufferAt(buffer), offset, bytes);
      at += bytes;
    }
    device.queue.submit([encoder.finish()]);
  }

  destroy(): void {
    this.out.destroy();
    this.back.destroy();
  }
}
