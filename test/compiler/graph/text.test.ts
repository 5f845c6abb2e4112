import { describe, expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import { parseGraph } from "../../../compiler/graph/parse.ts";
import { printGraph } from "../../../compiler/graph/print.ts";
import { Poly } from "../../../compiler/size/poly.ts";

const V = Poly.atom("V");

describe("the text form", () => {
  test("shows sizes, nodes in topological order, attributes and outputs", () => {
    const g = new GraphBuilder([{ name: "V", min: 10, max: 50 }]);
    const x = g.input("x", "f32", [4, V]);
    const wide = g.pad(x, [0, 1], [4, V.add(Poly.constant(2))], -0.5);
    const scaled = g.mul(wide, g.broadcast(g.extent(V), [], wide.shape));
    const rows = g.table(Float64Array.of(0.25, 1e-9), "f32", [2]);
    const graph = g.graph("step", [{ name: "total", node: g.sum(scaled, [0, 1]) }, { name: "rows", node: rows }]);
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "graph "step"
      size V in 10..50
      %0: f32[4, V] = input {name: "x"}
      %1: f32[4, V + 2] = pad %0 {before: [0, 1], value: -0.5}
      %2: f32[] = scalar {expr: {"size":"V"}}
      %3: f32[4, V + 2] = broadcast %2 {axes: []}
      %4: f32[4, V + 2] = mul %1, %3
      %5: f32[] = sum %4 {axes: [0, 1]}
      %6: f32[2] = table {data: [0.25, 1e-9]}
      output "total" = %5
      output "rows" = %6
      "
    `);
    expect(printGraph(parseGraph(printGraph(graph)))).toBe(printGraph(graph));
  });

  test("keeps odd names and numbers", () => {
    const g = new GraphBuilder([{ name: "a b", min: 0, max: 3 }]);
    const odd = g.constant(-0, "f32", [Poly.atom("a b").mul(Poly.constant(3))]);
    const outputs = [odd, g.constant(-Infinity, "f32", []), g.constant(NaN, "f32", []), g.input('say "x" // {', "f32", [])];
    const text = printGraph(g.graph("odd\nname", outputs.map((node, i) => ({ name: `${i}`, node }))));
    expect(text).toContain("%0: f32[3*`a b`] = constant {value: -0}");
    const back = parseGraph(text);
    expect(printGraph(back)).toBe(text);
    expect(back.outputs.map(({ node }) => node.attrs["value"] ?? node.attrs["name"])).toEqual([-0, -Infinity, NaN, 'say "x" // {']);
  });

  test("shortens tables and names source lines for people", () => {
    const g = new GraphBuilder();
    g.span = { source: { path: "m.jm", text: "\n\nlet x" }, start: 2, end: 3 };
    const node = g.table(Float64Array.from({ length: 9 }, (_, i) => i), "f32", [9]);
    expect(printGraph(g.graph("t", [{ name: "t", node }]), { tableLimit: 2, spans: true })).toContain(
      "%0: f32[9] = table {data: [0, 1, ... 9 numbers]}  // m.jm:3\n",
    );
  });

  test.each([
    ["", 'expected `graph "name"`, found an empty text'],
    ["grap", "line 1: expected 'graph', found grap"],
    ['graph "g"\n%1: f32[] = x', "line 2: expected %0, the next number, found %1"],
    ['graph "g"\n%0: f64[] = x', "line 2: expected f32 or i32 or bool, found f64[] = x"],
    ['graph "g"\n%0: f32[] = exp %0', "line 2: expected a node above this line (0 to -1), found %0"],
    ['graph "g"\n%0: f32[2', "line 2: expected ']', found the end of the line"],
    ['graph "g"\n%0: f32[] = constant {valu: 1}', "line 2: expected an attribute of this operation (value), found valu"],
    ['graph "g"\n%0: f32[] = constant {value: x}', "line 2: expected a number, found x}"],
    ['graph "g"\n%0: f32[] = scalar {expr: {"call":"add","args":[1]}}', 'line 2: expected a host expression, found {"call":"add","args":[1]}'],
    ['graph "g"\n%0: f32[] = scalar {expr: {"call"', "line 2: expected the end of the object, found the end of the line"],
    ['graph "g"\noutput "x" = %0 extra', "line 2: expected a node above this line (0 to -1), found %0"],
    ['graph "g"\nsize V in 1..2 3', "line 2: expected the end of the line, found 3"],
  ])("%j is refused with its place", (text, message) => {
    expect(() => parseGraph(text)).toThrow(new Error(message));
  });
});
