import { Session } from "../execute/index.ts";
import { openGpu, type GpuInfo } from "../gpu/index.ts";
import { loadPlan } from "../plan/read.ts";
import { kernelTimes, type KernelTime } from "./kernel-times.ts";
import { measureProgram } from "./measure-program.ts";

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
    const { sizes, runMilliseconds, dispatches } = await measureProgram(session, program, runs);
    const kernels = kernelTimes(dispatches);
    const kernelMilliseconds = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    session.dispose();
    return { model: loaded.plan.model, program, gpu: gpu.info, sizes, runMilliseconds, kernelMilliseconds, kernels };
  } finally {
    gpu.destroy();
  }
}
