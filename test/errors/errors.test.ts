import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { renderDiagnostic } from "../../compiler/diagnostics/render.ts";
import { compileForErrors } from "./compile-for-errors.ts";

const folder = new URL(".", import.meta.url);
const programs = readdirSync(folder).filter((name) => name.endsWith(".jm"));

describe("wrong programs", () => {
  test.each(programs)("%s", async (name) => {
    const diagnostics = compileForErrors(name);
    expect(diagnostics.length, "a wrong program has a message").toBeGreaterThan(0);
    const text = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join("\n\n");
    await expect(`${text}\n`).toMatchFileSnapshot(name.replace(/\.jm$/, ".txt"));
  });
});
