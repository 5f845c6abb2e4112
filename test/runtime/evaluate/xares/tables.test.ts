import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { classesOf, frameTargets, readLabel, type Label } from "../../../../runtime/evaluate/xares/label.ts";
import { PUBLISHED } from "../../../../runtime/evaluate/xares/published.ts";
import { TASKS } from "../../../../runtime/evaluate/xares/tasks.ts";

const task = (name: string) => TASKS.find((one) => one.name === name)!;

describe("the task table", () => {
  it("has all tasks of the paper's tables, and each by kNN that is in Table III", () => {
    const [audioJepa] = PUBLISHED;
    expect(Object.keys(audioJepa!.linear)).toHaveLength(20);
    expect(Object.keys(audioJepa!.knn)).toHaveLength(16);
    for (const { name, knn, record } of TASKS) {
      if (record === null) continue;
      expect(audioJepa!.linear[name] !== undefined, name).toBe(name !== "maestro");
      expect(audioJepa!.knn[name] !== undefined, name).toBe(knn);
    }
    for (const model of PUBLISHED) for (const name of [...Object.keys(model.linear), ...Object.keys(model.knn)]) expect(task(name), name).toBeDefined();
  });

  it("has the weights of the suite: without LibriSpeech-100h's 10,000 they sum to 28,752", () => {
    expect(TASKS.filter((one) => one.record !== null).reduce((sum, { weight }) => sum + weight, 0)).toBe(38_752 - 10_000);
  });

  it("agrees with docs/reference.md", () => {
    const rows = readFileSync("docs/reference.md", "utf8").split("\n").filter((line) => /^\| `\w+` \| \d/.test(line)).map((line) => line.split("|").map((cell) => cell.trim()));
    const open = TASKS.filter((one) => one.record !== null);
    expect(rows.map((row) => row[1])).toEqual(open.map(({ name }) => `\`${name}\``));
    for (const [i, one] of open.entries()) {
      const row = rows[i]!;
      const number = (text: RegExp, usual: number): number => Number(text.exec(row[6]!)?.[1] ?? usual);
      expect({ record: Number(row[2]), classes: Number(row[3]!.replace(",", "")), epochs: number(/(\d+) epochs/, 10), batch: number(/batch (\d+)/, 32), crop: number(/crop (\d+) s/, 0), knn: !row[6]!.includes("no kNN") })
        .toEqual({ record: one.record, classes: one.classes, epochs: one.epochs, batch: one.batch, crop: one.crop ?? 0, knn: one.knn });
      const folds = "folds" in one.shards ? one.shards.folds.length : 0;
      expect(Number(/(\d+) folds/.exec(row[5]!)?.[1] ?? 0)).toBe(folds);
    }
  });
});

describe("labels", () => {
  const read = (name: string, value: unknown): Label => readLabel(task(name).labels, JSON.stringify(value));

  it.each<[string, unknown, Label]>([
    ["esc50", { label: 14 }, { kind: "classes", names: ["14"] }],
    ["librispeechmalefemale", { gender: "M", trans: "A" }, { kind: "classes", names: ["M"] }],
    ["librispeechmalefemale", { gender: "X" }, { kind: "classes", names: ["F"] }],
    ["fsd50k", { soundevent: "Bark;Dog;Bark" }, { kind: "classes", names: ["Bark", "Dog"] }],
    ["desed", [{ onset: 0.5, offset: 2, label: "Cat,Dog" }], { kind: "events", seconds: 10, events: [{ names: ["Cat", "Dog"], start: 0.5, end: 2 }] }],
    ["maestro", [{ start: 0, end: 3.5, note: 60 }], { kind: "events", seconds: 3.5, events: [{ names: ["60"], start: 0, end: 3.5 }] }],
    ["clotho", { a: "1", b: "2", c: "3", d: "4", e: "5" }, { kind: "captions", captions: ["1", "2", "3", "4", "5"] }],
  ])("of %s are read: %j", (name, value, label) => {
    expect(read(name, value)).toEqual(label);
  });

  it.each<[string, unknown, string]>([
    ["esc50", { class: 3 }, "expected a field 'label'"],
    ["desed", { onset: 0 }, "expected a list of events"],
    ["desed", [{ onset: "soon", offset: 2, label: "Cat" }], "expected seconds in 'onset', found soon"],
    ["clotho", { a: "1" }, "expected 5 captions, found 1"],
  ])("of %s that are wrong say so: %j", (name, value, message) => {
    expect(() => read(name, value)).toThrow(message);
  });

  it("are ordered by number where they are numbers", () => {
    const named = (...names: string[]): Label[] => names.map((name) => ({ kind: "classes", names: [name] }));
    expect(classesOf(named("10", "9", "2"))).toEqual(["2", "9", "10"]);
    expect(classesOf(named("b", "10", "a"))).toEqual(["10", "a", "b"]);
  });

  it("become frames: from ceil(start / hop) to ceil(end / hop), cut at the clip's end", () => {
    const label = read("desed", [{ onset: 0.6, offset: 1.3, label: "Dog" }, { onset: 9, offset: 99, label: "Cat" }]);
    const targets = frameTargets(label, new Map([["Cat", 0], ["Dog", 1]]), 18, 0.625);
    const frames = (c: number): number[] => Array.from({ length: 18 }, (_, i) => i).filter((frame) => targets[2 * frame + c] === 1);
    expect(frames(1)).toEqual([1, 2]); // ceil(0.96) = 1 up to ceil(2.08) = 3
    expect(frames(0)).toEqual([15]); // ceil(14.4) up to the 16 frames of 10 s
  });
});
