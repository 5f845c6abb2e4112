import type { DispatchTime, RunRequest, Session } from "../execute/index.ts";
import type { Plan } from "../plan/schema.ts";
import { median, medianTimes } from "./kernel-times.ts";
import { syntheticInputs } from "./synthetic-inputs.ts";

export interface ProgramTimes {
  /** Runtime sizes of the runs. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Of a run as training does it: one pass, one submit, the wait included. */
  readonly runMilliseconds: number;
  /** Each dispatch in a pass of its own between two timestamps: the median of the runs. */
  readonly dispatches: readonly DispatchTime[];
}

/**
 * Runs a program `runs` times on made-up inputs, from fresh weights, after a first run that translates the shaders.
 * @throws UserError JR108 the device measures no time, JR301 there is no such program
 */
export async function measureProgram(session: Session, program: string, runs: number): Promise<ProgramTimes> {
  const { plan } = session;
  if ("init" in plan.programs) session.run("init", { step: 0, seed: 0, read: [] });
  const key = { step: 0, seed: 0, sizes: largestSizes(plan, program) };
  const { sizes, inputs: shapes } = session.describeRun(program, key);
  const request: RunRequest = { ...key, inputs: syntheticInputs(plan.programs[program]!.inputs, shapes) };

  await session.run(program, { ...request, read: [] }).outputs();
  const walls: number[] = [];
  const times: DispatchTime[][] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await session.run(program, { ...request, read: [] }).outputs();
    walls.push(performance.now() - started);
    times.push(await session.profile(program, request));
  }
  return { sizes, runMilliseconds: median(walls), dispatches: medianTimes(times) };
}

/** Sizes that a caller would choose, such as the number of clips to embed, at their largest. */
function largestSizes(plan: Plan, program: string): Record<string, number> {
  const names = plan.programs[program]?.sizes ?? [];
  const chosen = plan.sizes.filter(({ name, draw }) => draw === null && names.includes(name));
  return Object.fromEntries(chosen.map(({ name, max }) => [name, max]));
}
