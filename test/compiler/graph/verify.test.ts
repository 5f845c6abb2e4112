import { expect, test } from "vitest";
import { parseGraph } from "../../../compiler/graph/parse.ts";
import { assertVerified, verifyGraph } from "../../../compiler/graph/verify.ts";

const WRONG = parseGraph(`graph "wrong"
size V in 9..3
%0: f32[V] = input {name: "x"}
%1: f32[V, W] = broadcast %0 {axes: [0]}
%2: f32[] = scalar {expr: {"call":"add","args":[{"size":"U"},1]}}
%3: f32[2] = sum %0 {axes: [0]}
output "a" = %1
output "a" = %2
output "b" = %3
`);

test("names every fault of a graph", () => {
  expect(verifyGraph(WRONG)).toEqual([
    "size V: expected bounds 0 <= min <= max, found 9..3",
    "%1 (broadcast): expected bounds of size 'W', found none",
    "%2 (scalar): expected bounds of size 'U', found none",
    "%3 (sum): expected f32[], found f32[2]",
    "output 'a': expected one, found several",
  ]);
});

test("refuses attributes that an operation does not have", () => {
  const graph = parseGraph('graph "g"\n%0: f32[] = constant {value: 1}\noutput "y" = %0');
  const node = { ...graph.outputs[0]!.node, attrs: { value: 1, axis: 0 } };
  expect(verifyGraph({ ...graph, outputs: [{ name: "y", node }] })).toEqual([
    "%0 (constant): expected attributes {value}, found also 'axis'",
  ]);
});

test("blames the stage that left a wrong graph", () => {
  expect(() => assertVerified(WRONG, "simplify")).toThrow("simplify left an ill-formed graph:\nsize V");
});
