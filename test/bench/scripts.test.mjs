import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const bench = fileURLToPath(new URL("../../bench/", import.meta.url));
const run = (program, ...args) => spawnSync(program, args, { encoding: "utf8" });

test("every bench that is listed is there, and every one that is documented is listed", () => {
  const { status, stdout } = run(process.execPath, `${bench}run.mjs`, "--help");
  expect(status).toBe(0);
  const listed = stdout.trim().split("\n").map((line) => line.split(" ")[0]);
  for (const name of listed) expect(existsSync(`${bench}${name}.mjs`), name).toBe(true);
  const documented = ["benchmarks.md", "results.md"].flatMap((file) => [...readFileSync(`${bench}../docs/${file}`, "utf8").matchAll(/npm run bench -- (?:--mesa26 )?(\w[\w/-]*)/g)].map(([, name]) => name));
  expect(documented.length).toBeGreaterThan(3);
  for (const name of documented) expect(listed).toContain(name);
  expect(run(process.execPath, `${bench}run.mjs`, "nope").status).toBe(1);
});

test.each(["gpu.sh", "gpu/machine.sh", "gpu/pack.sh", "gpu/profile.sh"])("%s is a script that bash can read", (script) => {
  expect(run("bash", "-n", bench + script)).toMatchObject({ status: 0, stderr: "" });
});

test("gpu.sh explains itself to those who misspell", () => {
  const { status, stdout } = run("bash", `${bench}gpu.sh`, "--smal");
  expect(status).toBe(2);
  expect(stdout).toMatch(/bench\/gpu\.sh \[--out FOLDER\][^]*JEPAC_OFFLINE/);
});
