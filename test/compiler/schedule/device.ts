import type { HostEnv, HostExpr, ParamPlan, Precision } from "../../../runtime/plan/index.ts";
import { evaluateHost } from "../../../runtime/plan/index.ts";
import { BufferUsage, MapMode } from "../../../runtime/gpu/dawn.ts";
import { openGpu, type Gpu } from "../../../runtime/gpu/gpu.ts";
import { count, type NdArray } from "../../../compiler/graph/ndarray.ts";
import type { Graph } from "../../../compiler/graph/node.ts";
import { alignUp } from "../../../compiler/schedule/arena.ts";
import { KernelLibrary, type LibraryKernel } from "../../../compiler/schedule/library.ts";
import { lower } from "../../../compiler/schedule/lower.ts";
import { UNTUNED, type Tuning } from "../../../compiler/schedule/tuning.ts";
import type { Lowered } from "../../../compiler/schedule/types.ts";

export interface Run extends HostEnv {
  /** Values of inputs and weights, by name. */
  readonly values: ReadonlyMap<string, NdArray>;
}

/** Which variant of each kernel runs. */
export type Choose = (variant: LibraryKernel["variants"][number]) => boolean;
export const plainest: Choose = (variant) => variant.requires.length === 0 && variant.adapter === undefined;

const ARENA = 0;
const CONSTANTS = 1;
const WEIGHTS = 2;

let opened: Promise<Gpu> | undefined;

/** One device for all tests of a file. */
export function testGpu(): Promise<Gpu> {
  return (opened ??= openGpu({ adapter: "software" }));
}

/** A graph lowered and put on the device; runs as often as wanted. */
export class Program {
  readonly lowered: Lowered;
  readonly library = new KernelLibrary();
  readonly #gpu: Gpu;
  readonly #buffers: GPUBuffer[];
  readonly #weights = new Map<string, { buffer: number; byteOffset: number }>();
  readonly #pipelines = new Map<string, GPUComputePipeline>();
  readonly #graph: Graph;

  constructor(gpu: Gpu, graph: Graph, { fusion = "full", precision = "f32", tuning = UNTUNED }: { fusion?: "full" | "none"; precision?: Precision; tuning?: Tuning } = {}) {
    this.#gpu = gpu;
    this.#graph = graph;
    let bytes = 0;
    for (const node of nodesOf(graph)) {
      const name = node.attrs["name"];
      if (node.op !== "weight" || typeof name !== "string" || this.#weights.has(name)) continue;
      this.#weights.set(name, { buffer: WEIGHTS, byteOffset: bytes });
      const most = Object.fromEntries(graph.sizes.map((size) => [size.name, size.max]));
      bytes += alignUp(4 * count(node.shape.map((n) => n.evaluate(most))));
    }
    this.lowered = lower({
      graph, weights: this.#weights, outputs: new Map(), limits: gpu.limits, library: this.library, fusion, precision, tuning,
      buffers: { arena: ARENA, constants: CONSTANTS },
    });
    const usage = BufferUsage.STORAGE | BufferUsage.COPY_DST | BufferUsage.COPY_SRC;
    const sizes = [this.lowered.arenaBytes, this.library.tableBytes, bytes];
    this.#buffers = sizes.map((size) => gpu.device.createBuffer({ size: Math.max(256, size), usage }));
    // What was there before must not matter.
    for (const buffer of this.#buffers) gpu.device.queue.writeBuffer(buffer, 0, new Uint8Array(buffer.size).fill(0x7b));
    for (const table of this.library.tables) gpu.device.queue.writeBuffer(this.#buffers[CONSTANTS]!, table.byteOffset, table.bytes);
  }

  get kernelNames(): string[] {
    return this.lowered.dispatches.map((dispatch) => this.library.kernels[dispatch.kernel]!.name);
  }

  async run(run: Run, choose: Choose = plainest): Promise<Map<string, NdArray>> {
    const { device } = this.#gpu;
    for (const port of this.lowered.inputs) this.#write(port.buffer, port.offset, run.values.get(port.name)!);
    for (const [name, { buffer, byteOffset }] of this.#weights) this.#write(buffer, byteOffset, run.values.get(name)!);
    const blocks = this.lowered.params.map((block) => this.#block(block, run));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const dispatch of this.lowered.dispatches) {
      const kernel = this.library.kernels[dispatch.kernel]!;
      const at = Math.max(0, kernel.variants.findIndex(choose));
      const chosen = kernel.variants.some(choose) ? at : kernel.variants.findIndex(plainest);
      const groups = dispatch.workgroups[chosen]!.map((n: HostExpr) => evaluateHost(n, run)) as [number, number, number];
      if (groups.includes(0)) continue;
      const pipeline = this.#pipeline(kernel, chosen);
      const storage = dispatch.bindings.map((b) => ({ buffer: this.#buffers[b.buffer]!, offset: b.offset, size: b.size }));
      const bound = dispatch.params < 0 ? storage : [{ buffer: blocks[dispatch.params]! }, ...storage];
      pass.setPipeline(pipeline);
      const entries = bound.map((resource, binding) => ({ binding, resource }));
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
      pass.dispatchWorkgroups(...groups);
    }
    pass.end();
    const results = this.lowered.outputs.map((port) => {
      const shape = port.shape.map((n) => evaluateHost(n, run));
      const size = Math.max(4, 4 * count(shape));
      const staging = device.createBuffer({ size, usage: BufferUsage.COPY_DST | BufferUsage.MAP_READ });
      encoder.copyBufferToBuffer(this.#buffers[port.buffer]!, port.offset, staging, 0, size);
      return { port, shape, staging };
    });
    device.queue.submit([encoder.finish()]);
    const outputs = new Map<string, NdArray>();
    for (const { port, shape, staging } of results) {
      await this.#gpu.wait(staging.mapAsync(MapMode.READ));
      const bytes = staging.getMappedRange().slice(0);
      const values = port.dtype === "f32" ? new Float32Array(bytes) : new Int32Array(bytes);
      outputs.set(port.name, { dtype: port.dtype, shape, data: Float64Array.from(values.subarray(0, count(shape))) });
      staging.destroy();
    }
    for (const block of blocks) block.destroy();
    this.#gpu.check();
    return outputs;
  }

  dispose(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }

  get graph(): Graph {
    return this.#graph;
  }

  #write(buffer: number, offset: number, value: NdArray): void {
    const data = value.dtype === "f32" ? Float32Array.from(value.data) : Int32Array.from(value.data);
    this.#gpu.device.queue.writeBuffer(this.#buffers[buffer]!, offset, data);
  }

  #block(fields: readonly ParamPlan[], env: HostEnv): GPUBuffer {
    const bytes = new DataView(new ArrayBuffer(Math.ceil(fields.length / 4) * 16));
    fields.forEach(({ type, value }, i) => {
      const number = evaluateHost(value, env);
      if (type === "f32") bytes.setFloat32(4 * i, number, true);
      else if (type === "i32") bytes.setInt32(4 * i, number, true);
      else bytes.setUint32(4 * i, number, true);
    });
    const buffer = this.#gpu.device.createBuffer({ size: bytes.byteLength, usage: BufferUsage.UNIFORM | BufferUsage.COPY_DST });
    this.#gpu.device.queue.writeBuffer(buffer, 0, new Uint8Array(bytes.buffer));
    return buffer;
  }

  #pipeline(kernel: LibraryKernel, chosen: number): GPUComputePipeline {
    const variant = kernel.variants[chosen]!;
    const known = this.#pipelines.get(variant.text);
    if (known !== undefined) return known;
    const { device } = this.#gpu;
    const module = device.createShaderModule({ code: variant.text, label: kernel.name });
    const constants = variant.rowLanes === true ? { WG: this.#gpu.rowLanes } : {};
    const pipeline = device.createComputePipeline({ layout: "auto", compute: { module, constants } });
    this.#pipelines.set(variant.text, pipeline);
    return pipeline;
  }
}

function nodesOf(graph: Graph) {
  const seen = new Set<Graph["outputs"][number]["node"]>();
  const stack = graph.outputs.map((output) => output.node);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    stack.push(...node.inputs);
  }
  return [...seen];
}

/** The largest difference, relative to the size of the values. */
export function worstError(found: NdArray, expected: NdArray): number {
  if (found.shape.join() !== expected.shape.join()) throw new Error(`shapes differ: [${found.shape.join()}] and [${expected.shape.join()}]`);
  const scale = Math.max(1e-3, ...expected.data.map(Math.abs));
  return Math.max(0, ...found.data.map((value, i) => {
    const error = Math.abs(value - expected.data[i]!) / scale;
    return Number.isNaN(error) ? Infinity : error;
  }));
}
