import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DiagnosticBag } from "../../../compiler/diagnostics/diagnostic.ts";
import { format } from "../../../compiler/syntax/format.ts";
import { lex } from "../../../compiler/syntax/lexer.ts";
import { bare, models, parsed } from "./models.ts";

const formatted = (text: string) => format({ path: "test.jm", text });

test("lays a file out", () => {
  const text = `
import {a,b} from "./x"
import { longer } from "./yy"
///   Doc.
module M ( D:int , bias:bool=true )
 where D%2==0,
  D>0{
   param  weight:f32[..S,3*D]=zeros( )   // the weight
   param b:f32[D]=ones()


   fn(x:f32[B,D])->f32[B,D]{


      let [q,k]=rearrange(x,b (h k)->h b k,h:4)
      let long_name = q@ - k[ : ,1:2 , -1]   // why
         + 1
      // alone
      var h=-x^2
      for i in 0..3{h=h+i*(1-x)}
      if not D>1{
      h = 2
          } else if D > 4 { h = f( a: 1,
      b: [ 1,..S ],
      ) }
      h
      |>softmax
  }
}
model N{ preset tiny { a=1 bbb = 2
   ccc=3   d = 4 }
   // end
 }`;
  expect(formatted(text)).toBe(`import { a, b }   from "./x"
import { longer } from "./yy"
///   Doc.
module M(D: int, bias: bool = true)
  where D % 2 == 0,
  D > 0 {
  param weight: f32[..S, 3 * D] = zeros()  // the weight
  param b:      f32[D]          = ones()

  fn (x: f32[B, D]) -> f32[B, D] {
    let [q, k]    = rearrange(x, b (h k) -> h b k, h: 4)
    let long_name = q @ -k[:, 1:2, -1]  // why
      + 1
    // alone
    var h = -x ^ 2
    for i in 0..3 { h = h + i * (1 - x) }
    if not D > 1 {
      h = 2
    } else if D > 4 { h = f(a: 1,
      b: [1, ..S],
    ) }
    h
      |> softmax
  }
}
model N { preset tiny { a = 1   bbb = 2
  ccc = 3   d = 4 }
  // end
}
`);
});

describe.each(models.map((source) => [source.path, source] as const))("%s", (_, source) => {
  const once = format(source);

  test("formatting twice changes nothing more", () => {
    expect(format({ ...source, text: once })).toBe(once);
  });

  test("the tree stays the same", () => {
    expect(bare(parsed(once))).toEqual(bare(parsed(source.text)));
  });

  test("comments stay", () => {
    const comments = (text: string) => lex({ path: "", text }, new DiagnosticBag()).comments.map((comment) => comment.image.trimEnd());
    expect(comments(once)).toEqual(comments(source.text));
  });

  test("spaces the writer left do not matter", () => {
    // Spaces between tokens are drawn anew; line breaks and comments stay.
    const spaces = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(spaces, (widths) => {
        let i = 0;
        const text = source.text.split("\n").map((line) => respaced(line, () => widths[i++ % widths.length]!)).join("\n");
        expect(format({ ...source, text })).toBe(once);
      }),
      { numRuns: 10, seed: 3 },
    );
  });
});

/** A line with other numbers of spaces before its comment, if it has no text in quotes. */
function respaced(line: string, width: () => number): string {
  const at = line.indexOf("//");
  const code = at < 0 ? line : line.slice(0, at);
  if (code.includes('"')) return line;
  return code.replace(/ +/g, () => " ".repeat(width())) + (at < 0 ? "" : line.slice(at));
}

test("a file with syntax errors is left alone", () => {
  expect(formatted("fn  f( -> x")).toBe("fn  f( -> x");
});

test("line ends become \\n", () => {
  expect(formatted("let x = 1\r\n\r\n\r\nlet y   = 2\r\n")).toBe("let x = 1\n\nlet y = 2\n");
});
