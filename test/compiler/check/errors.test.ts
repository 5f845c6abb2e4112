import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { renderDiagnostic } from "../../../compiler/diagnostics/render.ts";
import { checkFragment } from "./check-fragment.ts";

const folder = new URL("errors/", import.meta.url);
const programs = readdirSync(folder).filter((name) => name.endsWith(".jm"));

describe("wrong programs", () => {
  test.each(programs)("%s", async (name) => {
    const text = readFileSync(new URL(name, folder), "utf8");
    const diagnostics = checkFragment(name, text);
    expect(diagnostics.length, "a wrong program has a message").toBeGreaterThan(0);
    const rendered = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic)).join("\n\n");
    await expect(`${rendered}\n`).toMatchFileSnapshot(`errors/${name.replace(/\.jm$/, ".txt")}`);
  });
});
