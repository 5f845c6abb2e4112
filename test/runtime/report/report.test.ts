import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accuracyOf } from "../../../runtime/evaluate/accuracy.ts";
import { lineChart } from "../../../runtime/report/line-chart.ts";
import { logSpectrogram } from "../../../runtime/report/log-spectrogram.ts";
import { modelPicture } from "../../../runtime/report/model-picture.ts";
import { encodePng } from "../../../runtime/report/png.ts";
import { smooth, ticks, tickText } from "../../../runtime/report/scale.ts";
import { spectrogramPicture } from "../../../runtime/report/spectrogram-picture.ts";
import { renderReport, writeReport } from "../../../runtime/report/write-report.ts";
import type { RunRecord } from "../../../runtime/train/run-folder.ts";
import { checkPage } from "./check-page.ts";
import { fakeSource } from "../evaluate/fake-source.ts";
import { tinyPlan } from "../train/tiny-plan.ts";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "report-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const plan = tinyPlan({ config: { steps: 20, batch: 4, rate: 8000, samples: 800, frames: 16, mels: 8, patch: 4 } });
const record: RunRecord = {
  model: "Tiny", config: plan.config, fingerprint: "f00d", seed: 3, steps: 20, build: null, data: { path: "/data/clips", clips: 12 },
  sessions: [{ started: "2026-01-01T00:00:00Z", fromStep: 0, adapter: "fake <gpu>", versions: { node: "20.1.0" } }],
};
const metrics = Array.from({ length: 20 }, (_, i) => ({ step: i + 1, loss: 2 / (i + 1), target_std: 0.5, lr: 1 / (i + 1), M: 3, clips_per_s: 40 + i, time: `2026-01-01T00:00:${String(i).padStart(2, "0")}Z` }));
const score = (correct: number) => ({ ...accuracyOf(correct, 40), classes: 4, bank: 160, majority: 0.25 });
const knn = { k: 10, temperature: 0.07, tasks: [{ task: "kind & size", trained: score(36), untrained: score(20) }] };

describe("a report", () => {
  it("is one page that needs nothing else, and shows what a run is judged by", () => {
    const html = renderReport({ plan, record, metrics, picture: "", knn });
    checkPage(html);
    for (const text of ["Tiny: a training run", "fake &#60;gpu&#62;", "20 of 20", "Loss", "target_std 0.5", "lr 0.05", "kind &#38; size", "90.0 %", "76.9–96.0", "50.0 %"]) expect(html).toContain(text);
  });

  it("can be made of a run that has logged nothing", () => {
    const html = renderReport({ plan, record: { ...record, data: null, sessions: [] }, metrics: [], picture: "", knn: undefined });
    checkPage(html);
    expect(html).toContain("none logged");
  });

  it("is written from the folders of a build and a run", async () => {
    for (const name of ["build", "run"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "build/plan.json"), JSON.stringify(plan));
    await expect(writeReport({ buildDir: join(folder, "build"), run: join(folder, "run"), out: join(folder, "r.html") })).rejects.toMatchObject({ code: "JR620" });
    writeFileSync(join(folder, "run/run.json"), JSON.stringify(record));
    writeFileSync(join(folder, "run/metrics.jsonl"), metrics.map((line) => `${JSON.stringify(line)}\n`).join(""));
    await writeReport({ buildDir: join(folder, "build"), run: join(folder, "run"), knn, out: join(folder, "r.html") });
    expect(readFileSync(join(folder, "r.html"), "utf8")).toBe(renderReport({ plan, record, metrics, picture: "", knn }));
  });
});

describe("a line chart", () => {
  const points = [[1, 4], [2, 2], [3, 3]].map(([step, value]) => ({ step: step!, value: value! }));

  it("spans its box with the curve", () => {
    const svg = lineChart({ title: "x", lines: [{ name: "a", points }] });
    expect(svg).toContain('d="M56 12L272 206L488 109"');
  });

  it("begins at zero where asked to", () => {
    expect(lineChart({ title: "x", fromZero: true, lines: [{ name: "a", points }] })).toContain('d="M56 12L272 109L488 60.5"');
  });

  it("leaves out what is not finite, and draws nothing of nothing", () => {
    expect(lineChart({ title: "x", lines: [{ name: "a", points: [...points, { step: 4, value: NaN }] }] })).not.toContain("NaN");
    expect(lineChart({ title: "x", lines: [{ name: "a", points: [] }] })).toBe("");
  });

  it("draws a single point and a flat line", () => {
    expect(lineChart({ title: "x", lines: [{ name: "a", points: [{ step: 1, value: 0 }] }] })).toContain('d="M56 109"');
    expect(lineChart({ title: "x", lines: [{ name: "a", points: [{ step: 1, value: 5 }, { step: 2, value: 5 }] }] })).toContain('d="M56 109L488 109"');
  });

  it("keeps the names of close lines apart", () => {
    const svg = lineChart({ title: "x", lines: [{ name: "a", points }, { name: "b", points: points.map((p) => ({ ...p, value: p.value + 0.01 })) }] });
    const [a, b] = [...svg.matchAll(/class="end c\d" x="496" y="([\d.]+)"/g)].map((match) => Number(match[1]));
    expect(b! - a!).toBeGreaterThanOrEqual(15);
  });

  it("has round ticks", () => {
    expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks(3, 297, 5)).toEqual([100, 200]);
    expect(ticks(1e-6, 3e-4, 5)).toEqual([1e-4, 2e-4, 3e-4]);
    expect([0.25, 1500, 3e-4, 1e6].map(tickText)).toEqual(["0.25", "1,500", "3e-4", "1e6"]);
  });

  it("smooths without lag at the start", () => {
    expect(smooth([4, 4, 4], 10)).toEqual([4, 4, 4].map((value) => expect.closeTo(value) as number));
    expect(smooth([0, 10], 1e9)[1]).toBeCloseTo(5, 5);
  });
});

describe("the picture of a clip", () => {
  it("is a PNG with low frequencies at the bottom, and covers the masked patches", () => {
    const spectrogram = { values: Float32Array.of(0, 1, 0, 1, 0, 1), frames: 3, mels: 2 };
    const svg = spectrogramPicture("t", "n", spectrogram, { rows: 2, cols: 2, masked: new Set([0, 3]) });
    // Token 0: first time, lowest band; token 3: second time, upper band.
    expect(svg).toContain('d="M0 100h320v100h-320zM320 0h320v100h-320z"');
    const png = Buffer.from(/base64,([^"]+)/.exec(svg)![1]!, "base64");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([3, 2]);
    const length = png.readUInt32BE(33);
    const lines = inflateSync(png.subarray(41, 41 + length));
    expect([...lines]).toEqual([0, ...[250, 235, 160], ...[250, 235, 160], ...[250, 235, 160], 0, ...[13, 8, 36], ...[13, 8, 36], ...[13, 8, 36]]);
  });

  it("has the checksums PNG asks for", () => {
    const png = Buffer.from(encodePng(new Uint8Array(3), 1, 1));
    expect(png.subarray(-4).toString("hex")).toBe("ae426082");
    expect(png.subarray(29, 33).toString("hex")).toBe("907753de");
  });

  it("shows a tone in its band", () => {
    const tone = Float32Array.from({ length: 4000 }, (_, i) => Math.sin((2 * Math.PI * 1000 * i) / 8000));
    const { values } = logSpectrogram(tone, 8000, 10, 16);
    const band = Math.floor((16 * Math.log(1 + 1000 / 700)) / Math.log(1 + 4000 / 700));
    for (let frame = 0; frame < 10; frame++) {
      const row = [...values.subarray(frame * 16, (frame + 1) * 16)];
      expect(row.indexOf(Math.max(...row))).toBe(band);
    }
  });

  it("takes the first usable clip and as many masked tokens as the step draws", async () => {
    const source = fakeSource([{ name: "bad.wav", samples: null }, { name: "good.wav", samples: Array.from({ length: 900 }, (_, i) => Math.sin(i)) }]);
    const html = await modelPicture(plan, source, 3, 0);
    const masked = Number(/good.wav, log power; (\d) of 8 tokens masked, as many as in step 1, placed at random/.exec(html)?.[1]);
    expect(html.match(/M[\d.]+ [\d.]+h/g)).toHaveLength(masked);
    expect(await modelPicture(tinyPlan(), source, 3, 0)).toBe("");
    expect(await modelPicture(plan, fakeSource([{ name: "bad.wav", samples: null }]), 3, 0)).toBe("");
  });
});
