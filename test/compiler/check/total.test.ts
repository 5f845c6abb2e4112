import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { check } from "../../../compiler/check/check.ts";
import { DiagnosticBag } from "../../../compiler/diagnostics/diagnostic.ts";
import { renderDiagnostic } from "../../../compiler/diagnostics/render.ts";
import { loadProgram } from "../../../compiler/program/load.ts";
import type { File } from "../../../compiler/syntax/ast.ts";
import { checkFragment, readModel } from "./check-fragment.ts";

const models = fileURLToPath(new URL("../../../models/", import.meta.url));
const names = readdirSync(models, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".jm"));
const texts = new Map(names.map((name) => [name, readModel(name) ?? ""]));

/** Words and signs of a text, so that a mutation is mostly still readable. */
function tokens(text: string): string[] {
  return text.match(/\/\/[^\n]*\n|[A-Za-z_]\w*|\d[\w.]*|"[^"]*"|\s+|->|\.\.|\|>|[<>=!]=|./g) ?? [];
}

const mutation = fc.record({
  name: fc.constantFrom(...names),
  edits: fc.array(fc.record({ at: fc.nat(), from: fc.nat(), kind: fc.constantFrom("swap", "copy", "drop", "double") }), { minLength: 1, maxLength: 4 }),
});

function mutated({ name, edits }: { name: string; edits: readonly { at: number; from: number; kind: string }[] }): string {
  const words = tokens(texts.get(name) ?? "");
  const content = words.flatMap((w, i) => (/^\s|^\/\//.test(w) ? [] : [i]));
  for (const { at, from, kind } of edits) {
    const [i, j] = [content[at % content.length]!, content[from % content.length]!];
    const word = words[i]!;
    if (kind === "drop") words[i] = "";
    else if (kind === "double") words[i] = `${word} ${word}`;
    else if (kind === "copy") words[i] = words[j]!;
    else [words[i], words[j]] = [words[j]!, word];
  }
  return words.join("");
}

/** Everything in a tree that is an expression, in place. */
function expressionsIn(file: File): { holder: Record<string, unknown>; key: string }[] {
  const found: { holder: Record<string, unknown>; key: string }[] = [];
  const kinds = new Set(["int", "real", "bool", "text", "name", "unary", "binary", "list", "list-for", "call", "member", "index", "if", "rearrange", "einsum"]);
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      if (key === "span" || key.endsWith("Span")) continue;
      const kind = (child as { kind?: string } | null)?.kind;
      if (kind !== undefined && kinds.has(kind)) found.push({ holder: value as Record<string, unknown>, key });
      visit(child);
    }
  };
  visit(file.items);
  return found;
}

describe("the checker", () => {
  it("has an answer for any text", () => {
    fc.assert(
      fc.property(mutation, (edit) => {
        const said = checkFragment(edit.name, mutated(edit));
        for (const diagnostic of said) expect(renderDiagnostic(diagnostic)).not.toMatch(/undefined|\[object|NaN/);
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  it("has an answer for any tree: each expression in another's place", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 5 }), (name, moves) => {
        const bag = new DiagnosticBag();
        const program = loadProgram(name, readModel, bag);
        expect(program).toBeDefined();
        const places = expressionsIn(program!.main.file);
        for (const [to, from] of moves) {
          const [a, b] = [places[to % places.length], places[from % places.length]];
          if (a !== undefined && b !== undefined) a.holder[a.key] = structuredClone(b.holder[b.key]);
        }
        check(program!, bag);
        for (const diagnostic of bag.all) expect(renderDiagnostic(diagnostic)).not.toMatch(/undefined|\[object|NaN/);
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});
