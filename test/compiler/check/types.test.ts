import { describe, expect, it } from "vitest";
import { check } from "../../../compiler/check/check.ts";
import { DiagnosticBag } from "../../../compiler/diagnostics/diagnostic.ts";
import { loadProgram } from "../../../compiler/program/load.ts";
import type { Expr } from "../../../compiler/syntax/ast.ts";
import { readModel } from "./check-fragment.ts";

/** `name: type` for each name that a file binds, in order. */
function boundTypes(path: string, read = readModel): string[] {
  const bag = new DiagnosticBag();
  const program = loadProgram(path, read, bag)!;
  const checked = check(program, bag);
  const lines: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const node = value as { kind?: string; name?: { name: string }; names?: { name: string }[]; value?: Expr };
    if (node.value !== undefined && ["bind", "let", "dim", "net", "report"].includes(node.kind ?? "")) {
      const names = node.kind === "bind" ? node.names!.map((n) => n.name).join(", ") : node.name!.name;
      lines.push(`${names}: ${checked.typeText(node.value) ?? "?"}`);
    }
    for (const [key, child] of Object.entries(value)) if (!key.toLowerCase().endsWith("span")) visit(child);
  };
  visit(program.main.file.items);
  return lines;
}

function typesIn(text: string): string[] {
  return boundTypes("text.jm", (path) => (path === "text.jm" ? text : readModel(path)));
}

describe("types", () => {
  it.each(["audio-jepa.jm", "std/audio.jm", "std/vit.jm", "std/layers.jm"])("of what %s binds", async (path) => {
    const lines = boundTypes(path);
    expect(lines.join("\n")).not.toContain("?");
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot(`types/${path.replaceAll("/", "-").replace(".jm", ".txt")}`);
  });

  it("finds the sizes of a call: bare names, then what is linear in one, then the expected type", () => {
    const types = typesIn(`
      fn bare(a: f32[B, N], b: f32[N]) -> f32[N, B] = transpose(a + b)
      fn linear(a: f32[2 * N + 1]) -> f32[N] = a[N + 1:]
      fn scaled(a: f32[p * N], p: int) -> f32[N] = a[:N]
      fn packed(a: f32[..S, D]) -> f32[D, ..S] = full([D, ..S], 0.0)
      fn f(x: f32[P, 4 * Q + 5], p: int) -> f32[] {
        let a = bare(x, x[0])
        let b = linear(x[0])
        let c = scaled(full([p * P * p], 1.0), p)
        let d = packed(full([P, Q, 7], 1.0))
        let e = packed(x[0])
        mean(a) + mean(b) + mean(c) + mean(d) + mean(e)
      }`);
    expect(types).toEqual(["a: f32[4*Q + 5, P]", "b: f32[2*Q + 2]", "c: f32[P*p]", "d: f32[7, P, Q]", "e: f32[4*Q + 5]"]);
  });

  it("knows equal integers by how they are written", () => {
    const types = typesIn(`
      fn f(x: f32[S], hop: int) -> f32[] {
        let size = int(2.5 * hop)
        let a = uniform([size]) + uniform([int(2.5 * hop)])
        let b = uniform([idiv(S, hop)]) + uniform([idiv(S, hop)])
        let c = uniform([max(S, 3)])
        mean(a) + mean(b) + mean(c)
      }`);
    expect(types).toEqual(["size: int", "a: f32[size]", "b: f32[idiv(S, hop)]", "c: f32[max(S, 3)]"]);
  });
});
