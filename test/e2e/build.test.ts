import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, describe, expect, it } from "vitest";
import { compile } from "../../compiler/compile.ts";
import type { BuildSources } from "../../compiler/emit/sources.ts";
import type { Plan } from "../../runtime/plan/index.ts";
import { planInMemory } from "../../runtime/plan/read.ts";
import { script } from "../cli/command.ts";
import { readerOf } from "../support/models.ts";
import { compileSmall, scratch, smallText, writeBuild } from "./small.ts";

const folder = scratch();
afterAll(() => rmSync(folder, { recursive: true }));

const built = compileSmall();
const build = writeBuild(join(folder, "build"), built);

/** What TypeScript says of a program beside the build, with this project's strictness. */
function typeErrors(text: string): string[] {
  const file = join(folder, "use.mts");
  writeFileSync(file, text);
  mkdirSync(join(folder, "node_modules", "@types"), { recursive: true });
  for (const name of ["node", "../@webgpu", "../undici-types"]) {
    const from = fileURLToPath(new URL(`../../node_modules/@types/${name}`, import.meta.url));
    const to = join(folder, "node_modules", "@types", name);
    rmSync(to, { force: true, recursive: true });
    symlinkSync(from, to);
  }
  const program = ts.createProgram([file], {
    strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true, skipLibCheck: true,
    target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ["node", "@webgpu/types"], typeRoots: [join(folder, "node_modules", "@types"), join(folder, "node_modules")],
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
  });
  return ts.getPreEmitDiagnostics(program).map((d) => `${ts.flattenDiagnosticMessageText(d.messageText, " ")} (${d.file?.fileName.replace(`${folder}/`, "") ?? ""})`);
}

describe("a build folder", () => {
  it("has the same bytes for the same texts, on any path the reader knows", () => {
    const again = compileSmall();
    expect([...again.files.keys()]).toEqual([...built.files.keys()]);
    for (const [name, content] of built.files) expect(again.files.get(name), name).toEqual(content);
    const moved = compile("elsewhere/m.jm", readerOf({ "elsewhere/m.jm": smallText })).compiled!;
    const withoutLines = (plan: Plan): unknown => JSON.parse(JSON.stringify(plan, (key, value: unknown) => (key === "source" && typeof value === "string" ? undefined : value)));
    expect(withoutLines(moved.plan)).toEqual(withoutLines(built.plan));
  });

  it("holds the plan, the kernels that it names, the constants and the trainer, and nothing else", () => {
    const named = built.plan.kernels.flatMap((kernel) => kernel.variants.map((variant) => variant.file));
    expect(new Set(built.files.keys())).toEqual(new Set(["plan.json", "constants.bin", "trainer.ts", "trainer.js", "source.json", "package.json", ...named]));
    const { main, texts } = JSON.parse(built.files.get("source.json") as string) as BuildSources;
    expect(Object.keys(texts)).toEqual(expect.arrayContaining([main, "std/prelude.jm", "std/layers.jm"]));
    expect(compile(main, (path) => texts[path]).compiled!.files).toEqual(built.files);
    expect(JSON.parse(built.files.get("plan.json") as string)).toEqual(JSON.parse(JSON.stringify(built.plan)));
    expect(built.plan).toMatchObject({ format: "jepac-plan", version: 1, model: "SmallJepa", config: { dim: 16, batch: 4 } });
    const { stats } = built.plan;
    expect(stats.parameters).toEqual({ embedding: 256 * 16 + 16, encoder: 2 * 16 * 32 + 32 + 16, predictor: 16 * 16 + 16 });
  });

  it("is refused when the plan is damaged, by the field that is wrong", () => {
    const plan = JSON.parse(JSON.stringify(built.plan)) as { buffers: { bytes: unknown }[] };
    plan.buffers[0]!.bytes = "many";
    expect(() => planInMemory(plan, {}, new Uint8Array())).toThrow(/buffers.*0.*bytes/);
  });

  it("imports the runtime and nothing else, and runs with only that at hand", async () => {
    const js = readFileSync(join(build, "trainer.js"), "utf8");
    expect([...js.matchAll(/\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/g)].map(([, from, imported]) => from ?? imported)).toEqual(["@jepac/runtime"]);
    expect(await script(join(build, "trainer.js"), ["--help"], { cwd: folder })).toMatchObject({ code: 0, err: "", out: expect.stringContaining("--resume") as string });
  });
});

describe("the typed trainer", () => {
  const opened = `import { open, config, type NetName } from "./build/trainer.js";\nconst model = await open();\n`;

  it("knows the config, the inputs, the metrics, the exports and the tensors of its model", { timeout: 60_000 }, () => {
    expect(
      typeErrors(`${opened}
const dim: number = model.config.dim + config.steps;
const { loss, target_std } = await model.train({ clip: new Float32Array(4 * 2048), valid: new Int32Array(4) });
const sum: number = loss + target_std + dim;
const { data, shape } = await model.call("embed", { clip: new Float32Array(2048), valid: new Int32Array(1) });
const weight: Float32Array = (await model.tensor("encoder.fc1.weight")).data;
const net: NetName = "target";
console.log(sum, data.length, shape, weight, net);
export {};`),
    ).toEqual([]);
  });

  it("rejects names and types that the model does not have", { timeout: 60_000 }, () => {
    const errors = typeErrors(`${opened}
model.config.dmi;
const { loss, target_sdt } = await model.train({ clip: new Float32Array(4), valid: new Int32Array(4) });
await model.train({ clip: new Float32Array(4) });
await model.call("embd", { clip: new Float32Array(4), valid: new Int32Array(4) });
await model.call("embed", { clip: new Float32Array(4), valid: new Float32Array(4) });
await model.tensor("encoder.fc3.weight");
config.dim = 3;
const net: NetName = "decoder";
export {};`);
    const wanted = ["'dmi' does not exist", "'target_sdt' does not exist", "'valid' is missing", '\'"embd"\' is not assignable', "Float32Array", '"encoder.fc3.weight"', "read-only", '"decoder"'];
    expect(errors).toHaveLength(wanted.length);
    wanted.forEach((text, i) => expect(errors[i]).toContain(text));
  });
});
