import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { check } from "../../../compiler/check/check.ts";
import { DiagnosticBag } from "../../../compiler/diagnostics/diagnostic.ts";
import { renderDiagnostic } from "../../../compiler/diagnostics/render.ts";
import { loadProgram } from "../../../compiler/program/load.ts";

const models = fileURLToPath(new URL("../../../models/", import.meta.url));
const files = readdirSync(models, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".jm"));

describe("every file of models/", () => {
  it.each(files)("%s checks without a word", (file) => {
    const bag = new DiagnosticBag();
    const program = loadProgram(file, (path) => {
      try {
        return readFileSync(models + path, "utf8");
      } catch {
        return undefined;
      }
    }, bag);
    if (program !== undefined) check(program, bag);
    // A file of the library declares no model, which the loader says.
    const said = bag.all.filter((d) => d.code !== "JM0105");
    expect(said.map((d) => renderDiagnostic(d)).join("\n\n")).toBe("");
  });
});
