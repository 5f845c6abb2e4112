import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Sources, not builds, are tested: the runtime's public names lead to its sources. The longer name goes first. */
const alias = [
  { find: "@jepac/runtime/plan", replacement: here("./runtime/plan/index.ts") },
  { find: "@jepac/runtime", replacement: here("./runtime/index.ts") },
];

/** Files that open a device are named `*.gpu.test.ts` (or `.mjs`): each gets a process and a device of its own. */
const usesDevice = "test/**/*.gpu.test.{ts,mjs}";

export default defineConfig({
  resolve: { alias },
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "host", include: ["test/**/*.test.{ts,mjs}"], exclude: [usesDevice], isolate: false } },
      { extends: true, test: { name: "device", include: [usesDevice], isolate: true } },
    ],
  },
});
