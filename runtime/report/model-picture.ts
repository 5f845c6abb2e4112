import type { ClipSource } from "../data/clip-source.ts";
import { ClipProblem } from "../data/clip-problem.ts";
import { randomKey, uniformAt } from "../plan/random.ts";
import type { Plan } from "../plan/schema.ts";
import { runEnvironment } from "../execute/sizes.ts";
import { stepProgram } from "../train/loop.ts";
import { logSpectrogram } from "./log-spectrogram.ts";
import { spectrogramPicture, type TokenMask } from "./spectrogram-picture.ts";

/**
 * A clip's spectrogram on the model's grid of tokens, with a mask over it; empty text where the config does not say what
 * the grid is (`frames`, `mels`, `patch`) or no clip is usable.
 */
export async function modelPicture(plan: Plan, source: ClipSource, seed: number, step: number): Promise<string> {
  const { frames, mels, patch, samples } = plan.config;
  if (typeof frames !== "number" || typeof mels !== "number" || typeof patch !== "number") return "";
  const found = await firstClip(source, typeof samples === "number" ? samples : Infinity);
  if (!found) return "";
  const mask = exampleMask(plan, frames / patch, mels / patch, seed, step);
  const covered = mask === null ? "" : `; ${mask.masked.size} of ${mask.rows * mask.cols} tokens masked, as many as in step ${step + 1}, placed at random`;
  return spectrogramPicture("A clip on the grid of tokens", `${found.name}, log power${covered}`, logSpectrogram(found.clip, source.rate, frames, mels), mask);
}

async function firstClip(source: ClipSource, samples: number): Promise<{ name: string; clip: Float32Array } | null> {
  for (let i = 0; i < source.count; i++) {
    try {
      const clip = await source.read(i, 0, samples);
      return { name: source.name(i), clip };
    } catch (error) {
      if (!(error instanceof ClipProblem)) throw error;
    }
  }
  return null;
}

/** As many tokens as the step's one drawn size says, at random places; null where the model draws no such size. */
function exampleMask(plan: Plan, rows: number, cols: number, seed: number, step: number): TokenMask | null {
  const { sizes } = runEnvironment(plan, "step", { seed, step });
  const [name, ...others] = stepProgram(plan).sizes.filter((size) => plan.sizes.find((known) => known.name === size)?.draw !== null);
  const count = name === undefined ? 0 : sizes[name]!;
  if (others.length > 0 || !(count > 0 && count < rows * cols)) return null;
  const key = randomKey(seed, step, 0);
  const order = Array.from({ length: rows * cols }, (_, token) => token).sort((a, b) => uniformAt(key, a) - uniformAt(key, b));
  return { rows, cols, masked: new Set(order.slice(0, count)) };
}
