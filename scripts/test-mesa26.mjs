#!/usr/bin/env node
// Runs device tests under Mesa 26, whose software driver has subgroup matrices: `npm run test:mesa26 -- [files]`.
// Without files, the tests of matrix units. Where Mesa 26 cannot be had, it says so and passes.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mesa26 } from "./mesa26.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const files = process.argv.length > 2 ? process.argv.slice(2) : ["test/compiler/schedule/matrices", "test/compiler/schedule/operand-sums.gpu", "test/e2e/matrix-units"];
const found = mesa26(join(root, ".cache", "mesa26"));
if ("missing" in found) {
  console.log(`skipped: Mesa 26 is not to be had here: ${found.missing}`);
} else {
  const cache = join(root, ".cache", "mesa26-shaders");
  mkdirSync(cache, { recursive: true });
  const env = { LP_NUM_THREADS: "0", ...process.env, ...found.env, MESA_SHADER_CACHE_DIR: cache };
  const { status } = spawnSync(found.node, ["node_modules/vitest/vitest.mjs", "run", "--project", "device", ...files], { cwd: root, env, stdio: "inherit" });
  process.exitCode = status ?? 1;
}
