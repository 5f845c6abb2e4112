import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Code } from "../../../compiler/diagnostics/code.ts";
import { codes } from "../../../compiler/diagnostics/codes.ts";
import { errorPages } from "../../../compiler/diagnostics/pages.ts";
import { programCodes } from "../../../compiler/diagnostics/codes/program.ts";
import { syntaxCodes } from "../../../compiler/diagnostics/codes/syntax.ts";
import { DiagnosticBag } from "../../../compiler/diagnostics/diagnostic.ts";
import { loadProgram } from "../../../compiler/program/load.ts";
import { models } from "../syntax/models.ts";

const folder = new URL("../../../docs/errors/", import.meta.url);

test("docs/errors is what scripts/make-error-pages.mjs writes", () => {
  const pages = errorPages();
  expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
  for (const [name, text] of pages) expect(readFileSync(new URL(name, folder), "utf8"), `${name} is out of date`).toBe(text);
});

test.each(Object.entries(codes))("%s says what it must", (id, row: Code<never>) => {
  expect(id).toMatch(/^JM0[0-6]\d\d$/);
  expect(row.title).not.toMatch(/[.:]$/);
  expect(row.explain).toMatch(/[.)]$/);
  expect(row.wrong).not.toBe("");
  expect(row.right).not.toBe(row.wrong);
});

describe("the examples of syntax and imports", () => {
  const std = new Map(models.map((source) => [source.path.replace(/^models\//, ""), source.text]));
  const others: Readonly<Record<string, string>> = { "b.jm": 'import { f } from "./a"\nfn g(x: real) -> real = x' };
  const codesOf = (text: string): string[] => {
    const bag = new DiagnosticBag();
    loadProgram("a.jm", (path) => (path === "a.jm" ? text : (others[path] ?? std.get(path))), bag);
    return bag.all.map((diagnostic) => diagnostic.code);
  };
  // An ellipsis stands for a program too long to print.
  const rows = Object.entries({ ...syntaxCodes, ...programCodes }).filter(([, row]) => !row.wrong.includes(" ... "));

  test.each(rows)("%s", (id, { wrong, right }) => {
    expect(codesOf(wrong), wrong).toContain(id);
    const remaining = codesOf(right).filter((code) => code !== "JM0105");
    if (!right.includes("...")) expect(remaining, right).toEqual([]);
  });
});
