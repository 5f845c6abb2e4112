import { expect, test } from "vitest";
import { compile } from "../../compiler/compile.ts";
import { renderDiagnostic } from "../../compiler/diagnostics/render.ts";
import { random } from "../compiler/syntax/mutate.ts";
import { readerOf } from "../support/models.ts";
import { smallText } from "./small.ts";

const CASES = 300;
const words = /[A-Za-z_]\w*|\d[\d_.]*(?:e-?\d+)?|->|\.\.|\|>|[<>=!]=|[-+*/%@^<>]|\S|\s+/g;
const numbers = ["0", "1", "2", "3", "7", "8", "16", "1_000_000_000", "0.0", "0.5", "-1"];
const operators = ["+", "-", "*", "/", "%", "@", "^", "<", ">=", "=="];

/** One to three words of the model replaced by others of their kind: most results parse, many are well typed. */
function mutated(draw: () => number): string {
  const tokens = smallText.match(words)!;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(draw() * from.length)]!;
  const names = tokens.filter((token) => /^[A-Za-z_]/.test(token));
  const body = tokens.flatMap((token, i) => (/^[\w]|^[-+*/%@^<>]$/.test(token) && i > 200 ? [i] : []));
  for (let edits = 1 + Math.floor(draw() * 3); edits > 0; edits--) {
    const i = pick(body);
    const token = tokens[i]!;
    if (/^\d/.test(token)) tokens[i] = pick(numbers);
    else if (/^[A-Za-z_]/.test(token)) tokens[i] = draw() < 0.2 ? pick(numbers) : pick(names);
    else tokens[i] = pick(operators);
  }
  return tokens.join("");
}

test("compile answers every mutated model with a build or with messages, and throws nothing", { timeout: 300_000 }, () => {
  const draw = random(20);
  const outcomes = { built: 0, refused: 0 };
  for (let i = 0; i < CASES; i++) {
    const text = mutated(draw);
    try {
      const { diagnostics, compiled } = compile("fuzz.jm", readerOf({ "fuzz.jm": text }));
      const errors = diagnostics.filter((d) => d.severity === "error");
      // One or the other: never a build with errors, nor a refusal without a reason.
      expect(errors.length > 0).toBe(compiled === undefined);
      for (const diagnostic of diagnostics) expect(renderDiagnostic(diagnostic)).not.toMatch(/undefined|\[object|NaN/);
      outcomes[compiled === undefined ? "refused" : "built"]++;
    } catch (error) {
      throw new Error(`case ${i}: ${(error as Error).message}\n${text}`, { cause: error });
    }
  }
  // The mutations reach all of the compiler.
  expect(outcomes.built).toBeGreaterThan(CASES / 20);
  expect(outcomes.refused).toBeGreaterThan(CASES / 3);
});
