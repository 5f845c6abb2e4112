import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DiagnosticBag } from "../../../compiler/diagnostics/diagnostic.ts";
import { loadProgram } from "../../../compiler/program/load.ts";
import { normalise, resolveImport, STD_FILES } from "../../../compiler/program/paths.ts";
import { models } from "../syntax/models.ts";

function load(files: Readonly<Record<string, string>>, main = "main.jm") {
  const bag = new DiagnosticBag();
  const asked: string[] = [];
  const program = loadProgram(main, (path) => (asked.push(path), files[path]), bag);
  return { program, asked, codes: bag.all.map((diagnostic) => diagnostic.code) };
}

const model = "model M { config batch = 1 }\n";

describe("paths", () => {
  test.each([
    ["std/vit", "a/main.jm", "std/vit.jm"],
    ["./masks", "a/main.jm", "a/masks.jm"],
    ["./masks.jm", "main.jm", "masks.jm"],
    ["../shared/x", "a/b/main.jm", "a/shared/x.jm"],
    ["../x", "main.jm", "../x.jm"],
    ["x", "/abs/main.jm", "/abs/x.jm"],
    ["/abs/x", "main.jm", "/abs/x.jm"],
    ["./layers", "std/vit.jm", "std/layers.jm"],
  ])("%s in %s is %s", (from, importer, path) => {
    expect(resolveImport(from, importer)).toBe(path);
  });

  test("are plain", () => {
    expect(normalise("./a//b/./c/../d.jm")).toBe("a/b/d.jm");
    expect(normalise("../../a.jm")).toBe("../../a.jm");
  });
});

test("the list of the standard library is complete", () => {
  const files = readdirSync(new URL("../../../models/std/", import.meta.url)).map((name) => name.replace(/\.jm$/, ""));
  expect([...STD_FILES, "prelude"].sort()).toEqual(files.sort());
});

test("Audio-JEPA loads, each file once, imports before importers", () => {
  const std = Object.fromEntries(models.map((source) => [source.path.replace(/^models\//, ""), source.text]));
  const { program, asked, codes } = load(std, "audio-jepa.jm");
  expect(codes).toEqual([]);
  expect(new Set(asked).size).toBe(asked.length);
  const order = program!.units.map((unit) => unit.source.path);
  expect(order.at(-1)).toBe("audio-jepa.jm");
  expect(order.indexOf("std/prelude.jm")).toBe(0);
  expect(order.indexOf("std/layers.jm")).toBeLessThan(order.indexOf("std/vit.jm"));
  const { scope } = program!.main;
  expect(scope.get("Encoder")?.unit.source.path).toBe("std/vit.jm");
  expect(scope.get("softmax")?.unit.source.path).toBe("std/prelude.jm");
  expect(scope.get("AudioJepa")?.item.kind).toBe("model");
  expect(scope.has("Block")).toBe(false);
});

test("a file's own names go over the prelude's, which it sees without an import", () => {
  const files = { "std/prelude.jm": "fn a() -> real = 1.0\nfn b() -> real = 2.0", "main.jm": `fn b() -> real = 3.0\n${model}` };
  const { program, codes } = load(files);
  expect(codes).toEqual([]);
  expect(program!.main.scope.get("a")?.unit.source.path).toBe("std/prelude.jm");
  expect(program!.main.scope.get("b")?.unit.source.path).toBe("main.jm");
});

test("a diamond of imports is no cycle; a circle is one, reported once", () => {
  const fn = (name: string) => `fn ${name}() -> real = 1.0\n`;
  const diamond = {
    "main.jm": `import { l } from "./l"\nimport { r } from "./r"\n${model}`,
    "l.jm": `import { base } from "./base"\n${fn("l")}`,
    "r.jm": `import { base } from "./base"\n${fn("r")}`,
    "base.jm": fn("base"),
  };
  expect(load(diamond).codes).toEqual([]);
  expect(load({ ...diamond, "base.jm": `import { l } from "./l"\n${fn("base")}` }).codes).toEqual(["JM0104"]);
  expect(load({ "main.jm": `import { main } from "./main"\n${model}` }).codes).toEqual(["JM0104"]);
});

test("names that could not be imported are broken, not unknown", () => {
  const { program, codes } = load({ "main.jm": `import { a } from "./none"\nimport { b } from "./x"\n${model}`, "x.jm": "fn b( -> real = 1.0" });
  expect(codes).toEqual(["JM0101", "JM0002"]);
  expect([...program!.main.broken]).toEqual(["a", "b"]);
});

test("without its main file there is no program", () => {
  expect(load({})).toMatchObject({ program: undefined, codes: ["JM0101"] });
});
