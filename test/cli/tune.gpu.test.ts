import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { addTuning, allProducts, findTuning } from "../../cli/tuning-file.ts";
import { tuningCandidates } from "../../compiler/tuning-candidates.ts";
import { jepac } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "jepac-tune-"));
afterAll(() => rmSync(folder, { recursive: true }));

const model = `import { Linear } from "std/layers"
import { SGD } from "std/optimizers"
model Line {
  config batch = 8
  input x: f32[batch, 64]
  net line = Linear(64, 48)
  train { minimize mean(square(line(x))) }
  optimize line with SGD(lr: 0.1)
}
`;

describe("jepac tune", () => {
  it("measures every product on the device, and a build beside the results uses them", async () => {
    writeFileSync(join(folder, "line.jm"), model);
    const tuned = await jepac(["tune", "line.jm", "--runs", "1", "--adapter", "software"], { cwd: folder });
    expect(tuned.code, tuned.err).toBe(0);
    const { adapters } = JSON.parse(readFileSync(join(folder, "jepac-tuning.json"), "utf8")) as { adapters: Record<string, Record<string, { block: { bands: number } }>> };
    const [[name, products]] = Object.entries(adapters) as [[string, Record<string, { block: { bands: number } }>]];
    // batch x m x n x k, forward and backward by the weight.
    expect(Object.keys(products).sort()).toEqual(["1x48x64x8", "1x8x48x64"]);
    for (const shape of Object.keys(products)) expect(tuned.out).toContain(shape);

    // Another block than the default's, so that the build must show it.
    addTuning(join(folder, "jepac-tuning.json"), name, { "1x8x48x64": { block: { bands: 4, fours: 1 } } });
    const built = await jepac(["build", "line.jm", "--target", "software"], { cwd: folder });
    expect(built.out).toMatch(`tuned by  ${name}`);
    const plan = JSON.parse(readFileSync(join(folder, "build/line/plan.json"), "utf8")) as { kernels: { variants: { file: string; adapter?: string }[] }[]; programs: { step: { dispatches: { kernel: number; cost: { shape?: string } }[] } } };
    const forward = plan.programs.step.dispatches.find(({ cost }) => cost.shape === "1x8x48x64")!;
    const text = plan.kernels[forward.kernel]!.variants.find(({ adapter }) => adapter === "software")!.file;
    expect(readFileSync(join(folder, "build/line", text), "utf8")).toContain("left3");
  });

  it("is refused by builds where the file is none of its own", async () => {
    const path = join(folder, "wrong.json");
    for (const [content, said] of [["{", "is no tuning file"], ["{}", `expected "format"`], [`{"format":"jepac-tuning","version":1,"adapters":{"a":{"1x2x3x4":{"matrixTile":"huge"}}}}`, `holds {"matrixTile":"huge"}`], [`{"format":"jepac-tuning","version":1,"adapters":{"a":{"1x2x3x4":{"tile":"9x9"}}}}`, `holds {"tile":"9x9"}`]] as const) {
      writeFileSync(path, content);
      expect(() => findTuning(path)).toThrow(said);
    }
    expect(() => findTuning(join(folder, "none.json"))).toThrow("there is no file");
    expect((await jepac(["build", "line.jm", "--tuning", "none.json"], { cwd: folder })).err).toContain("JC060");
  });

  it("tries blocks on software, and on GPUs the tiles of the back end that runs", () => {
    const kinds = (adapter: "hardware" | "software", byMatrices: boolean) => new Set(tuningCandidates(adapter, byMatrices).flatMap(Object.keys));
    expect(kinds("software", true)).toEqual(new Set(["block"]));
    expect(kinds("hardware", false)).toEqual(new Set(["tile"]));
    expect(kinds("hardware", true)).toEqual(new Set(["matrixTile"]));
  });

  it("keeps tiles and blocks of one shape together, and the newer of two GPUs", () => {
    const path = join(folder, "both.json");
    addTuning(path, "software", { "1x2x3x4": { block: { bands: 1, fours: 2 } } });
    addTuning(path, "gpu one", { "1x2x3x4": { tile: "64x64" } });
    addTuning(path, "gpu two", { "1x2x3x4": { tile: "128x64" } });
    addTuning(path, "gpu one", { "1x2x3x5": { tile: "32x32" } });
    addTuning(path, "gpu one", { "1x2x3x5": { matrixTile: "small" } });
    expect(allProducts(findTuning(path)!)).toEqual({ "1x2x3x4": { block: { bands: 1, fours: 2 }, tile: "64x64" }, "1x2x3x5": { tile: "32x32", matrixTile: "small" } });
  });
});
