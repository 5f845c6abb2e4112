import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { writeSyntheticClips } from "../../runtime/data/index.ts";
import { jepac, root, type Ended } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "jepac-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

const small = "test/e2e/small-jepa.jm";
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const wrong = file("wrong.jm", `model Wrong {\n  train {\n    let unread = 1\n    let x = uniform([4, 8])\n    minimize mean(x @ x)\n  }\n}\n`);
const out = join(folder, "out");

/** A failure as a person reads it: exit code 1, `said` on stderr, nothing on stdout and no trace of a stack. */
function refused(ended: Ended, said: string | RegExp): void {
  expect(ended.err).toMatch(said);
  expect(ended).toMatchObject({ code: 1, out: "" });
  expect(ended.err).not.toMatch(/\n {4}at |node:internal|fault of jepac/);
}

describe("jepac", () => {
  it("lists its commands, and those that README names are there", async () => {
    const { code, out } = await jepac(["--help"]);
    expect(code).toBe(0);
    const named = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/^\| `jepac (\w+)/gm)].map(([, name]) => name!);
    expect(named).toContain("build");
    for (const name of named) expect(out).toMatch(new RegExp(`^ {2}${name}\\b`, "m"));
  });

  it.concurrent.each([
    [["bild", "x.jm"], "error: unknown command 'bild'\n(Did you mean build?)"],
    [["check", "--jsn", small], "error: unknown option '--jsn'\n(Did you mean --json?)"],
    [["check"], "error: missing required argument 'model.jm'"],
    [["build", small, "--set", "dim"], "It has the form name=value, for example depth=4."],
    [["embed", "build/x", "clips"], "error: required option '--out <file.npy>' not specified"],
    [["data", "prepare", "clips", "shards", "--rate", "8k"], "It must be a whole number of at least 1."],
    [["check", "nope.jm"], "error[JC001]: there is no file nope.jm\nhint: name a .jm file"],
    [["build", "models"], "error[JC003]: models is a folder"],
    [["explain", "JM0299"], /error\[JC010\]: there is no message JM0299\nhint: did you mean JM02\d\d\?/],
    [["explain", "JR101"], "error[JC010]: there is no message JR101\nhint: the compiler's messages have codes like"],
    [["inspect", small, "--view", "grph"], "error[JC040]: there is no view grph\nhint: --view is one of graph, kernels, memory, wgsl"],
    [["build", small, "--target", "cuda"], "error[JC032]: there is no target cuda\nhint: --target is one of gpu, software"],
    [["build", small, "--precision", "f8"], "error[JC035]: there is no precision f8\nhint: --precision is one of f32, f16"],
    [["embed", "build/x", "clips", "--out", "e.npy", "--pool", "max"], "error[JC021]: --pool is mean, time or tokens, not max"],
    [["profile", "models"], /error\[JR201\]: .*plan\.json: cannot read the plan/],
    [["profile", "models", "--runs", "0"], "It must be a whole number of at least 1."],
    [["import", "test/runtime/exchange/fixtures/hostile.ckpt", "models"], /error\[JR201\]: .*plan\.json: cannot read the plan/],
    [["export", "runs/x"], "error[JC050]: say what to write\nhint: --safetensors weights.safetensors, --onnx encoder.onnx, or both"],
    [["export", "nowhere", "--onnx", "e.onnx"], "error[JR503]: there is no 'nowhere'"],
    [["export", "nowhere", "--safetensors", "w"], "error[JR503]: there is no 'nowhere'"],
    [["train", "models", "--out", "x"], /error\[JR201\]: .*plan\.json: cannot read the plan/],
    [["train", "models", "--dta", "x"], "error[JR530]: unknown option '--dta'\nhint: Did you mean --data?"],
  ] as const)("refuses %j", async ([...args], said) => {
    refused(await jepac(args), said);
  });

  it("gives every command its --help, `train` that of the trainer", async () => {
    expect(await jepac(["build", "--help"])).toMatchObject({ code: 0, out: expect.stringMatching(/^Usage: jepac build \[options\] <model\.jm>\n[^]*--set <name=value>/) as string });
    expect((await jepac(["train", "--help"])).out).toContain("--checkpoint-every <n>");
    expect((await jepac(["data", "prepare", "--help"])).out).toContain("--rate <hz>");
  });

  it("ends quietly when its reader has seen enough", async () => {
    const ended = await jepac(["inspect", small, "--view", "wgsl"], { onText: (_, child) => child.stdout?.destroy() });
    expect(ended).toMatchObject({ code: 0, err: "" });
  });
});

describe("README", () => {
  it("shows the model as it is", () => {
    const plain = (text: string): string => text.replace(/\/\/.*/g, "").replace(/\s+/g, " ");
    const model = plain(readFileSync(join(root, "models/audio-jepa.jm"), "utf8"));
    const [, sample] = /```jm\n([^]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8"))!;
    for (const line of sample!.split("\n")) expect(model).toContain(plain(line).trim());
  });
});

describe("jepac check", () => {
  it("finds no fault in the models", async () => {
    expect(await jepac(["check", "models/audio-jepa.jm"])).toMatchObject({ code: 0, out: "models/audio-jepa.jm: no errors\n", err: "" });
  });

  it("shows a wrong program's place, and counts", async () => {
    const ended = await jepac(["check", wrong]);
    refused(ended, /^error\[JM0203\]: .*\n --> .*wrong\.jm:5:\d+\n/m);
    expect(ended.err).toContain("minimize mean(x @ x)");
    expect(ended.err).toMatch(/\n1 error; `jepac explain JM0203` says more\n$/);
  });

  it("gives the same as JSON, and the same exit code", async () => {
    const { code, out } = await jepac(["check", wrong, "--json"]);
    expect(code).toBe(1);
    const said = JSON.parse(out) as { code: string; severity: string; labels: { path: string; start: { line: number } }[] }[];
    expect(said.filter((d) => d.severity === "error")).toMatchObject([{ code: "JM0203", labels: expect.arrayContaining([expect.objectContaining({ path: wrong })]) as unknown }]);
    expect(await jepac(["check", small, "--json"])).toMatchObject({ code: 0, out: "[]\n" });
  });
});

it("shows the first twenty of many messages", async () => {
  const { code, err } = await jepac(["check", file("not.jm", "1 2 3 4 5 6 7 8 9\n".repeat(40))]);
  expect(code).toBe(1);
  expect(err.match(/^error\[/gm)!.length).toBe(20);
  expect(err).toMatch(/\nand \d+ more\n\d+ errors; /);
});

describe("jepac build", () => {
  it.concurrent.each([
    [[wrong], "error[JM0203]"],
    [[file("empty-model.jm", "model Empty { }\n")], "error[JM0410]: `train` needs a `minimize`"],
    [[small, "--preset", "wid"], /error\[JM0504\]: .*`wid`[^]*presets: wide/],
    [[small, "--set", "dmi=3"], /error\[JM0502\]: .*`dmi`[^]*did you mean `dim`\?/],
    [[small, "--set", "dim=big"], "error[JM0503]: config `dim` is int, but it is set to text `big`"],
    [[small, "--set", "dim=1.5"], "error[JM0503]: config `dim` is int, but it is set to real `1.5`"],
    [[small, "--set", "dim=-4"], /error\[JM0510\]: .*-4/],
    [[small, "--set", "most=8"], /error\[JM0505\]: the slice 0:8 - M does not fit an axis of 8[^]*this may be empty/],
    [[small, "--set", "batch=1_000_000_000"], /error\[JM0601\]: `clip` needs 7812500 MiB, [^]*a smaller `--set batch/],
    [["models/audio-jepa.jm", "--set", "depth=99_999_999_999"], "error[JM0512]: this loop takes 99,999,999,999 turns, and at most 1,000 are unrolled"],
    [["models/audio-jepa.jm", "--preset", "tiny", "--set", "depth=-1"], "error[JM0501]: `depth >= 1` does not hold here: depth = -1"],
    [["models/audio-jepa.jm", "--preset", "tiny", "--set", "heads=-1"], "error[JM0510]: axis `h` would have the size -1"],
    [[small, "--set", "fewest=6"], "error[JM0507]: runtime size `M` would lie in 6..5"],
  ])("says what is wrong with %j, and writes nothing", async (args, said) => {
    refused(await jepac(["build", ...args, "--out", out]), said);
    expect(readdirSync(folder)).not.toContain("out");
    expect(readdirSync(folder)).not.toContain("out.new");
  });

  it("writes a trainer that says what it lacks where there is no runtime", async () => {
    const lonely = join(folder, "lonely");
    expect(await jepac(["build", small, "--out", lonely])).toMatchObject({ code: 0 });
    const { status, stderr } = spawnSync(process.execPath, [join(lonely, "trainer.js")], { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error\[JR001\]: the package @jepac\/runtime is not installed here\nhint: .*\n$/);
  });

  it("replaces an earlier build and nothing else", async () => {
    const kept = file("kept", "mine");
    refused(await jepac(["build", small, "--out", kept]), "error[JC031]");
    refused(await jepac(["build", small, "--out", folder]), "error[JC031]");
    refused(await jepac(["build", small, "--out", join(kept, "x")]), /error\[JC030\]: .*kept\/x cannot be written: ENOTDIR/);
    expect(readFileSync(kept, "utf8")).toBe("mine");
    const again = join(folder, "again");
    const first = await jepac(["build", small, "--out", again]);
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(first.out).toMatch(/^SmallJepa\n {2}embedding {2}4,112 parameters\n {2}encoder {4}1,072 parameters\n[^]*FLOP[^]*planned at the peak\n/);
    writeFileSync(join(again, "stale.wgsl"), "");
    expect(await jepac(["build", small, "--out", `${again}/`, "--preset", "wide", "--target", "software"])).toMatchObject({ code: 0, err: "" });
    expect(readdirSync(again)).not.toContain("stale.wgsl");
    expect(JSON.parse(readFileSync(join(again, "plan.json"), "utf8"))).toMatchObject({ config: { dim: 32 } });
  });
});

describe("jepac inspect", () => {
  it("shows the graph, the kernels with their lines, the memory and the WGSL of a program", async () => {
    const view = async (...args: string[]): Promise<string> => (await jepac(["inspect", small, ...args])).out;
    expect(await view()).toMatch(/^graph "step"\nsize M in 3\.\.5\n%0: /);
    expect(await view("--program", "embed")).toMatch(/^graph "embed"\nsize N in 1\.\.4\n/);
    expect(await view("--view", "kernels")).toMatch(/ 1 x argsort {2}std\/masks\.jm:\d+\n/);
    expect(await view("--view", "memory")).toMatch(/^arena +arena +[\d.]+ KiB\n[^]*\nin all +[\d.]+ KiB\n$/);
    refused(await jepac(["inspect", small, "--program", "embd"]), "error[JC041]: there is no program embd\nhint: programs: init, step, embed");
  });
});

describe("jepac profile", () => {
  it("lists kernels with their lines, gives the same as JSON, and draws a page", async () => {
    const build = join(folder, "profiled");
    await jepac(["build", small, "--out", build]);
    const page = join(folder, "profile.html");
    const table = await jepac(["profile", build, "--runs", "1", "--top", "3", "--html", page]);
    expect(table).toMatchObject({ code: 0, err: "" });
    expect(table.out).toMatch(/^SmallJepa\.step on .* ms a run, .* ms in kernels\n +share +ms +times +GFLOP\/s +GB\/s {2}kernel +line\n(.* % .*\.jm:\d+\n){3}and \d+ more: --top \d+\nwritten: .*profile\.html\n$/);
    expect(readFileSync(page, "utf8")).toContain("SmallJepa: a profile of step");
    const { kernels } = JSON.parse((await jepac(["profile", build, "--runs", "1", "--program", "embed", "--json"])).out) as { kernels: { kernel: string; milliseconds: number; flops: number; gflopPerSecond?: number }[] };
    const product = kernels.find(({ kernel }) => kernel.startsWith("product"))!;
    expect(product.gflopPerSecond).toBeCloseTo(product.flops / 1e6 / product.milliseconds, 6);
    expect(kernels.map(({ kernel }) => kernel)).toContainEqual(expect.stringMatching(/^product_matmul/));
    refused(await jepac(["profile", build, "--program", "embde"]), "error[JR301]");
  });
});

describe("jepac explain", () => {
  it("says more of a message, in any case, with a wrong and a right program", async () => {
    const { code, out } = await jepac(["explain", "jm0203"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^JM0203: .*\n\n[^]*\n\nwrong\n {2}fn[^]*\n\nright\n {2}fn/);
  });
});

describe("jepac fmt", () => {
  it("lays files out once, and --check only tells", async () => {
    const untidy = file("untidy.jm", "model   Tiny{\n train { minimize mean( uniform([8])) }\n}\n");
    const before = readFileSync(untidy, "utf8");
    expect(await jepac(["fmt", "--check", untidy])).toMatchObject({ code: 1, out: `${untidy} is not formatted\n` });
    expect(readFileSync(untidy, "utf8")).toBe(before);
    expect(await jepac(["fmt", untidy])).toMatchObject({ code: 0, out: `${untidy}\n` });
    expect(readFileSync(untidy, "utf8")).toContain("model Tiny {\n");
    expect(await jepac(["fmt", "--check", untidy])).toMatchObject({ code: 0, out: "" });
  });

  it("leaves a file that it cannot read as it is", async () => {
    const text = "model Broken {\n  train {\n";
    const broken = file("broken.jm", text);
    refused(await jepac(["fmt", broken]), "error[JM0002]");
    expect(readFileSync(broken, "utf8")).toBe(text);
  });
});

describe("jepac data prepare", () => {
  it("prepares once, names what it skips, and does nothing the second time", async () => {
    const clips = join(folder, "clips");
    await writeSyntheticClips(clips, { count: 6, classes: 2, seconds: 0.3, rate: 8000 });
    writeFileSync(join(clips, "notes.wav"), "not audio");
    const args = ["data", "prepare", clips, join(folder, "shards"), "--rate", "8000", "--workers", "1"];
    const first = await jepac(args);
    expect(first.out).toMatch(/^6 clips, 0\.0 minutes, in .*shards \(7 decoded now\)\nskipped 1: 1 not-audio\n {2}notes\.wav: /);
    expect(first.code).toBe(0);
    expect((await jepac(args)).out).toContain("(0 decoded now)");
    refused(await jepac(["data", "prepare", join(folder, "absent"), join(folder, "s"), "--rate", "8000"]), "error[JR401]");
  });
});
