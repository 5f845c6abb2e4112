#!/usr/bin/env node
// The whole test run: a Vulkan driver, lint, the types of the tests, then the tests; `npm test` builds first.
// With arguments, only the tests they name: `npm test -- test/runtime/plan`.
// The last line is always `N passed, N failed`; a check that fails counts as one failed test.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const chosen = process.argv.slice(2);
const environment = {
  ...process.env,
  // Compiled shaders are kept between runs: compiling one takes the software driver up to two seconds.
  MESA_SHADER_CACHE_DIR: process.env.MESA_SHADER_CACHE_DIR ?? join(root, ".cache", "mesa"),
  // Two test processes run at once, each driver on its caller's thread: faster for small kernels than sharing threads.
  LP_NUM_THREADS: process.env.LP_NUM_THREADS ?? "0",
};

const checks = [
  { name: "Vulkan", command: ["scripts/setup-vulkan.mjs"] },
  { name: "lint", command: ["node_modules/eslint/bin/eslint.js", "."] },
  { name: "imports", command: ["scripts/check-imports.mjs"] },
  { name: "types of the tests", command: ["node_modules/typescript/bin/tsc", "-p", "tsconfig.test.json"] },
];

let failedChecks = 0;
for (const check of chosen.length > 0 ? checks.slice(0, 1) : checks) {
  if (run(check.command) === 0) continue;
  console.error(`✗ ${check.name} failed`);
  failedChecks++;
}
const tests = runTests();
console.log(`${tests.passed} passed, ${tests.failed + failedChecks} failed`);
process.exitCode = tests.failed + failedChecks > 0 || tests.passed === 0 ? 1 : 0;

/** @returns {{ passed: number, failed: number }} A file that does not load, or a run that breaks off, is a failure. */
function runTests() {
  mkdirSync(environment.MESA_SHADER_CACHE_DIR, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), "jepac-test-"));
  const report = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const status = run(["node_modules/vitest/vitest.mjs", "run", ...reporters, ...chosen]);
  try {
    const result = JSON.parse(readFileSync(report, "utf8"));
    const unloaded = result.testResults.filter((file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"));
    const failed = result.numFailedTests + unloaded.length;
    return { passed: result.numPassedTests, failed: failed === 0 && status !== 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a script with this Node; its exit code. */
function run(script) {
  return spawnSync(process.execPath, script, { cwd: root, env: environment, stdio: "inherit" }).status ?? 1;
}
