import { UserError } from "../errors.ts";
import { BufferUsage } from "../gpu/dawn.ts";
import type { Gpu } from "../gpu/index.ts";
import type { HostEnv } from "../plan/host-expr.ts";
import type { LoadedPlan } from "../plan/read.ts";
import type { Plan, TensorPlan } from "../plan/schema.ts";
import { checkLimits } from "./limits.ts";
import { Pipelines } from "./pipelines.ts";
import { type HostArray, selectOutputs, writeInputs } from "./ports.ts";
import { meanOf, ONE_PASS, type Pass } from "./passes.ts";
import { type DispatchTime, profileProgram } from "./profile.ts";
import { type DispatchRange, PreparedProgram } from "./program.ts";
import { type RunHandle, SubmittedRun, type StagedOutput } from "./run-handle.ts";
import { nameList, portShape, runEnvironment, type RunKey } from "./sizes.ts";
import { StagingPool } from "./staging.ts";
import { download, upload } from "./transfer.ts";

/** Runs the host may be ahead of the device: enough to keep it busy, few enough to bound the wait at the end. */
const MAX_IN_FLIGHT = 3;

export interface RunRequest extends RunKey {
  /** Values of every input, row-major, exactly as many as its shape in this run has. */
  readonly inputs?: Readonly<Record<string, HostArray>> | undefined;
  /** Names of the outputs to bring back; without it, all. */
  readonly read?: readonly string[] | undefined;
  /**
   * Only these dispatches, to run a step in parts, one after the other: `phases` of its plan says where to cut. The
   * inputs are given to the part that starts at 0, and outputs are there after dispatch `phases.updateFrom - 1`.
   */
  readonly part?: DispatchRange | undefined;
}

/** A plan on a device: its buffers, and its programs ready to run. */
export class Session {
  readonly plan: Plan;
  readonly gpu: Gpu;
  private readonly loaded: LoadedPlan;
  private readonly buffers: readonly GPUBuffer[];
  private readonly pipelines: Pipelines;
  private readonly staging: StagingPool;
  private readonly prepared = new Map<string, PreparedProgram>();
  private inFlight: SubmittedRun[] = [];
  private downloads = 0;

  private constructor(loaded: LoadedPlan, gpu: Gpu, buffers: readonly GPUBuffer[]) {
    this.plan = loaded.plan;
    this.gpu = gpu;
    this.loaded = loaded;
    this.buffers = buffers;
    this.pipelines = new Pipelines(gpu);
    this.staging = new StagingPool(gpu.device);
  }

  /**
   * Allocates the plan's buffers, all zero, and uploads its constants.
   * @throws UserError JR106 the device offers less than the plan was made for, JR107 its memory does not suffice
   */
  static async open(loaded: LoadedPlan, gpu: Gpu): Promise<Session> {
    gpu.check();
    checkLimits(loaded.plan, gpu);
    const session = new Session(loaded, gpu, await allocate(loaded.plan, gpu));
    for (const { buffer, offset, bytes, fileOffset } of loaded.plan.constants) {
      upload(gpu, session.buffers[buffer]!, offset, loaded.constants.subarray(fileOffset, fileOffset + bytes));
    }
    return session;
  }

  /** Bytes this session holds on the device. */
  get allocatedBytes(): number {
    const params = [...this.prepared.values()].reduce((sum, program) => sum + program.params.bytes, 0);
    return this.buffers.reduce((sum, buffer) => sum + buffer.size, params + this.staging.bytes);
  }

  /** Pipelines made so far; kernels with the same WGSL share one. */
  get pipelineCount(): number {
    return this.pipelines.count;
  }

  /** The runtime sizes a run will have, and with them the shapes of its inputs, by name: to prepare data before it. */
  describeRun(program: string, key: RunKey): { sizes: Readonly<Record<string, number>>; inputs: Record<string, number[]> } {
    const { inputs, phases } = this.program(program);
    const env = runEnvironment(this.plan, program, key);
    return { sizes: env.sizes, inputs: Object.fromEntries(inputs.map((port) => [port.name, portShape(port, env, phases?.passes)])) };
  }

  /** Compiles what a program needs, which its first run would do otherwise. */
  prepare(program: string): void {
    this.preparedProgram(program);
  }

  /**
   * Submits one run and returns at once: in one submit, or where its plan has several passes, in one for each. Programs
   * run in the order of the calls. To stay close to the device, `await session.room()` before each.
   * @throws UserError JR301 unknown program, JR302 sizes, JR303 inputs, JR304 outputs, JR306 workgroups, JR307 parameters;
   *   JR104 and JR105 for what went wrong on the device meanwhile
   */
  run(program: string, request: RunRequest): RunHandle {
    const { phases, dispatches } = this.program(program);
    if (phases === undefined || phases.passes === 1 || request.part) return this.submit(program, request);
    for (const buffer of new Set(phases.gradients.map((range) => range.buffer))) this.zero(this.plan.buffers[buffer]!.name);
    return meanOf(Array.from({ length: phases.passes }, (_, index) => {
      const firstClip = (request.firstClip ?? 0) + index * phases.clips;
      const to = index === phases.passes - 1 ? dispatches.length : phases.updateFrom;
      return this.submit(program, { ...request, firstClip, part: { from: 0, to } }, { index, of: phases.passes });
    }));
  }

  /** Submits a part of a run of which nothing is read, and in the same submit, after it, what `after` encodes. */
  submitPart(program: string, request: RunRequest, after?: (encoder: GPUCommandEncoder) => void): void {
    const { prepared, env } = this.begin(program, request);
    const encoder = this.gpu.device.createCommandEncoder({ label: program });
    prepared.encode(encoder, env, request.part);
    after?.(encoder);
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  /** A buffer of the plan by its number, for who moves data on the device. */
  bufferAt(index: number): GPUBuffer {
    return this.buffers[index]!;
  }

  /** Resolves once fewer than {@link MAX_IN_FLIGHT} runs are under way. */
  async room(): Promise<void> {
    while (this.inFlight.length >= MAX_IN_FLIGHT) await this.inFlight[0]!.outputs();
  }

  /** Runs a program once, the first pass where a step has several, and tells what each dispatch took on the device. */
  async profile(program: string, request: RunRequest): Promise<DispatchTime[]> {
    const { prepared, env } = this.begin(program, request, { index: 0, of: this.program(program).phases?.passes ?? 1 });
    return profileProgram(this.gpu, this.staging, prepared, env);
  }

  /** A weight, average or state, as it is after all runs submitted so far. */
  async readTensor(name: string): Promise<Float32Array> {
    return (await this.readTensors([name])).get(name)!;
  }

  /** Several at one point in time, in few transfers. No run may be submitted until they are there. */
  async readTensors(names: readonly string[] = this.plan.tensors.map((tensor) => tensor.name)): Promise<Map<string, Float32Array>> {
    const tensors = names.map((name) => this.tensor(name));
    const read = await this.download(tensors.map((tensor) => ({ buffer: this.buffers[tensor.buffer]!, offset: tensor.offset, bytes: 4 * count(tensor) })));
    return new Map(names.map((name, i) => [name, new Float32Array(read[i]!)]));
  }

  /** Takes effect before the next run. @throws UserError JR305 where the number of values is not the tensor's */
  writeTensor(name: string, data: Float32Array): void {
    const tensor = this.tensor(name);
    const expected = count(tensor);
    if (data.length !== expected) throw new UserError("JR305", `tensor '${name}': expected ${expected} values of [${tensor.shape.join(", ")}], found ${data.length}`);
    upload(this.gpu, this.buffers[tensor.buffer]!, tensor.offset, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  /** The bytes of a whole buffer of the plan. */
  async readBuffer(name: string): Promise<ArrayBuffer> {
    const buffer = this.buffer(name);
    return (await this.download([{ buffer, offset: 0, bytes: buffer.size }]))[0]!;
  }

  /** Fills a buffer of the plan with zeros, before the next run. */
  zero(name: string): void {
    const encoder = this.gpu.device.createCommandEncoder({ label: `zero ${name}` });
    encoder.clearBuffer(this.buffer(name));
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  /** Frees what the session holds on the device; the device itself stays open. */
  dispose(): void {
    for (const buffer of this.buffers) buffer.destroy();
    for (const program of this.prepared.values()) program.params.destroy();
    this.staging.destroy();
  }

  /** One submit of a program or a part of it. */
  private submit(program: string, request: RunRequest, pass?: Pass): SubmittedRun {
    const ports = selectOutputs(this.program(program).outputs, request.read);
    const { prepared, env } = this.begin(program, request, pass);
    const encoder = this.gpu.device.createCommandEncoder({ label: program });
    prepared.encode(encoder, env, request.part);
    const staged: StagedOutput[] = [];
    let end = 0;
    for (const port of ports) {
      const shape = portShape(port, env);
      const bytes = 4 * shape.reduce((a, b) => a * b, 1);
      staged.push({ name: port.name, dtype: port.dtype, shape, offset: end, bytes });
      end += bytes;
    }
    // A run that reads nothing copies one word all the same: mapping it is how the run's end is known.
    const staging = this.staging.take(Math.max(4, end));
    staged.forEach(({ offset, bytes }, i) => encoder.copyBufferToBuffer(this.buffers[ports[i]!.buffer]!, ports[i]!.offset, staging, offset, bytes));
    if (end === 0 && this.buffers[0]) encoder.copyBufferToBuffer(this.buffers[0], 0, staging, 0, 4);
    this.gpu.device.queue.submit([encoder.finish()]);

    const run: SubmittedRun = new SubmittedRun(this.gpu, env, staging, staged, (buffer) => {
      this.staging.give(buffer);
      // The queue is in order: with this run, those before it are done too.
      this.inFlight = this.inFlight.slice(this.inFlight.indexOf(run) + 1);
    });
    this.inFlight.push(run);
    return run;
  }

  /** Checks a request and hands inputs and parameters to the queue. */
  private begin(program: string, request: RunRequest, pass: Pass = ONE_PASS): { prepared: PreparedProgram; env: HostEnv } {
    if (this.downloads > 0) throw new Error("run() during a read would tear what is read: await the read first");
    this.gpu.check();
    const env = runEnvironment(this.plan, program, request);
    const prepared = this.preparedProgram(program);
    const { queue } = this.gpu.device;
    if (!request.part || request.part.from === 0) writeInputs(queue, this.buffers, prepared.plan.inputs, request.inputs ?? {}, env, pass);
    prepared.params.write(queue, env);
    return { prepared, env };
  }

  private async download(ranges: Parameters<typeof download>[2]): Promise<ArrayBuffer[]> {
    this.downloads++;
    try {
      return await download(this.gpu, this.staging, ranges);
    } finally {
      this.downloads--;
    }
  }

  private preparedProgram(name: string): PreparedProgram {
    const found = this.prepared.get(name) ?? new PreparedProgram(name, this.program(name), this.loaded, this.gpu, this.pipelines, this.buffers);
    this.prepared.set(name, found);
    return found;
  }

  private program(name: string): Plan["programs"][string] {
    const found = Object.hasOwn(this.plan.programs, name) ? this.plan.programs[name] : undefined;
    if (found) return found;
    const names = nameList(Object.keys(this.plan.programs).map((known) => ({ name: known })));
    throw new UserError("JR301", `${this.loaded.where} has no program '${name}'`, `It has ${names}.`);
  }

  private tensor(name: string): TensorPlan {
    const found = this.plan.tensors.find((tensor) => tensor.name === name);
    if (!found) throw new UserError("JR304", `${this.loaded.where} has no tensor '${name}'`);
    return found;
  }

  private buffer(name: string): GPUBuffer {
    const found = this.buffers[this.plan.buffers.findIndex((buffer) => buffer.name === name)];
    if (!found) throw new UserError("JR304", `${this.loaded.where} has no buffer '${name}'`, `It has ${nameList(this.plan.buffers)}.`);
    return found;
  }
}

async function allocate(plan: Plan, gpu: Gpu): Promise<GPUBuffer[]> {
  const usage = BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST;
  gpu.device.pushErrorScope("out-of-memory");
  const buffers = plan.buffers.map(({ name, bytes }) => gpu.device.createBuffer({ label: name, size: bytes, usage }));
  const error = await gpu.wait(gpu.device.popErrorScope());
  if (!error) return buffers;
  for (const buffer of buffers) buffer.destroy();
  const total = plan.buffers.reduce((sum, { bytes }) => sum + bytes, 0);
  throw new UserError("JR107", `'${gpu.info.name}' has no room for the ${(total / 2 ** 30).toFixed(2)} GiB of ${plan.model}`, "Build for what it has, for example jepac build --memory 8GiB, or with a smaller preset.");
}

function count(tensor: TensorPlan): number {
  return tensor.shape.reduce((a, b) => a * b, 1);
}
