import { describe, expect, test } from "vitest";
import { GraphBuilder } from "../../../compiler/graph/builder.ts";
import { showType } from "../../../compiler/graph/type.ts";
import { OpError } from "../../../compiler/ops/op.ts";
import { Poly } from "../../../compiler/size/poly.ts";

const V = Poly.atom("V");

describe("GraphBuilder", () => {
  test("makes equal expressions the same node", () => {
    const g = new GraphBuilder();
    const x = g.input("x", "f32", [2, V]);
    expect(g.add(g.exp(x), x)).toBe(g.add(g.exp(x), x));
    expect(g.add(g.exp(x), x)).not.toBe(g.add(x, g.exp(x)));
    const same = [1, 2, 3].map(() => g.table(Float64Array.of(1, 2), "f32", [2]));
    expect(new Set(same).size).toBe(1);
    expect(g.table(Float64Array.of(1, 2), "f32", [2])).not.toBe(g.table(Float64Array.of(1, -2), "f32", [2]));
  });

  test("computes with constants at once", () => {
    const g = new GraphBuilder();
    const two = g.constant(2, "f32", [4, V]);
    expect(g.mul(two, g.exp(g.zerosLike(two)))).toBe(two);
    expect(g.transpose(two, [1, 0])).toBe(g.constant(2, "f32", [V, 4]));
    expect(g.pad(g.constant(0, "f32", [2]), [1], [4], 0)).toBe(g.constant(0, "f32", [4]));
    expect(g.pad(g.constant(1, "f32", [2]), [1], [4], 0).op).toBe("pad");
    expect(g.lt(two, g.fill(3, two))).toBe(g.constant(1, "bool", [4, V]));
  });

  test("builds no movement that moves nothing", () => {
    const g = new GraphBuilder();
    const x = g.input("x", "f32", [2, V]);
    expect(g.reshape(x, [2, V])).toBe(x);
    expect(g.transpose(x, [0, 1])).toBe(x);
    expect(g.broadcast(x, [0, 1], [2, V])).toBe(x);
    expect(g.slice(x, [0, 0], [2, V])).toBe(x);
    expect(g.cast(x, "f32")).toBe(x);
    expect(g.sum(x, [])).toBe(x);
  });

  test("expand aligns axes at the right and repeats those of size 1", () => {
    const g = new GraphBuilder();
    const x = g.input("x", "f32", [3, 1]);
    const y = g.expand(x, [2, 3, V]);
    expect([y.op, showType(y), y.attrs["axes"]]).toEqual(["broadcast", "f32[2, 3, V]", [1]]);
    expect(() => g.expand(g.input("y", "f32", [3]), [V])).toThrow(OpError);
    expect(() => g.expand(x, [3])).toThrow(OpError);
  });

  test("mean divides by runtime sizes", () => {
    const g = new GraphBuilder();
    const x = g.input("x", "f32", [2, V, 3]);
    const over = g.mean(x, [1, 2]).inputs[1]!;
    expect(over.inputs[0]!.attrs["expr"]).toEqual({ call: "mul", args: [3, { size: "V" }] });
    expect(g.mean(x, [0, 2]).inputs[1]!.attrs["value"]).toBe(6);
  });

  test("refuses nodes of another builder and unknown operations", () => {
    const x = new GraphBuilder().input("x", "f32", [2]);
    const other = new GraphBuilder();
    other.input("y", "f32", [2]);
    expect(() => other.exp(x)).toThrow("exp: an input belongs to another builder");
    expect(() => other.node("softmax", [])).toThrow("expected the name of an operation, found 'softmax'");
  });

  test("keeps the span of the text a node came from", () => {
    const g = new GraphBuilder();
    g.span = { source: { path: "m.jm", text: "x" }, start: 0, end: 1 };
    expect(g.input("x", "f32", []).span?.source.path).toBe("m.jm");
  });
});
