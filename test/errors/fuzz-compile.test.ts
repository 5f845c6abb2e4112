import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { compile, type CompileResult } from "../../compiler/compile.ts";
import { renderDiagnostic } from "../../compiler/diagnostics/render.ts";
import { random } from "../compiler/syntax/mutate.ts";
import { anyDamage } from "./damage.ts";

const small = new URL("small/", import.meta.url);
/** Models of a few lines that import nothing; together they use most of the language. */
const models = readdirSync(small).map((name) => ({ name, text: readFileSync(new URL(name, small), "utf8") }));
const prelude = readFileSync(new URL("../../models/std/prelude.jm", import.meta.url), "utf8");

const stages = ["syntax", "check", "elaborate", "lower", "built"] as const;
type Stage = (typeof stages)[number];

function compileText(text: string): CompileResult {
  return compile("fuzz.jm", (path) => (path === "fuzz.jm" ? text : path === "std/prelude.jm" ? prelude : undefined));
}

/** Where a compilation ended; the families of codes are in docs/errors. */
function lastStage({ diagnostics, compiled }: CompileResult): Stage {
  if (compiled !== undefined) return "built";
  const codes = diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
  if (codes.length === 0) throw new Error("nothing was built, and no error says why");
  if (codes.some((code) => /^JM0[01]/.test(code))) return "syntax";
  if (codes.some((code) => /^JM0[2-4]/.test(code))) return "check";
  return codes.some((code) => code.startsWith("JM05")) ? "elaborate" : "lower";
}

test.each(models)("$name is built as it stands", ({ text }) => {
  const { diagnostics, compiled } = compileText(text);
  expect(diagnostics.map((diagnostic) => renderDiagnostic(diagnostic))).toEqual([]);
  expect(compiled?.files.has("trainer.ts")).toBe(true);
});

test("10,000 damaged models are built or refused with messages, never with exceptions", { timeout: 300_000 }, () => {
  const draw = random(20_261_123);
  const texts = models.map(({ text }) => text);
  const ended: Record<Stage, number> = { syntax: 0, check: 0, elaborate: 0, lower: 0, built: 0 };
  for (let i = 0; i < 10_000; i++) {
    const text = anyDamage(texts[i % texts.length]!, draw, texts);
    try {
      const result = compileText(text);
      for (const diagnostic of result.diagnostics) renderDiagnostic(diagnostic);
      ended[lastStage(result)]++;
    } catch (error) {
      throw new Error(`case ${i} of the fuzz:\n${text}`, { cause: error });
    }
  }
  // The cases are worth something only if every stage sees a fair share of them.
  const reached = (stage: Stage) => stages.slice(stages.indexOf(stage)).reduce((sum, later) => sum + ended[later], 0);
  const shares = JSON.stringify(ended);
  expect(reached("check"), shares).toBeGreaterThan(4_000);
  expect(reached("elaborate"), shares).toBeGreaterThan(600);
  expect(reached("lower"), shares).toBeGreaterThan(400);
  expect(ended.elaborate, shares).toBeGreaterThan(50);
  expect(ended.lower, shares).toBeGreaterThan(0);
});
