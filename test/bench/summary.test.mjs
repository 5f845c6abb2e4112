import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { disagreement, ratiosTo, summarise } from "../../bench/support/summary.mjs";
import { number, table } from "../../bench/support/table.mjs";

const run = (peer, step_ms, others = 0, losses = [2, 1]) => ({ peer, step_ms, cpu_ms: 2 * step_ms, first_ms: 10 * step_ms, others, losses });

test("a disturbed round does not count where a quiet one is", () => {
  const [a, b] = summarise([run("a", 100), run("b", 400, 0.9), run("a", 900, 0.8), run("b", 600, 0.7), run("a", 110), run("a", 120)]);
  expect(a).toMatchObject({ peer: "a", step_ms: 110, cpu_ms: 220, first_ms: 1100, rounds: 4, quiet_rounds: 3 });
  expect(b).toMatchObject({ peer: "b", step_ms: 500, rounds: 2, quiet_rounds: 0 });
});

test("ratios are how many times longer the others take", () => {
  const summaries = summarise([run("jepac", 100), run("slow", 425), run("fast", 50)]);
  expect(ratiosTo("jepac", summaries)).toEqual({ slow: 4.25, fast: 0.5 });
  expect(ratiosTo("jepac", summaries, "cpu_ms")).toEqual({ slow: 4.25, fast: 0.5 });
  expect(() => ratiosTo("other", summaries)).toThrow("nothing was measured of other");
});

test("losses that differ, or are no numbers, or are missing, are seen", () => {
  const of = (...losses) => losses.map((list, i) => ({ peer: `p${i}`, losses: list }));
  expect(disagreement(of([2, 1], [2, 1.1]), 2)).toBeCloseTo(0.1);
  expect(disagreement(of([2, 1], [2, 1.1]), 1)).toBe(0);
  expect(disagreement(of([2, 1], [2, NaN]), 2)).toBe(Infinity);
  expect(() => disagreement(of([2, 1], [2]), 2)).toThrow("p1 gave 1 losses, not 2");
});

test("tables are aligned Markdown", () => {
  expect(table(["library", "ms"], [["jepac", number(1234.56, 1)], ["b", number(undefined)]])).toBe(
    ["| library |      ms |", "| ------- | ------: |", "| jepac   | 1,234.6 |", "| b       |       - |"].join("\n"),
  );
});

test("the peers' lock file names no host", () => {
  const lock = readFileSync(new URL("../../bench/peers/package-lock.json", import.meta.url), "utf8");
  expect(JSON.parse(lock).packages["node_modules/@jax-js/jax"].version).toBe("0.1.25");
  expect(lock).not.toContain('"resolved"');
});
