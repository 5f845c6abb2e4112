import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderDiagnostic } from "../../../compiler/diagnostics/render.ts";
import { checkFragment } from "./check-fragment.ts";

/** The flagship model as it once was, so that its growth does not move the lines of these messages. */
const model = readFileSync(new URL("edits/audio-jepa.jm", import.meta.url), "utf8");

/** Slips in it: what is written, what is written instead. */
const edits: Record<string, readonly [string, string]> = {
  "the-wrong-tokens": ["let target    = gather(latents, masked)", "let target    = gather(latents, visible)"],
  "arguments-swapped": ["predictor(context, visible, masked)", "predictor(context, masked, visible)"],
  "where-forgotten": [" where frames % patch == 0, mels % patch == 0", ""],
  "a-dropped-argument": ["Predictor(rows, cols, dim, width, predictor_depth, predictor_heads)", "Predictor(rows, cols, dim, predictor_depth, predictor_heads)"],
  "rows-for-columns": ["-> f32[N, T, patch * patch] =", "-> f32[N, T, patch] ="],
  "the-target-trained": ["optimize encoder, predictor with", "optimize encoder, target_encoder with"],
  "a-misspelt-config": ["patch = 8\n", "pach = 8\n"],
  "patches-left-out": ["encoder.visible(patches, visible)", "encoder(visible)"],
  "mean-left-out": ["minimize squared_distance(predicted, target)", "minimize sum(square(predicted - target), axis: -1)"],
  "schedule-as-size": ["dim V = T - M", "dim V = T - floor(M * random())"],
  "piped-without-arguments": ["log_mel(rate, mels, frames)", "log_mel"],
  "a-sum-of-two-lengths": ["squared_distance(predicted, target)", "squared_distance(predicted - context, target)"],
};

describe("slips in a model", () => {
  it.each(Object.entries(edits))("%s", async (name, [written, instead]) => {
    expect(model).toContain(written);
    const said = checkFragment("audio-jepa.jm", model.replace(written, instead));
    expect(said.length).toBeGreaterThan(0);
    await expect(`${said.map((d) => renderDiagnostic(d)).join("\n\n")}\n`).toMatchFileSnapshot(`edits/${name}.txt`);
  });
});
