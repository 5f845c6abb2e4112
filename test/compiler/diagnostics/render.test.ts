import { describe, expect, test } from "vitest";
import type { Diagnostic, Label } from "../../../compiler/diagnostics/diagnostic.ts";
import { json } from "../../../compiler/diagnostics/json.ts";
import { renderDiagnostic } from "../../../compiler/diagnostics/render.ts";
import { cellsOf } from "../../../compiler/diagnostics/width.ts";
import type { SourceFile } from "../../../compiler/syntax/source.ts";

/** A diagnostic whose labels stand at the given words of a text. */
function diagnostic(source: SourceFile, words: readonly (readonly [string, string])[], extra: Partial<Diagnostic> = {}): Diagnostic {
  return { code: "JM0203", severity: "error", message: "sizes do not match in `@`", labels: words.map(([word, text]) => at(source, word, text)), notes: [], help: [], ...extra };
}

function at(source: SourceFile, word: string, text: string): Label {
  const start = source.text.indexOf(word);
  if (start < 0) throw new Error(`no ${word}`);
  return { span: { source, start, end: start + word.length }, text };
}

const file = (text: string, path = "models/mine.jm"): SourceFile => ({ path, text });

describe("the printed form", () => {
  test("several labels on a line, notes and help", () => {
    const source = file(`${"\n".repeat(13)}    let scores = q @ k / sqrt(K)\n`);
    const text = renderDiagnostic(
      diagnostic(source, [["@", ""], ["q", "f32[B, N, K]"], ["k /", "f32[B, M, K]"]], { notes: ["K is summed"], help: ["did you mean `q @ transpose(k)`?"] }),
    );
    expect(text).toBe(
      [
        "error[JM0203]: sizes do not match in `@`",
        " --> models/mine.jm:14:20",
        "   |",
        "14 |     let scores = q @ k / sqrt(K)",
        "   |                  - ^ --- f32[B, M, K]",
        "   |                  f32[B, N, K]",
        "   = note: K is summed",
        "help: did you mean `q @ transpose(k)`?",
      ].join("\n"),
    );
  });

  test("lines apart, the gap shown or filled", () => {
    const source = file("let aa = 1\nlet bb = 2\nlet cc = 3\nlet dd = 4\nlet ee = 5\nlet ff = 6");
    expect(renderDiagnostic(diagnostic(source, [["cc", "here"], ["aa", "near"], ["ff", "far"]]))).toBe(
      [
        "error[JM0203]: sizes do not match in `@`",
        " --> models/mine.jm:3:5",
        "   |",
        " 1 | let aa = 1",
        "   |     -- near",
        " 2 | let bb = 2",
        " 3 | let cc = 3",
        "   |     ^^ here",
        "...",
        " 6 | let ff = 6",
        "   |     -- far",
      ].join("\n"),
    );
  });

  test("labels in two files", () => {
    const [mine, other] = [file("let a = f(1)"), file("fn f(x: text) -> real = 1.0", "std/other.jm")];
    const labels = [at(mine, "1", "an int"), at(other, "text", "declared here")];
    expect(renderDiagnostic({ ...diagnostic(mine, []), labels })).toBe(
      [
        "error[JM0203]: sizes do not match in `@`",
        " --> models/mine.jm:1:11",
        "   |",
        " 1 | let a = f(1)",
        "   |           ^ an int",
        " ::: std/other.jm:1:9",
        "   |",
        " 1 | fn f(x: text) -> real = 1.0",
        "   |         ---- declared here",
      ].join("\n"),
    );
  });

  test("a label over several lines", () => {
    const source = file("let a = f(\n  1,\n  2)\nlet b = 2");
    expect(renderDiagnostic(diagnostic(source, [["f(\n  1,\n  2)", "this call"]])).split("\n").slice(3)).toEqual([
      " 1 | let a = f(",
      "   |         ^^",
      " 2 |   1,",
      "   |   ^^",
      " 3 |   2)",
      "   |   ^^ this call",
    ]);
  });

  test("carets stand under tabs and wide characters", () => {
    const source = file('\tlet 名 = "é" + here');
    const [, , , line, carets] = renderDiagnostic(diagnostic(source, [["here", "x"]])).split("\n");
    expect(cellsOf(carets!.slice(0, carets!.indexOf("^")))).toBe(cellsOf(line!.slice(0, line!.indexOf("here"))));
  });

  test("the end of a text can be pointed at", () => {
    const source = file("let a =");
    const labels = [{ span: { source, start: 7, end: 7 }, text: "here" }];
    expect(renderDiagnostic({ ...diagnostic(source, []), labels })).toContain(" 1 | let a =\n   |        ^ here");
  });

  test("colours are asked for by meaning", () => {
    const tag = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
    const style = { error: tag("e"), warning: tag("w"), help: tag("h"), strong: tag("s"), faint: tag("f") };
    const text = renderDiagnostic(diagnostic(file("a b"), [["a", "one"], ["b", "two"]], { severity: "warning", help: ["do"] }), style);
    expect(text).toContain("<w>warning[JM0203]</w><s>: sizes");
    expect(text).toContain("<e>^</e> <h>-</h> <h>two</h>");
    expect(text).toContain("<h>help:</h> do");
  });
});

test("JSON has places as lines and columns", () => {
  const source = file("let a = 1\nlet b = 2");
  expect(JSON.parse(json([diagnostic(source, [["b", "here"]], { help: ["h"] })]))).toEqual([
    {
      code: "JM0203",
      severity: "error",
      message: "sizes do not match in `@`",
      labels: [{ path: "models/mine.jm", start: { offset: 14, line: 2, column: 5 }, end: { offset: 15, line: 2, column: 6 }, text: "here" }],
      notes: [],
      help: ["h"],
    },
  ]);
});
