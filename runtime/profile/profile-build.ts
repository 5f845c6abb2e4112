import { Session, type RunRequest } from "../execute/index.ts";
import { openGpu, type GpuInfo } from "../gpu/index.ts";
import { loadPlan } from "../plan/read.ts";
import type { Plan } from "../plan/schema.ts";
import { kernelTimes, median, medianTimes, type KernelTime } from "./kernel-times.ts";
import { syntheticInputs } from "./synthetic-inputs.ts";

export interface ProfileOptions {
  /** What `jepac build` wrote. */
  readonly buildDir: string;
  /** `step` without it. */
  readonly program?: string | undefined;
  /** Runs that are measured; each time is the median. */
  readonly runs?: number | undefined;
  readonly adapter?: string | undefined;
}

export interface Profile {
  readonly model: string;
  readonly program: string;
  readonly gpu: GpuInfo;
  /** Runtime sizes of the runs. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Of a run as training does it: one pass, one submit, the wait included. */
  readonly runMilliseconds: number;
  /** Of all kernels, each in a pass of its own between two timestamps. */
  readonly kernelMilliseconds: number;
  readonly kernels: readonly KernelTime[];
}

/**
 * Runs a program of a build on made-up inputs, from fresh weights, and tells what each kernel takes on the device. Nothing
 * is written.
 * @throws UserError JR108 the device measures no time, JR301 there is no such program, JR1xx device, JR2xx plan
 */
export async function profileBuild({ buildDir, program = "step", runs = 5, adapter }: ProfileOptions): Promise<Profile> {
  const loaded = await loadPlan(buildDir);
  const gpu = await openGpu({ adapter });
  try {
    const session = await Session.open(loaded, gpu);
    if ("init" in loaded.plan.programs) session.run("init", { step: 0, seed: 0, read: [] });
    const key = { step: 0, seed: 0, sizes: largestSizes(loaded.plan, program) };
    const { sizes, inputs: shapes } = session.describeRun(program, key);
    const request: RunRequest = { ...key, inputs: syntheticInputs(loaded.plan.programs[program]!.inputs, shapes) };

    // The first run translates shaders.
    await session.run(program, { ...request, read: [] }).outputs();
    const walls: number[] = [];
    const times = [];
    for (let run = 0; run < runs; run++) {
      const started = performance.now();
      await session.run(program, { ...request, read: [] }).outputs();
      walls.push(performance.now() - started);
      times.push(await session.profile(program, request));
    }
    const dispatches = medianTimes(times);
    const kernels = kernelTimes(dispatches);
    const kernelMilliseconds = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    session.dispose();
    return { model: loaded.plan.model, program, gpu: gpu.info, sizes, runMilliseconds: median(walls), kernelMilliseconds, kernels };
  } finally {
    gpu.destroy();
  }
}

/** Sizes that a caller would choose, such as the number of clips to embed, at their largest. */
function largestSizes(plan: Plan, program: string): Record<string, number> {
  const names = plan.programs[program]?.sizes ?? [];
  const chosen = plan.sizes.filter(({ name, draw }) => draw === null && names.includes(name));
  return Object.fromEntries(chosen.map(({ name, max }) => [name, max]));
}
