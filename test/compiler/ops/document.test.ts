import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { operationsPage } from "../../../compiler/ops/document.ts";

test("docs/operations.md is up to date (npm run build && node scripts/make-op-table.mjs)", () => {
  expect(readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8")).toBe(operationsPage());
});
