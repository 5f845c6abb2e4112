import { UserError } from "../errors.ts";
import type { Gpu } from "../gpu/index.ts";
import { evaluateHost, type HostEnv, type HostExpr } from "../plan/host-expr.ts";
import type { LoadedPlan } from "../plan/read.ts";
import type { DispatchCost, DispatchPlan, ProgramPlan } from "../plan/schema.ts";
import { ParamBlocks } from "./params.ts";
import { chooseVariant } from "./choose-variant.ts";
import type { Pipelines } from "./pipelines.ts";

export interface PreparedDispatch {
  readonly kernel: string;
  /** The `.jm` line the kernel came from. */
  readonly source: string | undefined;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [HostExpr, HostExpr, HostExpr];
  readonly cost: DispatchCost | undefined;
}

/** Dispatches of a program by their numbers: `from`, and those up to but without `to`. */
export interface DispatchRange {
  readonly from: number;
  readonly to: number;
}

/** A dispatch with its workgroups along x, y and z in one run. */
export type ActiveDispatch = readonly [dispatch: PreparedDispatch, workgroups: readonly [number, number, number]];

/** A program ready to be replayed: pipelines and bind groups made once, only parameters and workgroup counts change. */
export class PreparedProgram {
  readonly plan: ProgramPlan;
  readonly params: ParamBlocks;
  private readonly gpu: Gpu;
  private readonly dispatches: readonly PreparedDispatch[];

  constructor(name: string, program: ProgramPlan, loaded: LoadedPlan, gpu: Gpu, pipelines: Pipelines, buffers: readonly GPUBuffer[]) {
    this.plan = program;
    this.gpu = gpu;
    this.params = new ParamBlocks(gpu.device, name, program.params);
    this.dispatches = program.dispatches.map((dispatch) => this.prepare(dispatch, loaded, pipelines, buffers));
  }

  /** One compute pass with the dispatches of the run, or a part of them. */
  encode(encoder: GPUCommandEncoder, env: HostEnv, part?: DispatchRange): void {
    const pass = encoder.beginComputePass();
    let current: GPUComputePipeline | undefined;
    for (const [{ pipeline, bindGroup }, [x, y, z]] of this.active(env, part)) {
      if (pipeline !== current) pass.setPipeline(pipeline);
      current = pipeline;
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(x, y, z);
    }
    pass.end();
  }

  /** The dispatches of one run with their workgroups, those of no workgroups left out. */
  *active(env: HostEnv, part?: DispatchRange): Generator<ActiveDispatch> {
    for (const dispatch of part === undefined ? this.dispatches : this.dispatches.slice(part.from, part.to)) {
      const [x, y, z] = dispatch.workgroups;
      const counts: [number, number, number] = [this.workgroups(x, dispatch, env), this.workgroups(y, dispatch, env), this.workgroups(z, dispatch, env)];
      if (!counts.includes(0)) yield [dispatch, counts];
    }
  }

  private workgroups(expr: HostExpr, { kernel }: PreparedDispatch, env: HostEnv): number {
    const count = evaluateHost(expr, env);
    const most = this.gpu.limits.maxComputeWorkgroupsPerDimension;
    if (Number.isInteger(count) && count >= 0 && count <= most) return count;
    throw new UserError("JR306", `kernel '${kernel}': expected 0 to ${most} workgroups, found ${count} at step ${env.step}`, "This is a fault of the compiler: please report it with the model.");
  }

  private prepare(dispatch: DispatchPlan, loaded: LoadedPlan, pipelines: Pipelines, buffers: readonly GPUBuffer[]): PreparedDispatch {
    const kernel = loaded.plan.kernels[dispatch.kernel]!;
    const index = chooseVariant(kernel, this.gpu);
    const variant = kernel.variants[index]!;
    const params = this.params.binding(dispatch.params);
    const storage = dispatch.bindings.map(({ buffer, offset, size }) => ({ buffer: buffers[buffer]!, offset, size }));
    const resources = params === undefined ? storage : [params, ...storage];
    const bindGroup = this.gpu.device.createBindGroup({
      label: kernel.name,
      layout: pipelines.layout(kernel),
      entries: resources.map((resource, binding) => ({ binding, resource })),
    });
    const pipeline = pipelines.get(kernel, variant, loaded.wgsl(variant.file));
    return { kernel: kernel.name, source: dispatch.source ?? kernel.source, pipeline, bindGroup, workgroups: dispatch.workgroups[index]!, cost: dispatch.cost };
  }
}
