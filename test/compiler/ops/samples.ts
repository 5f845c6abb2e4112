import fc from "fast-check";
import type { Node } from "../../../compiler/graph/node.ts";
import { Poly } from "../../../compiler/size/poly.ts";
import { Draw, type Sample } from "./draw.ts";

type Make = (draw: Draw) => Node;
type Range = readonly [low: number, high: number];

/**
 * Samples of the operation `op`: small graphs on random shapes, runtime sizes among them, with sizes up to about
 * `max`, and with input values. Throws for an operation that has none: every operation of the table needs an entry
 * below.
 */
export function samplesOf(op: string, max = 4): fc.Arbitrary<Sample> {
  const make = MAKERS[op];
  if (make === undefined) throw new Error(`test/compiler/ops/samples.ts has no samples of '${op}'`);
  return fc.tuple(fc.nat(), fc.integer({ min: 1, max })).map(([seed, size]) => {
    const draw = new Draw(seed, size);
    return draw.sample(make(draw));
  });
}

const unary = (op: string, range: Range = [-2, 2]): Make => (draw) => draw.g.node(op, [draw.f32(draw.shape(), ...range)]);

/** Of f32, apart from each other, or of i32. */
const binary = (op: string): Make => (draw) => {
  const shape = draw.shape();
  if (draw.flip()) return draw.g.node(op, [draw.i32(shape), draw.i32(shape)]);
  return draw.g.node(op, [draw.distinct(shape), draw.distinct(shape, 0.05)]);
};

const logic = (op: string): Make => (draw) => {
  const shape = draw.shape();
  return draw.g.node(op, [draw.bool(shape), draw.bool(shape)]);
};

const reduce = (op: string): Make => (draw) => {
  const shape = draw.shape(draw.int(1, 3));
  const axes = shape.map((_, axis) => axis).filter(() => draw.flip());
  return draw.g.node(op, [draw.flip() ? draw.i32(shape) : draw.distinct(shape)], { axes });
};

const MAKERS: Readonly<Record<string, Make>> = {
  input: (draw) => draw.f32(draw.shape()),
  weight: (draw) => draw.weight(draw.shape()),
  constant: (draw) => draw.g.constant(draw.int(-3, 3), draw.oneOf(["f32", "i32"]), draw.shape()),
  table(draw) {
    const shape = [draw.int(1, 4), draw.int(1, 4)];
    return draw.g.table(Float64Array.from({ length: shape[0]! * shape[1]! }, () => draw.unit()), "f32", shape);
  },
  scalar: (draw) =>
    draw.g.scalar({ call: "add", args: [{ get: "step" }, { call: "mul", args: [{ size: "N" }, 3] }] }, draw.oneOf(["f32", "i32"])),
  iota(draw) {
    const shape = draw.shape(draw.int(1, 3));
    return draw.g.iota(shape, draw.int(0, shape.length - 1));
  },
  uniform: (draw) => draw.g.uniform(draw.shape(), draw.int(0, 9)),

  neg: unary("neg"),
  exp: unary("exp"),
  log: unary("log", [0.2, 3]),
  sqrt: unary("sqrt", [0.2, 3]),
  rsqrt: unary("rsqrt", [0.2, 3]),
  sin: unary("sin", [-20, 20]),
  cos: unary("cos", [-20, 20]),
  tanh: unary("tanh", [-12, 12]),
  erf: unary("erf", [-5, 5]),
  abs: (draw) => draw.g.abs(draw.distinct(draw.shape(), 0.05)),
  floor: unary("floor"),
  ceil: unary("ceil"),
  round: (draw) => draw.g.round(draw.input("f32", draw.shape(), () => draw.int(-8, 8) / 4)),
  not: (draw) => draw.g.not(draw.bool(draw.shape())),
  stop: unary("stop"),
  cast(draw) {
    const shape = draw.shape();
    const x = draw.oneOf([() => draw.f32(shape, -5, 5), () => draw.i32(shape, -2, 2), () => draw.bool(shape)])();
    return draw.g.node("cast", [x], { to: draw.oneOf(["f32", "i32", "bool"]) });
  },

  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: (draw) => divideBy(draw, "div"),
  mod: (draw) => divideBy(draw, "mod"),
  pow(draw) {
    const shape = draw.shape();
    return draw.g.pow(draw.f32(shape, 0.2, 2), draw.f32(shape));
  },
  min: binary("min"),
  max: binary("max"),
  lt: binary("lt"),
  le: binary("le"),
  gt: binary("gt"),
  ge: binary("ge"),
  eq: binary("eq"),
  ne: binary("ne"),
  and: logic("and"),
  or: logic("or"),
  select(draw) {
    const shape = draw.shape();
    return draw.g.select(draw.bool(shape), draw.f32(shape), draw.f32(shape));
  },

  reshape(draw) {
    const axes = draw.shape(4);
    return draw.g.node("reshape", [draw.f32(mergeSome(draw, axes))], {}, { dtype: "f32", shape: mergeSome(draw, axes) });
  },
  transpose(draw) {
    const shape = draw.shape(draw.int(0, 4));
    const perm = shape.map((_, axis) => ({ axis, key: draw.unit() })).sort((a, b) => a.key - b.key);
    return draw.g.node("transpose", [draw.f32(shape)], { perm: perm.map(({ axis }) => axis) });
  },
  broadcast(draw) {
    const shape = draw.shape(draw.int(0, 4));
    const axes = shape.map((_, axis) => axis).filter(() => draw.flip());
    const x = draw.f32(axes.map((axis) => shape[axis]!));
    return draw.g.node("broadcast", [x], { axes }, { dtype: "f32", shape });
  },
  slice(draw) {
    const { before, inner, outer } = nested(draw);
    return draw.g.node("slice", [draw.f32(outer)], { starts: before }, { dtype: "f32", shape: inner });
  },
  pad(draw) {
    const { before, inner, outer } = nested(draw);
    return draw.g.node("pad", [draw.f32(inner)], { before, value: draw.oneOf([0, -1.5]) }, { dtype: "f32", shape: outer });
  },
  concat(draw) {
    const shape = draw.shape(draw.int(1, 3));
    const axis = draw.int(0, shape.length - 1);
    const parts = Array.from({ length: draw.int(1, 3) }, () => draw.f32(shape.with(axis, draw.size())));
    return draw.g.node("concat", parts, { axis });
  },
  checkpoint(draw) {
    const x = draw.f32(draw.shape());
    return draw.g.node("checkpoint", [draw.g.exp(draw.g.sin(x)), x]);
  },
  after: (draw) => draw.g.node("after", [draw.f32(draw.shape()), draw.f32(draw.shape())]),
  window(draw) {
    const cut = { size: draw.int(1, 3), step: draw.int(1, 3) };
    const leading = draw.shape(draw.int(0, 2));
    const count = draw.size();
    // The last windows end before the tensor does, where its length is a number.
    const spare = count.constant === undefined ? 0 : draw.int(0, cut.step - 1);
    const length = count.sub(Poly.constant(1)).mul(Poly.constant(cut.step)).add(Poly.constant(cut.size + spare));
    return draw.g.window(draw.f32([...leading, length]), cut, [...leading, count, cut.size]);
  },
  gather(draw) {
    const { batch, at, rows, rest } = rowsOf(draw);
    return draw.g.gather(draw.f32([...batch, rows, ...rest]), at, batch.length);
  },

  sum: reduce("sum"),
  amax: reduce("amax"),

  matmul(draw) {
    const batch = draw.shape(draw.int(0, 2));
    const [m, k, n] = [draw.size(), draw.size(), draw.size()];
    return draw.g.matmul(draw.f32([...batch, m, k]), draw.f32(draw.flip() ? [k, n] : [...batch, k, n]));
  },
  attention(draw) {
    const shape = headsShape(draw);
    return draw.g.node("attention", [draw.f32(shape), draw.f32(shape), draw.f32(shape)], { scale: 0.5 });
  },
  attention_lse(draw) {
    const shape = headsShape(draw);
    return draw.g.node("attention_lse", [draw.f32(shape), draw.f32(shape)], { scale: 0.5 });
  },
  attention_grad(draw) {
    const shape = headsShape(draw).with(-1, Poly.constant(4));
    const [q, k, v, ct] = [draw.f32(shape), draw.f32(shape), draw.f32(shape), draw.f32(shape)];
    const attrs = { scale: 0.5 };
    const result = draw.g.node("attention", [q, k, v], attrs);
    return draw.g.node("attention_grad", [q, k, v, result, draw.g.node("attention_lse", [q, k], attrs), ct], attrs);
  },
  scatter_add(draw) {
    const { batch, at, rows, rest } = rowsOf(draw);
    return draw.g.scatterAdd(at, draw.f32([...at.shape, ...rest]), batch.length, [...batch, rows, ...rest]);
  },
  argsort(draw) {
    // Few distinct keys: equal ones must keep their order.
    return draw.g.argsort(draw.input("f32", draw.shape(draw.int(1, 3)), () => draw.int(-2, 2) / 2));
  },
};

function divideBy(draw: Draw, op: "div" | "mod"): Node {
  const { g } = draw;
  const shape = draw.shape();
  const sign = draw.oneOf([-1, 1]);
  if (draw.flip()) return g.node(op, [draw.i32(shape), draw.i32(shape, sign * 2 - 1, sign * 2 + 1)]);
  // Quotients well between integers, where the remainder is smooth.
  const divisors: number[] = [];
  const b = draw.input("f32", shape, (i) => (divisors[i] = Math.fround(sign * (0.5 + draw.unit()))));
  const a = draw.input("f32", shape, (i) => Math.fround(divisors[i]! * (draw.int(-3, 3) + 0.25 + draw.unit() / 2)));
  return g.node(op, [a, b]);
}

/** Tokens, heads and channels after up to one other axis. */
function headsShape(draw: Draw): Poly[] {
  return [...draw.shape(draw.int(0, 1)), draw.size(), Poly.constant(draw.int(1, 2)), Poly.constant(4 * draw.int(1, 2))];
}

/** Neighbouring axes multiplied together here and there. */
function mergeSome(draw: Draw, axes: readonly Poly[]): Poly[] {
  return axes.reduce<Poly[]>((merged, n) => {
    const last = merged.at(-1);
    return last !== undefined && draw.flip() ? [...merged.slice(0, -1), last.mul(n)] : [...merged, n];
  }, []);
}

/** A shape within a larger shape. */
function nested(draw: Draw) {
  const inner = draw.shape(draw.int(1, 3));
  const gap = () => (draw.flip() ? Poly.constant(0) : draw.size());
  const before = inner.map(gap);
  return { inner, before, outer: inner.map((n, axis) => n.add(before[axis]!).add(gap())) };
}

/** Row numbers, some twice. */
function rowsOf(draw: Draw) {
  const batch = draw.shape(draw.int(0, 2));
  const rows = draw.size();
  const at = draw.i32([...batch, ...draw.shape(draw.int(0, 2))], 0, draw.value(rows) - 1);
  return { batch, rows, at, rest: draw.shape(draw.int(0, 1)) };
}

export type { Sample } from "./draw.ts";
