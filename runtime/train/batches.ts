import type { PortPlan, ProgramPlan } from "../plan/schema.ts";
import { UserError } from "../errors.ts";
import type { Values } from "./session.ts";

/** The clips of one step. */
export interface Batch {
  /** f32[batch, samples], row-major. */
  readonly clip: Float32Array;
  /** i32[batch]: how many samples of each row are real; the rest is padding. */
  readonly valid: Int32Array;
  readonly names: readonly string[];
}

/** Gives the batch of any step: a function of (seed, step), so that a resumed run sees the same clips. */
export interface BatchSource {
  batch(step: number): Promise<Batch>;
}

/** What a program's audio input asks of the loader. */
export interface AudioNeed {
  /** Hz. */
  readonly rate: number;
  /** Rows of a batch; null where the caller of the program chooses. */
  readonly batch: number | null;
  /** Samples of a row. */
  readonly samples: number;
  /** Where clips longer than a row are cut when training: anywhere, unless the model says `crop: "start"`. */
  readonly crop: "random" | "start";
}

/** The audio a program wants for a whole batch, null where it wants none. Throws a UserError JR526 for inputs that nothing can fill. */
export function audioNeed({ inputs, phases }: Pick<ProgramPlan, "inputs" | "phases">): AudioNeed | null {
  for (const port of inputs) {
    const kind = port.source?.kind;
    if (kind !== "audio" && kind !== "valid") {
      throw new UserError("JR526", `input '${port.name}' comes from ${kind === undefined ? "nowhere" : `'${kind}'`}; audio(...) and valid() can be filled`, "Give it a source: input clip: f32[batch, samples] from audio(rate: 16_000).");
    }
  }
  const [port, ...others] = inputs.filter((input) => input.source?.kind === "audio");
  if (!port) return null;
  if (others.length > 0) throw new UserError("JR526", `inputs '${port.name}' and '${others[0]!.name}' both ask for audio; one input can`);
  const { rate, crop = "random" } = port.source!.args;
  const [batch, samples] = port.shape;
  if (typeof rate !== "number" || !(rate > 0)) throw new UserError("JR526", `the audio of input '${port.name}' has rate ${String(rate)}; a rate in Hz was expected`);
  if (crop !== "random" && crop !== "start") throw new UserError("JR526", `the audio of input '${port.name}' has crop ${JSON.stringify(crop)}; "random" or "start" was expected`);
  if (batch === undefined || typeof samples !== "number" || port.shape.length !== 2) {
    throw new UserError("JR526", `input '${port.name}' takes audio and must have the shape [clips, samples], with a fixed number of samples`);
  }
  return { rate, batch: typeof batch === "number" ? batch * (phases?.passes ?? 1) : null, samples, crop };
}

/** The values of a program's inputs, taken from a batch. */
export function fillInputs(inputs: readonly PortPlan[], batch: Batch): Record<string, Values> {
  return Object.fromEntries(inputs.map((port) => [port.name, port.source?.kind === "valid" ? batch.valid : batch.clip]));
}
