import { expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import type { Node } from "../../../compiler/graph/node.ts";
import { RULES, simplify } from "../../../compiler/passes/simplify.ts";
import { Poly } from "../../../compiler/size/poly.ts";
import { expression } from "./expression.ts";

const N = Poly.atom("N");
const g = new GraphBuilder([{ name: "N", min: 1, max: 9 }]);
const x = g.input("x", "f32", [2, N]);
const y = g.input("y", "f32", [2, N]);
const z = g.input("z", "f32", [2, 3, 4]);
const row = g.input("row", "f32", [N]);
const one = g.input("one", "f32", []);
const b = g.input("b", "bool", [2, N]);
const c = (value: number, like: Node = x) => g.fill(value, like);

/** By rule name: what is written, and what comes out. */
const EXAMPLES: Readonly<Record<string, readonly (readonly [Node, string])[]>> = {
  "x + 0 = x": [[g.add(x, c(0)), "x"], [g.sub(x, c(0)), "x"]],
  "x · 1 = x / 1 = x": [[g.mul(x, c(1)), "x"], [g.div(x, c(1)), "x"]],
  "x · -1 = -x": [[g.mul(x, c(-1)), "neg(x)"]],
  "x / c = x · (1/c)": [[g.div(x, c(4)), "mul(x, 0.25)"], [g.div(x, c(0)), "div(x, 0)"]],
  "x - c = x + -c": [[g.sub(x, c(2)), "add(x, -2)"]],
  "c + x = x + c": [[g.add(c(2), x), "add(x, 2)"], [g.mul(c(1), x), "x"]],
  "(x + c) + d = x + (c + d)": [[g.add(g.add(x, c(2)), c(3)), "add(x, 5)"], [g.div(g.mul(x, c(2)), c(2)), "x"]],
  "-(-x) = x": [[g.neg(g.neg(x)), "x"], [g.not(g.not(b)), "b"]],
  "a + -b = a - b": [[g.add(x, g.neg(y)), "sub(x, y)"], [g.add(g.neg(x), y), "sub(y, x)"]],
  "a - -b = a + b": [[g.sub(x, g.neg(y)), "add(x, y)"]],
  "-x · -y = x · y": [[g.mul(g.neg(x), g.neg(y)), "mul(x, y)"]],
  "-(x · c) = x · -c": [[g.neg(g.mul(x, c(2))), "mul(x, -2)"]],
  "1 / sqrt(x) = rsqrt(x)": [[g.div(c(1), g.sqrt(x)), "rsqrt(x)"]],
  "x ^ small = products": [
    [g.pow(x, c(2)), "mul(x, x)"],
    [g.pow(x, c(3)), "mul(mul(x, x), x)"],
    [g.pow(x, c(4)), "mul(mul(x, x), mul(x, x))"],
    [g.pow(x, c(0)), "1"],
    [g.pow(x, c(0.5)), "sqrt(x)"],
    [g.pow(x, c(-0.5)), "rsqrt(x)"],
    [g.pow(x, c(-1)), "div(1, x)"],
    [g.pow(x, c(5)), "pow(x, 5)"],
  ],

  "x and true = x, x and false = false": [[g.and(b, c(1, b)), "b"], [g.and(b, c(0, b)), "0"]],
  "x or false = x, x or true = true": [[g.or(b, c(0, b)), "b"], [g.or(b, c(1, b)), "1"]],
  "select(true, a, b) = a": [[g.select(c(1, b), x, y), "x"], [g.select(c(0, b), x, y), "y"]],
  "select(c, a, a) = a": [[g.select(b, x, x), "x"]],
  "select(not c, a, b) = select(c, b, a)": [[g.select(g.not(b), x, y), "select(b, y, x)"]],
  "cast(cast(x)) = cast(x), where the first loses nothing": [
    [g.cast(g.cast(b, "i32"), "f32"), 'cast["f32"](b)'],
    [g.cast(g.cast(b, "f32"), "bool"), "b"],
    [g.cast(g.cast(x, "i32"), "f32"), 'cast["f32"](cast["i32"](x))'],
  ],

  "what moves nothing = x": [[g.node("reshape", [x], {}, x), "x"], [g.node("transpose", [x], { perm: [0, 1] }), "x"]],
  "transpose of axes of size 1 = reshape": [
    [g.transpose(g.reshape(x, [2, 1, N]), [1, 0, 2]), "reshape->[1, 2, N](x)"],
    [g.transpose(x, [1, 0]), "transpose[1,0](x)"],
  ],
  "broadcast along axes of size 1 = reshape": [[g.broadcast(x, [0, 2], [2, 1, N]), "reshape->[2, 1, N](x)"]],
  "reshape(reshape(x)) = reshape(x)": [
    [g.reshape(g.reshape(z, [6, 4]), [24]), "reshape->[24](z)"],
    [g.reshape(g.reshape(z, [6, 4]), [2, 3, 4]), "z"],
  ],
  "transpose(transpose(x)) = transpose(x)": [
    [g.transpose(g.transpose(z, [1, 2, 0]), [1, 2, 0]), "transpose[2,0,1](z)"],
    [g.transpose(g.transpose(z, [1, 2, 0]), [2, 0, 1]), "z"],
  ],
  "broadcast(broadcast(x)) = broadcast(x)": [
    [g.broadcast(g.broadcast(row, [1], [2, N]), [0, 2], [2, 5, N]), "broadcast[2]->[2, 5, N](row)"],
  ],
  "slice(slice(x)) = slice(x)": [
    [g.slice(g.slice(z, [0, 1, 1], [2, 2, 3]), [0, 0, 1], [2, 2, 2]), "slice[0,1,2]->[2, 2, 2](z)"],
  ],
  "slice(pad(x)) = x, of what was padded": [[g.slice(g.pad(x, [1, 0], [4, N], 0), [1, 0], [2, N]), "x"]],
  "slice(concat(.., x, ..)) = x, of one part": [
    [g.slice(g.concat([x, y], 0), [2, 0], [2, N]), "y"],
    [g.slice(g.concat([x, y], 1), [0, N], [2, N]), "y"],
    [g.slice(g.concat([x, y], 0), [1, 0], [2, N]), "slice[1,0]->[2, N](concat[0](x, y))"],
  ],
  "concat(concat(a, b), c) = concat(a, b, c)": [
    [g.concat([g.concat([x, y], 1), x], 1), "concat[1](x, y, x)"],
    [g.concat([g.concat([row, row], 0), g.concat([row], 0)], 0), "concat[0](row, row, row)"],
  ],
  "concat(slices of x, from its start to its end) = x": [
    [g.concat([g.slice(x, [0, 0], [1, N]), g.slice(x, [1, 0], [1, N])], 0), "x"],
  ],

  "sum over axes of size 1 = reshape": [[g.sum(g.reshape(x, [2, 1, N]), [1]), "x"]],
  "sum(sum(x)) = sum(x)": [
    [g.sum(g.sum(z, [1]), [1]), "sum[1,2](z)"],
    [g.amax(g.amax(z, [0]), [1]), "amax[0,2](z)"],
  ],
  "sum of a constant = constant · count": [[g.sum(c(0.5, z), [1, 2]), "6"]],
  "sum(x · c) = sum(x) · c, sum(-x) = -sum(x)": [
    [g.sum(g.mul(x, c(2)), [1]), "mul(sum[1](x), 2)"],
    [g.sum(g.neg(x), [1]), "neg(sum[1](x))"],
    [g.sum(g.neg(g.mul(x, c(2))), [1]), "mul(sum[1](x), -2)"],
  ],
  "sum over broadcast axes = x · count": [
    [g.sum(g.broadcast(row, [1], [4, N]), [0]), "mul(row, 4)"],
    [g.sum(g.broadcast(one, [], [N]), [0]), 'mul(one, {"size":"N"})'],
    [g.sum(g.broadcast(x, [0, 2], [2, 3, N]), [1, 2]), "mul(sum[1](x), 3)"],
    [g.sum(g.broadcast(x, [0, 2], [2, 3, N]), [2]), "sum[2](broadcast[0,2]->[2, 3, N](x))"],
  ],
  "max over broadcast axes = x": [[g.amax(g.broadcast(row, [1], [4, N]), [0]), "row"]],
  "(a @ b)ᵀ = bᵀ @ aᵀ, where one is transposed already": [
    [g.swapLast(g.matmul(g.swapLast(x), x)), "matmul(transpose[1,0](x), x)"],
    [g.swapLast(g.matmul(x, g.input("w", "f32", [N, 3]))), "transpose[1,0](matmul(x, w))"],
  ],

  "pad(a) + pad(b) = pad(concat(a, b)), of neighbours": [
    [g.add(g.pad(x, [0, 0], [4, N], 0), g.pad(y, [2, 0], [4, N], 0)), "concat[0](x, y)"],
    [
      g.add(g.add(g.pad(y, [2, 0], [6, N], 0), g.pad(x, [0, 0], [6, N], 0)), g.pad(y, [4, 0], [6, N], 0)),
      "concat[0](x, y, y)",
    ],
    [
      g.add(g.pad(x, [0, 0], [5, N], 0), g.pad(y, [3, 0], [5, N], 0)),
      "add(pad[0,0][0]->[5, N](x), pad[3,0][0]->[5, N](y))",
    ],
  ],
  "f(broadcast(a), broadcast(b)) = broadcast(f(a, b))": [
    [g.exp(g.broadcast(row, [1], [2, N])), "broadcast[1]->[2, N](exp(row))"],
    [g.mul(g.broadcast(row, [1], [2, N]), c(2)), "broadcast[1]->[2, N](mul(row, 2))"],
    [
      g.mul(g.broadcast(row, [1], [2, N]), g.broadcast(one, [], [2, N])),
      "broadcast[1]->[2, N](mul(row, broadcast[]->[N](one)))",
    ],
    [g.mul(g.broadcast(row, [1], [2, N]), x), "mul(broadcast[1]->[2, N](row), x)"],
  ],
  "f(reshape(a), reshape(b)) = reshape(f(a, b))": [
    [g.reshape(g.rsqrt(g.add(g.reshape(row, [1, N]), g.constant(1e-5, "f32", [1, N]))), [N]), "rsqrt(add(row, 0.00001))"],
    [g.add(g.reshape(z, [24]), g.reshape(z, [24])), "reshape->[24](add(z, z))"],
    [g.add(g.reshape(x, [2, 1, N]), g.broadcast(one, [], [2, 1, N])), "reshape->[2, 1, N](add(x, broadcast[]->[2, N](one)))"],
  ],
};

const cases = Object.entries(EXAMPLES).flatMap(([rule, examples]) => examples.map(([node, after]) => [rule, expression(node), after, node] as const));

test.each(cases)("%s: %s becomes %s", (_rule, _before, after, node) => {
  const { outputs } = simplify.run(g.graph("rule", [{ name: "y", node }]));
  expect(expression(outputs[0]!.node)).toBe(after);
});

test("every rule has an example", () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual(RULES.map((rule) => rule.name).sort());
});
