import { BufferUsage, ShaderStage } from "../../gpu/dawn.ts";
import { HALF_BLOCK, SINGLE_BLOCK } from "../sum/half-block.ts";
import { BLOCKS, PACK, UNPACK } from "./half-wgsl.ts";
import type { ByteRange, PlanBuffers } from "./ranges.ts";
import type { Wire } from "./wire.ts";

/** A dispatch has at most 65,535 workgroups, and any device binds so much. */
const WINDOW = 32 * 2 ** 20;
/** Uniforms start where every adapter lets them. */
const UNIFORM = 256;

/** A dispatch that packs or unpacks a stretch of gradients. */
interface Dispatch {
  readonly bindings: GPUBindGroup;
  readonly workgroups: number;
}

/**
 * Gradients travel in half precision: packed on the device before they leave it, unpacked there when they are back. Both
 * go through one buffer, for whatever is submitted comes one after the other.
 */
export class HalfWire implements Wire {
  readonly format = "f16";
  private readonly buffers: PlanBuffers;
  private readonly packed: GPUBuffer;
  private readonly pack: GPUComputePipeline;
  private readonly unpack: GPUComputePipeline;
  private readonly layout: GPUBindGroupLayout;
  private readonly uniforms: GPUBuffer[] = [];
  private readonly prepared = new Map<string, readonly Dispatch[]>();

  constructor(buffers: PlanBuffers, most: number) {
    this.buffers = buffers;
    const { device } = buffers.gpu;
    this.packed = device.createBuffer({ label: "packed gradients", size: (most / SINGLE_BLOCK) * HALF_BLOCK, usage: BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST });
    const entries = (["uniform", "storage", "storage"] as const).map((type, binding) => ({ binding, visibility: ShaderStage.COMPUTE, buffer: { type } }));
    this.layout = device.createBindGroupLayout({ label: "half-precision gradients", entries });
    const layout = device.createPipelineLayout({ bindGroupLayouts: [this.layout] });
    const pipeline = (label: string, code: string): GPUComputePipeline => device.createComputePipeline({ label, layout, compute: { module: device.createShaderModule({ label, code }) } });
    this.pack = pipeline("pack gradients", PACK);
    this.unpack = pipeline("unpack gradients", UNPACK);
  }

  encodeOut(encoder: GPUCommandEncoder, ranges: readonly ByteRange[], to: GPUBuffer): void {
    encoder.copyBufferToBuffer(this.packed, 0, to, 0, this.encode(encoder, this.pack, ranges));
  }

  encodeBack(encoder: GPUCommandEncoder, from: GPUBuffer, ranges: readonly ByteRange[]): void {
    encoder.copyBufferToBuffer(from, 0, this.packed, 0, packedBytes(ranges));
    this.encode(encoder, this.unpack, ranges);
  }

  destroy(): void {
    for (const buffer of [this.packed, ...this.uniforms]) buffer.destroy();
  }

  /** Gives the bytes that the ranges take when packed. */
  private encode(encoder: GPUCommandEncoder, pipeline: GPUComputePipeline, ranges: readonly ByteRange[]): number {
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    for (const { bindings, workgroups } of this.dispatches(ranges)) {
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(workgroups);
    }
    pass.end();
    return packedBytes(ranges);
  }

  /** The same ranges come every step: what they need is made once. */
  private dispatches(ranges: readonly ByteRange[]): readonly Dispatch[] {
    const key = JSON.stringify(ranges);
    const found = this.prepared.get(key) ?? this.prepare(ranges);
    this.prepared.set(key, found);
    return found;
  }

  private prepare(ranges: readonly ByteRange[]): Dispatch[] {
    const { device } = this.buffers.gpu;
    const windows = ranges.flatMap(windowsOf);
    const uniform = device.createBuffer({ label: "places of packed gradients", size: UNIFORM * Math.max(1, windows.length), usage: BufferUsage.UNIFORM | BufferUsage.COPY_DST });
    this.uniforms.push(uniform);
    let first = 0;
    return windows.map(({ buffer, offset, bytes }, i) => {
      device.queue.writeBuffer(uniform, UNIFORM * i, Uint32Array.of(first, 0, 0, 0));
      const blocks = bytes / SINGLE_BLOCK;
      first += blocks;
      const resources = [{ buffer: uniform, offset: UNIFORM * i, size: 16 }, { buffer: this.buffers.bufferAt(buffer), offset, size: bytes }, { buffer: this.packed }];
      const bindings = device.createBindGroup({ layout: this.layout, entries: resources.map((resource, binding) => ({ binding, resource })) });
      return { bindings, workgroups: Math.ceil(blocks / BLOCKS) };
    });
  }
}

const packedBytes = (ranges: readonly ByteRange[]): number => ranges.reduce((sum, { bytes }) => sum + (bytes / SINGLE_BLOCK) * HALF_BLOCK, 0);

function windowsOf({ buffer, offset, bytes }: ByteRange): ByteRange[] {
  return Array.from({ length: Math.ceil(bytes / WINDOW) }, (_, i) => ({ buffer, offset: offset + i * WINDOW, bytes: Math.min(WINDOW, bytes - i * WINDOW) }));
}
