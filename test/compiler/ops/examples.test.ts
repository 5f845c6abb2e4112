import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../../compiler/graph/evaluate.ts";
import { parseGraph } from "../../../compiler/graph/parse.ts";
import { verifyGraph } from "../../../compiler/graph/verify.ts";

/** Results worked out by hand: what the operations mean, independently of how the evaluator computes them. */
const PREAMBLE = `graph "example"
%0: f32[2, 3] = table {data: [1, 2, 3, 4, 5, 6]}
%1: i32[2] = table {data: [2, 0]}
%2: i32[2, 1] = table {data: [2, 0]}
%3: f32[6] = table {data: [0.5, -0.5, 1.5, 2.5, -1.5, -2.5]}
%4: i32[4] = table {data: [7, -7, 7, -7]}
%5: i32[4] = table {data: [2, 2, -2, -2]}
%6: bool[2] = table {data: [1, 0]}
%7: bool[2] = table {data: [0, 0]}
%8: f32[3, 2] = table {data: [1, 0, 0, 1, 1, 1]}
%9: f32[4] = table {data: [3, 1, 3, 1]}
%10: f32[2, 2] = table {data: [1, 2, 3, 4]}
%11: f32[2] = constant {value: 1}
%12: f32[2] = constant {value: -1}
`;

const EXAMPLES: readonly (readonly [line: string, expected: readonly number[]])[] = [
  ["f32[3, 2] = reshape %0", [1, 2, 3, 4, 5, 6]],
  ["f32[3, 2] = transpose %0 {perm: [1, 0]}", [1, 4, 2, 5, 3, 6]],
  ["i32[2, 3] = broadcast %1 {axes: [0]}", [2, 2, 2, 0, 0, 0]],
  ["i32[3, 2] = broadcast %1 {axes: [1]}", [2, 0, 2, 0, 2, 0]],
  ["f32[2, 2] = slice %0 {starts: [0, 1]}", [2, 3, 5, 6]],
  ["f32[3, 4] = pad %0 {before: [1, 0], value: 9}", [9, 9, 9, 9, 1, 2, 3, 9, 4, 5, 6, 9]],
  ["f32[2, 6] = concat %0, %0 {axis: 1}", [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]],
  ["f32[4, 3] = concat %0, %0 {axis: 0}", [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]],
  ["f32[2, 3] = window %3 {size: 3, step: 2}", [0.5, -0.5, 1.5, 1.5, 2.5, -1.5]],
  ["f32[2, 2, 2] = window %0 {size: 2, step: 1}", [1, 2, 2, 3, 4, 5, 5, 6]],
  ["f32[2, 2] = gather %8, %1 {batch: 0}", [1, 1, 1, 0]],
  ["f32[2, 1] = gather %0, %2 {batch: 1}", [3, 4]],
  ["f32[3, 2] = scatter_add %1, %10 {batch: 0}", [3, 4, 0, 0, 1, 2]],
  ["f32[2] = sum %0 {axes: [1]}", [6, 15]],
  ["f32[3] = amax %0 {axes: [0]}", [4, 5, 6]],
  ["f32[2, 2] = matmul %0, %8", [4, 5, 10, 11]],
  ["i32[4] = argsort %9", [1, 3, 0, 2]],
  ["f32[6] = round %3", [0, 0, 2, 2, -2, -2]],
  ["f32[6] = floor %3", [0, -1, 1, 2, -2, -3]],
  ["i32[6] = cast %3 {to: \"i32\"}", [0, 0, 1, 2, -1, -2]],
  ["i32[4] = div %4, %5", [3, -4, -4, 3]],
  ["i32[4] = mod %4, %5", [1, 1, -1, -1]],
  ["bool[2] = or %6, %7", [1, 0]],
  ["bool[2] = and %6, %6", [1, 0]],
  ["bool[2] = not %6", [0, 1]],
  ["f32[2] = select %6, %11, %12", [1, -1]],
  ["i32[2, 3] = iota {axis: 1}", [0, 1, 2, 0, 1, 2]],
  ["i32[2, 3] = iota {axis: 0}", [0, 0, 0, 1, 1, 1]],
];

describe("operations, by example", () => {
  test.each(EXAMPLES)("%s", (line, expected) => {
    const graph = parseGraph(`${PREAMBLE}%13: ${line}\noutput "y" = %13\n`);
    expect(verifyGraph(graph)).toEqual([]);
    expect([...evaluateGraph(graph).get("y")!.data]).toEqual(expected);
  });

  test("erf has the tabulated values", () => {
    // Abramowitz & Stegun, table 7.1
    const known = [[0, 0], [0.1, 0.1124629160], [0.5, 0.5204998778], [1, 0.8427007929], [1.5, 0.9661051465], [2, 0.9953222650], [-1, -0.8427007929]];
    const inputs = known.map(([x]) => x);
    const graph = parseGraph(`graph "erf"\n%0: f32[7] = table {data: [${inputs.join(", ")}]}\n%1: f32[7] = erf %0\noutput "y" = %1\n`);
    evaluateGraph(graph).get("y")!.data.forEach((y, i) => expect(y).toBeCloseTo(known[i]![1]!, 9));
  });

  test("erf joins its two expansions and is flat far out", () => {
    const graph = parseGraph(`graph "erf"\n%0: f32[4] = table {data: [2.4999999999, 2.5, 7, -7]}\n%1: f32[4] = erf %0\noutput "y" = %1\n`);
    const [below, at, far, negative] = evaluateGraph(graph).get("y")!.data;
    expect(at! - below!).toBeGreaterThanOrEqual(0);
    expect(at! - below!).toBeLessThan(1e-12);
    expect([far, negative]).toEqual([1, -1]);
  });
});
