import type { SumFormat } from "../sum/piece-sum.ts";
import { HalfWire } from "./half-wire.ts";
import type { ByteRange, PlanBuffers } from "./ranges.ts";
import { SingleWire } from "./single-wire.ts";

/** How gradients get from their place on the device to the host, and back: see `SumFormat` for what travels. */
export interface Wire {
  readonly format: SumFormat;
  /** Encodes the way of ranges of gradients, one behind the other, to the start of `to`, a buffer that the host reads. */
  encodeOut(encoder: GPUCommandEncoder, ranges: readonly ByteRange[], to: GPUBuffer): void;
  /** Encodes the way back from the start of `from`, which the host has written, to ranges. */
  encodeBack(encoder: GPUCommandEncoder, from: GPUBuffer, ranges: readonly ByteRange[]): void;
  destroy(): void;
}

/** @param most bytes of gradients (f32) that go out or come back at once */
export function wireOf(format: SumFormat, buffers: PlanBuffers, most: number): Wire {
  return format === "f32" ? new SingleWire(buffers) : new HalfWire(buffers, most);
}
