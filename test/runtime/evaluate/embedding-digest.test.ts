import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { embeddingDigest } from "../../../runtime/evaluate/embedding-digest.ts";
import { findBuild } from "../../../runtime/evaluate/find-build.ts";
import type { LoadedPlan } from "../../../runtime/plan/read.ts";
import { tinyPlan } from "../train/tiny-plan.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "digest-"))));
afterEach(() => rmSync(folder, { recursive: true }));

describe("the digest that embeddings are kept under", () => {
  const loaded = (change: Partial<LoadedPlan> = {}): LoadedPlan => {
    const plan = tinyPlan();
    const dispatches = [{ kernel: 0, bindings: [], params: -1, workgroups: [[1, 1, 1]] }] as const;
    const kernels = [{ name: "k", bindings: 0, params: false, variants: [{ file: "k.wgsl", requires: [] }] }];
    const programs = { ...plan.programs, embed: { ...plan.programs["embed"]!, dispatches } };
    return { plan: { ...plan, kernels, programs }, where: "x", wgsl: () => "text", constants: new Uint8Array(4), ...change };
  };
  const of = (change: Partial<LoadedPlan> = {}, bytes = "weights"): Promise<string> => {
    writeFileSync(join(folder, "w.safetensors"), bytes);
    return embeddingDigest(loaded(change), "embed", { checkpoint: join(folder, "w.safetensors") });
  };

  it("is the same for the same bytes and program, wherever they lie", async () => {
    expect(await of()).toBe(await of({ where: "elsewhere" }));
    expect(await of()).toMatch(/^[0-9a-f]{16}$/);
  });

  it("is another for other weights, kernels, or tables", async () => {
    const all = [await of(), await of({}, "other weights"), await of({ wgsl: () => "other text" }), await of({ constants: new Uint8Array(8) }), await embeddingDigest(loaded(), "embed", { seed: 0 }), await embeddingDigest(loaded(), "embed", { seed: 1 })];
    expect(new Set(all).size).toBe(all.length);
  });

  it("names the file that is not there", async () => {
    await expect(embeddingDigest(loaded(), "embed", { checkpoint: join(folder, "absent") })).rejects.toMatchObject({ code: "JR503", message: expect.stringContaining("absent") as string });
  });
});

describe("the build of a run", () => {
  const at = (...names: string[]): string => join(folder, ...names);
  beforeEach(() => {
    for (const name of ["build", "moved", "run/checkpoints"]) mkdirSync(at(name), { recursive: true });
    for (const name of ["build", "moved"]) writeFileSync(at(name, "plan.json"), "{}");
    writeFileSync(at("run", "run.json"), JSON.stringify({ build: at("build"), seed: 5 }));
  });

  it.each([["run"], ["run/checkpoints"], ["run/checkpoints/step-000004.safetensors"]])("is found from %s", async (where) => {
    expect(await findBuild(at(where))).toEqual({ buildDir: at("build"), checkpoint: at(where), seed: 5 });
  });

  it("may be named, and a build is its own", async () => {
    expect(await findBuild(at("run"), at("moved"))).toMatchObject({ buildDir: at("moved") });
    expect(await findBuild(at("moved"))).toEqual({ buildDir: at("moved"), checkpoint: null, seed: 0 });
  });

  it("that is gone or not known is an error that says what to do", async () => {
    rmSync(at("build"), { recursive: true });
    await expect(findBuild(at("run"))).rejects.toMatchObject({ code: "JR630", message: expect.stringMatching(/build', which holds no plan\.json$/) as string, hint: expect.stringContaining("--build") as string });
    await expect(findBuild(at("run"), at("away"))).rejects.toMatchObject({ code: "JR630", message: `'${at("away")}' holds no plan.json` });
    writeFileSync(at("run", "run.json"), "{}");
    await expect(findBuild(at("run"))).rejects.toMatchObject({ code: "JR630", hint: expect.stringContaining("--build") as string });
  });
});
