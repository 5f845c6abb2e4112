import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const script = fileURLToPath(new URL("../../scripts/check-imports.mjs", import.meta.url));

/** Runs the check over a small project. */
function check(files) {
  const root = mkdtempSync(join(tmpdir(), "jepac-imports-"));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const { status, stderr } = spawnSync(process.execPath, [script, root], { encoding: "utf8" });
  rmSync(root, { recursive: true });
  return { status, problems: stderr.trim() };
}

it("lets pass what flows the right way", () => {
  const answer = check({
    "compiler/a.ts": 'import type { Plan } from "@jepac/runtime/plan"; import { b } from "./b.ts"; export const a = b as unknown as Plan;',
    "compiler/b.ts": 'import type { a } from "./a.ts"; export const b = 1; export type A = typeof a;',
    "cli/main.ts": 'import { a } from "../compiler/a.ts"; import "@jepac/runtime"; console.log(a);',
  });
  expect(answer).toEqual({ status: 0, problems: "" });
});

it("finds a cycle, at the import that closes it", () => {
  const answer = check({
    "runtime/a.ts": 'export * from "./b.ts";',
    "runtime/b.ts": 'import { c } from "./deep/c.ts"; export const b = c;',
    "runtime/deep/c.ts": 'import { b } from "../b.ts"; export const c = () => b;',
  });
  expect(answer).toEqual({ status: 1, problems: "import cycle: runtime/b.ts → runtime/deep/c.ts → runtime/b.ts" });
});

it.each([
  ["the compiler, the runtime's insides", "compiler/a.ts", 'import "../runtime/gpu.ts";'],
  ["the compiler, the runtime's entry", "compiler/a.ts", 'import { Session } from "@jepac/runtime";'],
  ["the compiler, files", "compiler/a.ts", 'import { readFileSync } from "node:fs";'],
  ["the compiler, the CLI, even for a type", "compiler/a.ts", 'import type { X } from "../cli/main.ts";'],
  ["the runtime, the compiler, even later", "runtime/a.ts", 'const later = () => import("../compiler/a.ts");'],
])("keeps from %s", (_, file, text) => {
  const answer = check({ [file]: `\n${text}` });
  expect(answer.status).toBe(1);
  expect(answer.problems).toContain(`${file}:2 imports `);
});
