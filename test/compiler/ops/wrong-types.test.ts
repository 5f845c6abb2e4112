import { expect, test } from "vitest";
import { parseGraph } from "../../../compiler/graph/parse.ts";
import { verifyGraph } from "../../../compiler/graph/verify.ts";
import { OP_GROUPS } from "../../../compiler/ops/table.ts";

const PREAMBLE = `graph "wrong"
size N in 1..9
%0: f32[2, 3] = input {name: "x"}
%1: i32[2, 3] = input {name: "i"}
%2: bool[2, 3] = input {name: "b"}
%3: f32[3] = input {name: "row"}
%4: f32[N, 2] = input {name: "n"}
%5: f32[] = input {name: "one"}
`;

/** At least one wrong use of every operation, and what is said of it. */
const WRONG: readonly (readonly [line: string, problem: string])[] = [
  ['f32[] = input {name: 3}', "line 9: expected a text in double quotes, found 3}"],
  ["f32[] = weight", "expected attribute 'name' (text), found none"],
  ["f32[] = constant %5 {value: 1}", "expected 0 inputs, found 1"],
  ["f32[2, 2] = table {data: [1, 2, 3]}", "expected 4 elements for [2, 2], found 3"],
  ["f32[N] = table {data: [1]}", "expected a shape without runtime sizes, found [N]"],
  ['f32[2] = scalar {expr: {"get":"step"}}', "expected a scalar, found [2]"],
  ["i32[2, 3] = iota {axis: 2}", "expected more than 2 axes, found i32[2, 3]"],
  ["f32[2] = iota {axis: 0}", "expected i32, found f32[2]"],
  ["i32[2] = uniform {first: 0, site: 0}", "expected f32, found i32[2]"],
  ...["exp", "log", "sqrt", "rsqrt", "sin", "cos", "tanh", "erf", "floor", "ceil", "round"].map(
    (op) => [`i32[2, 3] = ${op} %1`, "expected f32, found i32[2, 3]"] as const,
  ),
  ...["neg", "abs"].map((op) => [`bool[2, 3] = ${op} %2`, "expected f32 or i32, found bool[2, 3]"] as const),
  ["f32[2, 3] = exp %0, %0", "expected 1 inputs, found 2"],
  ["f32[3] = exp %0", "expected f32[2, 3], found f32[3]"],
  ["f32[2, 3] = not %0", "expected bool, found f32[2, 3]"],
  ["i32[2, 3] = stop %0", "expected f32[2, 3], found i32[2, 3]"],
  ['f32[2, 3] = cast %0 {to: "f64"}', "expected f32 or i32 or bool, found f64"],
  ...["add", "sub", "mul", "div", "mod", "min", "max", "lt", "le", "gt", "ge", "eq", "ne"].map(
    (op) => [`f32[2, 3] = ${op} %0, %1`, "expected f32, found i32[2, 3]"] as const,
  ),
  ["f32[2, 3] = add %0, %3", "expected two inputs of one shape, [2, 3], found [3]"],
  ["f32[2, 3] = pow %1, %1", "expected f32, found i32[2, 3]"],
  ...["and", "or"].map((op) => [`bool[2, 3] = ${op} %2, %0`, "expected bool, found f32[2, 3]"] as const),
  ["f32[2, 3] = select %0, %0, %0", "expected bool, found f32[2, 3]"],
  ["f32[2, 3] = select %2, %0, %1", "expected f32, found i32[2, 3]"],
  ["f32[2, 2] = reshape %0", "expected a shape of 6 elements, found [2, 2]"],
  ["f32[2, 3] = transpose %0 {perm: [0, 0]}", "expected each of 2 axes once, found [0, 0]"],
  ["f32[2, 3] = broadcast %3 {axes: [0]}", "expected [3] at axes [0], found [2, 3]"],
  ["f32[3, 2] = broadcast %0 {axes: [1, 0]}", "expected increasing axes below 2, found [1, 0]"],
  ["f32[2, 3] = slice %0 {starts: [0, 1]}", "expected a part of [2, 3], found [2, 3] from [0, 1]"],
  ["f32[2] = slice %0 {starts: [0]}", "expected a start and a size for each axis of [2, 3], found [0], [2]"],
  ["f32[2, 4] = pad %0 {before: [0, 2], value: 0}", "expected room for [2, 3] at [0, 2], found [2, 4]"],
  ["f32[4, 3] = concat %0, %4 {axis: 0}", "expected sizes, but for the axis, [2, 3], found [2, 2]"],
  ["f32[2, 3] = concat {axis: 0}", "expected at least one input, found none"],
  ["f32[2, 3] = checkpoint", "expected at least one input, found none"],
  ["f32[2, 3] = after %0", "expected 2 inputs, found 1"],
  ["f32[2, 3, 2] = window %0 {size: 2, step: 1}", "expected 2 windows of 2 over [2, 3], found [2, 3, 2]"],
  ["f32[2, 1, 4] = window %0 {size: 4, step: 1}", "expected at least 4 elements, found 3"],
  ["f32[2, 3, 1] = window %0 {size: 1, step: 0}", "expected a size and a step of at least 1, found 1, 0"],
  ["f32[2, 3, 3] = gather %0, %0 {batch: 0}", "expected i32, found f32[2, 3]"],
  ["f32[2, 3] = gather %4, %1 {batch: 1}", "expected row numbers that begin with [N], found [2]"],
  ["f32[2] = sum %0 {axes: [2]}", "expected increasing axes below 2, found [2]"],
  ["bool[2] = amax %2 {axes: [1]}", "expected f32 or i32, found bool[2, 3]"],
  ["f32[2, 3] = attention %0, %0, %0 {scale: 1}", "expected tokens, heads and channels as the last axes, found f32[2, 3]"],
  ["f32[2, 3] = attention_lse %0 {scale: 1}", "expected 2 inputs, found 1"],
  ["f32[2, 3] = attention_grad %0, %0, %0 {scale: 1}", "expected 6 inputs, found 3"],
  ["f32[2, 3] = matmul %0, %0", "expected a second tensor of 3 rows, found f32[2, 3]"],
  ["f32[3] = matmul %3, %3", "expected two tensors of one rank of at least 2, or a matrix second, found f32[3], f32[3]"],
  ["f32[5, 3] = scatter_add %1, %0 {batch: 0}", "expected updates of shape [2, 3, 3], found [2, 3]"],
  ["i32[2, 3] = argsort %2", "expected f32 or i32, found bool[2, 3]"],
  ["f32[M] = constant {value: 0}", "expected bounds of size 'M', found none"],
  ["f32[] = softmax %0", "expected an operation of the table"],
];

test.each(WRONG)("%s", (line, problem) => {
  expect(problemOf(line)).toBe(problem);
});

function problemOf(line: string): string {
  try {
    const problems = verifyGraph(parseGraph(`${PREAMBLE}%6: ${line}\noutput "y" = %6\n`));
    return problems.join("; ").replace(/^%\d+ \(\w+\): /, "");
  } catch (error) {
    return (error as Error).message;
  }
}

test("shows a wrong use of every operation", () => {
  const shown = new Set(WRONG.map(([line]) => /= (\w+)/.exec(line)![1]));
  expect(OP_GROUPS.flatMap((group) => group.ops.map((op) => op.name)).filter((name) => !shown.has(name))).toEqual([]);
});
