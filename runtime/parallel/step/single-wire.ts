import type { ByteRange, PlanBuffers } from "./ranges.ts";
import type { Wire } from "./wire.ts";

/** Gradients travel as they are. */
export class SingleWire implements Wire {
  readonly format = "f32";
  private readonly buffers: PlanBuffers;

  constructor(buffers: PlanBuffers) {
    this.buffers = buffers;
  }

  encodeOut(encoder: GPUCommandEncoder, ranges: readonly ByteRange[], to: GPUBuffer): void {
    let at = 0;
    for (const { buffer, offset, bytes } of ranges) {
      encoder.copyBufferToBuffer(this.buffers.bufferAt(buffer), offset, to, at, bytes);
      at += bytes;
    }
  }

  encodeBack(encoder: GPUCommandEncoder, from: GPUBuffer, ranges: readonly ByteRange[]): void {
    let at = 0;
    for (const { buffer, offset, bytes } of ranges) {
      encoder.copyBufferToBuffer(from, at, this.buffers.bufferAt(buffer), offset, bytes);
      at += bytes;
    }
  }

  destroy(): void {}
}
