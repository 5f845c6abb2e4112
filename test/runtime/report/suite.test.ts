import { describe, expect, it } from "vitest";
import type { SuiteResult } from "../../../runtime/evaluate/xares/evaluate-suite.ts";
import type { Score, ScoredTask } from "../../../runtime/evaluate/xares/scores.ts";
import { suitePage } from "../../../runtime/report/suite/suite-page.ts";
import { suiteTables } from "../../../runtime/report/suite/tables.ts";
import { markdownTable, textTable } from "../../../runtime/report/suite/text.ts";
import { checkPage } from "./check-page.ts";

const score = (value: number, n = 50): Score => ({ score: value, low: value - 0.05, high: value + 0.05, n });
const esc50: ScoredTask = {
  status: "scored", task: "esc50", classes: ["dog", "<rain>", "sea"], samples: { train: 60, valid: 60, test: 60 }, notes: ["3 of the suite's 50 classes are in the data"],
  curves: [], skipped: [{ name: "a.tar/x.wav", reason: "silent", detail: "all samples are 0" }],
  scores: { linear: score(0.4), xares: score(0.2), cosine: score(0.3) },
  answers: { truth: [0, 0, 0, 1, 1, 2], predicted: [0, 1, 1, 1, 2, 2] },
  map: { points: [[0, 0], [1, 2], [2, 1]], shares: [0.6, 0.3], classes: [0, 1, -1] },
};
const clotho: ScoredTask = { status: "scored", task: "clotho", classes: [], samples: { train: 4, valid: 2, test: 2 }, curves: [], notes: [], skipped: [], scores: { linear: score(0.1) } };
const result: SuiteResult = {
  model: "Tiny", checkpoint: "runs/a", digest: "f00d", seed: 42,
  tasks: [esc50, clotho, { status: "missing", task: "voxceleb1", why: "no shards in data/voxceleb1", partly: false }, { status: "missing", task: "finger_snap", why: "no shards", partly: false }, { status: "failed", task: "cremad", why: "no clip is usable" }],
};
const one = [{ name: "runs/a", tasks: result.tasks }];

describe("the suite's tables", () => {
  const [second, third] = suiteTables(one);
  const row = (table: typeof second, title: string) => table!.rows.find((found) => found.title === title);

  it("have this run's scores beside the published ones, and say why there is none", () => {
    expect(second!.columns.map(({ name }) => name)).toEqual(["Audio-JEPA", "wav2vec 2.0", "data2vec", "linear"]);
    expect(third!.columns.map(({ name }) => name)).toEqual(["Audio-JEPA", "wav2vec 2.0", "data2vec", "kNN as X-ARES", "kNN by cosine"]);
    expect(row(second, "ESC-50")).toMatchObject({ metric: "accuracy", cells: [0.338, 0.51, 0.229, score(0.4)], note: "n = 50; 1 clips skipped; 3 of the suite's 50 classes are in the data" });
    expect(row(second, "VoxCeleb1")).toMatchObject({ cells: [0.041, 0.34, 0.105, null], note: "missing: Zenodo record 14811963" });
    expect(row(second, "CREMA-D")!.note).toBe("failed: no clip is usable");
    expect(row(third, "Clotho")).toBeUndefined();
    expect(row(second, "Finger snap sound")).toBeUndefined();
  });

  it("average every column over the tasks scored, by the suite's weights", () => {
    const { cells } = row(second, "weighted average of these 2")!;
    expect(cells[0]).toBeCloseTo((400 * 0.338 + 1045 * 0.014) / 1445, 12);
    expect(cells[3]).toBeCloseTo((400 * 0.4 + 1045 * 0.1) / 1445, 12);
  });

  it("carry two runs side by side", () => {
    const other = { name: "runs/b", tasks: [{ ...esc50, scores: { linear: score(0.5), attentive: score(0.6) } }] };
    const [table] = suiteTables([...one, other]);
    expect(table!.columns.slice(3).map(({ name }) => name)).toEqual(["runs/a, linear", "runs/b, linear", "runs/b, attentive"]);
    expect(row(table, "ESC-50")!.cells.slice(3)).toEqual([score(0.4), score(0.5), score(0.6)]);
    expect(row(table, "Clotho")!.cells.slice(3)).toEqual([score(0.1), null, null]);
  });

  it("are laid out as text and as Markdown", () => {
    expect(textTable(second!)).toMatch(/^ESC-50 +0\.338 +0\.510 +0\.229 +0\.400 \[0\.350, 0\.450\] +n = 50;/m);
    const markdown = markdownTable(third!);
    expect(markdown).toContain("| task | metric | Audio-JEPA (published) |");
    expect(markdown).toContain("| ESC-50 | accuracy | 0.140 | 0.081 | 0.040 | 0.200 [0.150, 0.250] | 0.300 [0.250, 0.350] |");
  });
});

describe("the suite's page", () => {
  it("needs nothing else, and shows tables, confusion and map", () => {
    const html = suitePage([{ name: "runs/a", result }, { name: "runs/b", result }]);
    checkPage(html);
    for (const text of ["Tiny on X-ARES", "2 of 4", "Table II", "Table III", "dog for &#60;rain&#62; (2)", "&#60;rain&#62; for sea (1)", "60 % and 30 % of the variance", "● dog", "● none"]) expect(html).toContain(text);
    expect(html.match(/data:image\/png/g)).toHaveLength(1);
  });

  it("is made where nothing was scored", () => {
    checkPage(suitePage([{ name: "runs/a", result: { ...result, tasks: result.tasks.filter(({ status }) => status !== "scored") } }]));
  });
});
