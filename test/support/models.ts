import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { renderDiagnostic } from "../../compiler/diagnostics/render.ts";
import { checkProgram } from "../../compiler/check-program.ts";
import { elaborate, type ElaboratedModel } from "../../compiler/elaborate/model.ts";
import type { Choices } from "../../compiler/elaborate/config.ts";
import type { Program } from "../../compiler/program/program.ts";

const models = fileURLToPath(new URL("../../models/", import.meta.url));

/** Reads "models/x.jm" and "std/x.jm" from the repository, and the given texts by their own names. */
export function readerOf(texts: Readonly<Record<string, string>> = {}): (path: string) => string | undefined {
  return (path) => {
    const own = texts[path];
    if (own !== undefined) return own;
    const file = models + path.replace(/^models\//, "");
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
}

/** The checked program of a text or a path; fails the test with the rendered messages if there are any errors. */
export function programOf(path: string, text?: string): Program {
  const { diagnostics, program } = checkProgram(path, readerOf(text === undefined ? {} : { [path]: text }));
  if (program === undefined) throw new Error(diagnostics.map((d) => renderDiagnostic(d)).join("\n"));
  return program;
}

export function modelOf(path: string, choices: Choices, text?: string): ElaboratedModel {
  const result = elaborate(programOf(path, text), choices);
  if ("failure" in result) throw new Error(renderDiagnostic(result.failure));
  return result.model;
}

/** The text of a model with its mask order and log-mel taken as inputs: what the goldens of PyTorch fix. */
export function goldenText(variant: "paper" | "official"): string {
  const file = variant === "paper" ? "audio-jepa.jm" : "audio-jepa-official.jm";
  const replace = (text: string, from: string, to: string): string => {
    if (!text.includes(from)) throw new Error(`models/${file} no longer says '${from}'`);
    return text.replace(from, to);
  };
  let text = readFileSync(models + file, "utf8");
  text = replace(text, "let order     = random_order(batch, T)", "");
  text = replace(text, "input valid", "input order: i32[batch, T]\n  input log_mels: f32[batch, frames, mels]\n  input valid");
  return replace(text, "let patches   = features(clip, valid)", "let patches   = patchify(log_mels, patch)");
}

/** The config of test/goldens/preset.py. */
export const GOLDEN_CONFIG = {
  batch: "3", rate: "8000", samples: "8000", mels: "16", frames: "32", patch: "4", dim: "24", depth: "2", heads: "3",
  width: "16", predictor_depth: "2", predictor_heads: "2", steps: "50", warmup: "5",
} as const;
