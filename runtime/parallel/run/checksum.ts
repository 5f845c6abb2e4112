import type { Session } from "../../execute/index.ts";
import { BufferUsage, MapMode } from "../../gpu/dawn.ts";

const LANES = 64;
const MOST_GROUPS = 1024;

/** Adds up a hash of every word with its place: a sum, so that the order in which lanes come does not matter. */
const WGSL = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> sum: atomic<u32>;
@group(0) @binding(1) var<storage, read_write> words: array<u32>;

@compute @workgroup_size(${LANES})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  var part = 0u;
  for (var i = id.x; i < arrayLength(&words); i += groups.x * ${LANES}u) {
    var x = words[i] ^ (i * 0x9e3779b9u);
    x = (x ^ (x >> 16u)) * 0x7feb352du;
    part += (x ^ (x >> 15u)) * 0x846ca68bu;
  }
  atomicAdd(&sum, part);
}`;

/** 32 bits for each of some of a plan's buffers, computed on the device. */
export class Checksum {
  private readonly session: Session;
  private readonly pipeline: GPUComputePipeline;
  private readonly sums: readonly GPUBuffer[];
  private readonly groups: readonly { readonly bindings: GPUBindGroup; readonly count: number }[];
  private readonly staging: GPUBuffer;

  constructor(session: Session, buffers: readonly number[]) {
    this.session = session;
    const { device, limits } = session.gpu;
    this.pipeline = device.createComputePipeline({ label: "checksum", layout: "auto", compute: { module: device.createShaderModule({ label: "checksum", code: WGSL }) } });
    const windows = buffers.flatMap((buffer) => windowsOf(buffer, session.plan.buffers[buffer]!.bytes, limits.maxStorageBufferBindingSize));
    this.sums = windows.map(() => device.createBuffer({ label: "checksum", size: 4, usage: BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST }));
    this.groups = windows.map(({ buffer, offset, size }, i) => {
      const resources = [{ buffer: this.sums[i]! }, { buffer: session.bufferAt(buffer), offset, size }];
      const bindings = device.createBindGroup({ layout: this.pipeline.getBindGroupLayout(0), entries: resources.map((resource, binding) => ({ binding, resource })) });
      return { bindings, count: Math.min(MOST_GROUPS, Math.ceil(size / 4 / LANES)) };
    });
    this.staging = device.createBuffer({ label: "checksums", size: Math.max(4, 4 * windows.length), usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST });
  }

  /** Of the state after all that was submitted so far, as hexadecimal digits. */
  async read(): Promise<string> {
    const { gpu } = this.session;
    const encoder = gpu.device.createCommandEncoder({ label: "checksum" });
    for (const sum of this.sums) encoder.clearBuffer(sum);
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.pipeline);
    for (const { bindings, count } of this.groups) {
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(count);
    }
    pass.end();
    this.sums.forEach((sum, i) => encoder.copyBufferToBuffer(sum, 0, this.staging, 4 * i, 4));
    gpu.device.queue.submit([encoder.finish()]);
    await gpu.wait(this.staging.mapAsync(MapMode.READ));
    const words = [...new Uint32Array(this.staging.getMappedRange())];
    this.staging.unmap();
    return words.map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  destroy(): void {
    for (const buffer of [...this.sums, this.staging]) buffer.destroy();
  }
}

function windowsOf(buffer: number, bytes: number, most: number): { buffer: number; offset: number; size: number }[] {
  const step = most - (most % 256);
  return Array.from({ length: Math.ceil(bytes / step) }, (_, i) => ({ buffer, offset: i * step, size: Math.min(step, bytes - i * step) }));
}
