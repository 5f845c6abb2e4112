import { UserError } from "../errors.ts";
import { portShape } from "../execute/sizes.ts";
import type { Plan, PortPlan, ProgramPlan } from "../plan/schema.ts";
import { audioNeed } from "../train/batches.ts";
import type { PlanSession, Values } from "../train/session.ts";

/** What an exported embedding function takes and gives. */
export interface EmbedderShape {
  /** Hz. */
  readonly rate: number;
  /** Samples of a window. */
  readonly samples: number;
  /** Windows a run takes at most. */
  readonly rows: number;
  /** Vectors a window gives, in the order of time, and their length. */
  readonly tokens: number;
  readonly dim: number;
  /** Different times among the tokens: tokens / steps of them (the frequency bands) stand at each. */
  readonly steps: number;
}

/**
 * Runs an `export fn embed(clip: f32[N, samples], valid: i32[N]) -> f32[N, T, D]` of a plan (`valid` may be absent;
 * a result of [N, D] counts as one token). Throws UserError JR601 where the export has another form.
 */
export class Embedder {
  readonly shape: EmbedderShape;
  readonly #session: PlanSession;
  readonly #program: string;
  readonly #clip: PortPlan;
  readonly #valid: PortPlan | undefined;
  readonly #output: string;

  constructor(plan: Plan, session: PlanSession, program = "embed") {
    const ports = embedPorts(plan, program);
    this.shape = ports.shape;
    this.#session = session;
    this.#program = program;
    this.#clip = ports.clip;
    this.#valid = ports.valid;
    this.#output = ports.output;
  }

  /** Submits windows of at most `samples` real samples each; gives f32[windows, tokens, dim] when they are done. */
  submit(windows: readonly Float32Array[]): () => Promise<Float32Array> {
    const { samples, rows, tokens, dim } = this.shape;
    const size = this.#clip.shape[0]!;
    const sizes = typeof size === "object" && "size" in size ? { [size.size]: windows.length } : {};
    const count = typeof size === "number" ? rows : windows.length;
    const clip = new Float32Array(count * samples);
    const valid = new Int32Array(count);
    windows.forEach((window, row) => {
      clip.set(window, row * samples);
      valid[row] = window.length;
    });
    const inputs: Record<string, Values> = { [this.#clip.name]: clip };
    if (this.#valid) inputs[this.#valid.name] = valid;
    const running = this.#session.run(this.#program, { step: 0, seed: 0, sizes, inputs, read: [this.#output] });
    return async () => ((await running.outputs())[this.#output] as Float32Array).subarray(0, windows.length * tokens * dim);
  }

  /** Tokens of a window that stand for real samples: the leading ceil(valid / samples * steps) times (reference 1.13). */
  kept(valid: number): number {
    const { samples, steps, tokens } = this.shape;
    return (Math.ceil((valid * steps) / samples) * tokens) / steps;
  }
}

/** The form of a plan's exported embedding function, without a device. Throws UserError JR601. */
export function embedderShape(plan: Plan, program = "embed"): EmbedderShape {
  return embedPorts(plan, program).shape;
}

function embedPorts(plan: Plan, name: string): { shape: EmbedderShape; clip: PortPlan; valid: PortPlan | undefined; output: string } {
  const program = plan.programs[name];
  if (!program) throw new UserError("JR601", `the model '${plan.model}' exports no function '${name}'`, `Add: export fn ${name}(clip: f32[N, samples], valid: i32[N]) -> f32[N, T, dim] = ...`);
  const clip = program.inputs.find((port) => port.dtype === "f32" && port.shape.length === 2);
  const valid = program.inputs.find((port) => port.dtype === "i32" && port.shape.length === 1);
  const output = program.outputs[0];
  const samples = clip?.shape[1];
  if (!clip || typeof samples !== "number" || program.inputs.some((port) => port !== clip && port !== valid) || !output) throw otherForm(plan, name);
  const rows = maxRows(plan, clip);
  const env = { step: 0, seed: 0, sizes: Object.fromEntries(program.sizes.map((size) => [size, plan.sizes.find((known) => known.name === size)?.max ?? 1])) };
  const [, ...rest] = portShape(output, env);
  const [tokens, dim] = rest.length === 1 ? [1, rest[0]] : rest;
  if (rest.length > 2 || tokens === undefined || dim === undefined) throw otherForm(plan, name);
  return { clip, valid, output: output.name, shape: { rate: sampleRate(plan, program), samples, rows, tokens, dim, steps: timeSteps(plan, tokens) } };
}

function maxRows(plan: Plan, clip: PortPlan): number {
  const size = clip.shape[0];
  if (typeof size === "number") return size;
  const runtime = typeof size === "object" && "size" in size ? plan.sizes.find((known) => known.name === size.size) : undefined;
  return runtime?.max ?? 1;
}

/** The rate the function's own input names, else the one the model is trained at. */
function sampleRate(plan: Plan, program: ProgramPlan): number {
  const own = program.inputs.find((port) => port.source?.kind === "audio")?.source?.args["rate"];
  const rate = own ?? audioNeed(plan.programs["step"] ?? { inputs: [] })?.rate;
  if (typeof rate !== "number") throw new UserError("JR601", `the model '${plan.model}' does not say at which rate it hears`, "Give its input a source: input clip: f32[batch, samples] from audio(rate: 16_000).");
  return rate;
}

/** A spectrogram cut into patches has `frames / patch` times; where the config tells no such thing, every token is one. */
function timeSteps(plan: Plan, tokens: number): number {
  const { frames, patch } = plan.config;
  const steps = typeof frames === "number" && typeof patch === "number" ? frames / patch : tokens;
  return Number.isInteger(steps) && tokens % steps === 0 ? steps : tokens;
}

function otherForm(plan: Plan, name: string): UserError {
  return new UserError("JR601", `'${name}' of the model '${plan.model}' does not embed clips`, "It should have the form: export fn embed(clip: f32[N, samples], valid: i32[N]) -> f32[N, T, dim].");
}
