import fc from "fast-check";
import { expect, test } from "vitest";
import { DiagnosticBag } from "../../../compiler/diagnostics/diagnostic.ts";
import { renderDiagnostic } from "../../../compiler/diagnostics/render.ts";
import { loadProgram } from "../../../compiler/program/load.ts";
import { parse } from "../../../compiler/syntax/parser.ts";
import { format } from "../../../compiler/syntax/format.ts";
import { bare, models, parsed, parsedWithMessages } from "./models.ts";
import { mutate, random } from "./mutate.ts";

/** Parses, and prints every message: neither may throw, and every label must lie within its text. */
function tryText(text: string): number {
  const bag = new DiagnosticBag();
  const file = parse({ path: "fuzz.jm", text }, bag);
  if (file.span.end !== text.length) throw new Error("the tree does not span the file");
  for (const diagnostic of bag.all) {
    if (!renderDiagnostic(diagnostic).includes(diagnostic.code)) throw new Error("a message without its code");
    for (const { span } of diagnostic.labels) {
      if (!(span.start >= 0 && span.end >= span.start && span.end <= text.length + 1)) throw new Error(`${diagnostic.code} points out of the text`);
    }
  }
  return bag.all.length;
}

test("10,000 mutated models give messages, never exceptions", { timeout: 120_000 }, () => {
  const draw = random(20_261_123);
  const texts = models.map((source) => source.text);
  let messages = 0;
  for (let i = 0; i < 10_000; i++) {
    const text = mutate(texts[i % texts.length]!, draw, texts);
    try {
      messages += tryText(text);
    } catch (error) {
      throw new Error(`case ${i} of the fuzz:\n${text}`, { cause: error });
    }
  }
  expect(messages).toBeGreaterThan(10_000);
});

test("damaged models that still parse are formatted to the same tree, once and for all", () => {
  const draw = random(11);
  const texts = models.map((source) => source.text);
  let formatted = 0;
  for (let i = 0; i < 2_000; i++) {
    const text = mutate(texts[i % texts.length]!, draw, texts);
    const { file, messages } = parsedWithMessages(text);
    if (messages.length > 0) continue;
    const once = format({ path: "fuzz.jm", text });
    const shown = `case ${i}:\n${text}\n---\n${once}`;
    expect(bare(parsed(once)), shown).toEqual(bare(file));
    expect(format({ path: "fuzz.jm", text: once }), shown).toBe(once);
    formatted++;
  }
  expect(formatted).toBeGreaterThan(100);
});

test("any text gives messages, never exceptions", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void tryText(text)), { numRuns: 500, seed: 1 });
});

test("any row of words and marks gives messages, never exceptions", () => {
  const pieces = "fn module model let var net param train optimize optimizer if else for in ( ) [ ] { } , : ; .. . = == -> |> + - ^ not 1 2.5 x \"t\" \n /// //".split(" ");
  const row = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((words) => words.join(" "));
  fc.assert(fc.property(row, (text) => void tryText(text)), { numRuns: 1_500, seed: 2 });
});

test.each([
  ["parentheses", "let x = " + "(".repeat(20_000)],
  ["braces", "fn f() -> real " + "{ if a ".repeat(20_000)],
  ["signs", "let x = " + "-".repeat(20_000) + "1"],
  ["powers", "let x = 1" + " ^ 1".repeat(20_000)],
  ["sums", "let x = 1" + " + 1".repeat(20_000)],
  ["members", "let x = a" + ".a".repeat(20_000)],
  ["cases", "fn f() -> real = if a { 1 }" + " else if a { 1 }".repeat(20_000)],
  ["member cases", "module M() { if a { }" + " else if a { }".repeat(20_000) + "}"],
  ["closers", "}".repeat(1_000)],
  ["semicolons", ";".repeat(1_000)],
])("very many %s are refused, not followed down", (_, text) => {
  expect(tryText(text)).toBeGreaterThan(0);
});

test("mutated files of a program load with messages", () => {
  const draw = random(7);
  const texts = new Map(models.map((source) => [source.path.replace(/^models\//, ""), source.text]));
  for (let i = 0; i < 200; i++) {
    const bag = new DiagnosticBag();
    const read = (path: string) => {
      const text = texts.get(path);
      return text === undefined || draw() < 0.1 ? undefined : draw() < 0.5 ? mutate(text, draw, [...texts.values()]) : text;
    };
    const program = loadProgram("audio-jepa.jm", read, bag);
    expect(program !== undefined || bag.hasErrors).toBe(true);
  }
});
