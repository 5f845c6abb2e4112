import type { DType, HostOp } from "@jepac/runtime/plan";
import { broadcastShape, elementwise as binaryNode } from "../arithmetic.ts";
import { hostCall } from "../../graph/host-call.ts";
import { asScalar, asTensor, scalarNode } from "../want.ts";
import { bool, hostInt, real, tensor, type Value } from "../value.ts";
import type { Builtin } from "./arguments.ts";
import { extremum } from "./reduce.ts";

/** A function of one number or of each element. */
function unary(op: HostOp): Builtin {
  return (args) => {
    const x = args.get(0);
    if (x.kind === "scalar") return real(hostCall(op, x.host));
    return tensor(args.it.at(args.call.span).node(op, [asTensor(args.it, x, args.span(0))]));
  };
}

/** floor, ceil, round: ints on the host, reals on tensors. */
function rounding(op: "floor" | "ceil" | "round"): Builtin {
  return (args) => {
    const x = args.get(0);
    if (x.kind === "scalar") return hostInt(hostCall(op, x.host));
    return tensor(args.it.at(args.call.span).node(op, [asTensor(args.it, x, args.span(0))]));
  };
}

/** min and max: of two things when two are given, else along axes. */
function smallerOrLarger(op: "min" | "max"): Builtin {
  return (args) => {
    const a = args.get(0);
    const b = args.positional[1];
    if (b === undefined) return extremum(op, args);
    if (a.kind === "scalar" && b.kind === "scalar") {
      const host = hostCall(op, a.host, b.host);
      return a.type === "int" && b.type === "int" ? hostInt(host) : real(host);
    }
    return tensor(binaryNode(args.it, op, a, b, args.call));
  };
}

function cast(dtype: DType): Builtin {
  return (args) => {
    const x = args.get(0);
    if (x.kind === "scalar") return tensor(scalarNode(args.it, dtype === "i32" ? hostCall("floor", x.host) : x.host, dtype));
    return tensor(args.it.at(args.call.span).cast(asTensor(args.it, x, args.span(0)), dtype));
  };
}

const rsqrt: Builtin = (args) => {
  const x = args.get(0);
  if (x.kind === "scalar") return real(hostCall("div", 1, hostCall("sqrt", x.host)));
  return tensor(args.it.at(args.call.span).node("rsqrt", [asTensor(args.it, x, args.span(0))]));
};

const erf: Builtin = (args) => tensor(args.it.at(args.call.span).node("erf", [asTensor(args.it, args.get(0), args.span(0))]));

/** `where(condition, a, b)`: element by element; on the host when all three are numbers. */
const where: Builtin = (args): Value => {
  const [c, a, b] = [args.get(0), args.get(1), args.get(2)];
  const { it } = args;
  if (c.kind === "scalar" && a.kind === "scalar" && b.kind === "scalar") {
    const host = hostCall("select", c.host, a.host, b.host);
    if (a.type === "bool") return bool(host);
    return a.type === "int" && b.type === "int" ? hostInt(host) : real(host);
  }
  const dtype = a.kind === "tensor" ? a.node.dtype : b.kind === "tensor" ? b.node.dtype : "f32";
  const nodes = [asTensor(it, c, args.span(0), "bool"), asTensor(it, a, args.span(1), dtype), asTensor(it, b, args.span(2), dtype)] as const;
  const ab = broadcastShape(it, nodes[1], nodes[2], args.call);
  const shape = broadcastShape(it, nodes[0], { ...nodes[1], shape: ab }, args.call);
  const [condition, yes, no] = nodes.map((node) => it.g.expand(node, shape));
  if (condition === undefined || yes === undefined || no === undefined) throw new Error("where takes three");
  return tensor(it.at(args.call.span).select(condition, yes, no));
};

export const elementwise: Readonly<Record<string, Builtin>> = {
  exp: unary("exp"),
  log: unary("log"),
  sqrt: unary("sqrt"),
  sin: unary("sin"),
  cos: unary("cos"),
  tanh: unary("tanh"),
  abs: unary("abs"),
  rsqrt,
  erf,
  floor: rounding("floor"),
  ceil: rounding("ceil"),
  round: rounding("round"),
  min: smallerOrLarger("min"),
  max: smallerOrLarger("max"),
  where,
  f32: cast("f32"),
  i32: cast("i32"),
  bool: cast("bool"),
  /** Truncates towards zero. */
  int: (args) => {
    const x = asScalar(args.it, args.get(0), args.span(0));
    if (x.type === "int") return x;
    return hostInt(hostCall("select", hostCall("lt", x.host, 0), hostCall("ceil", x.host), hostCall("floor", x.host)));
  },
  real: (args) => real(asScalar(args.it, args.get(0), args.span(0)).host),
  /** The identity, through which no gradient flows. */
  stop: (args) => tensor(args.it.g.stop(asTensor(args.it, args.get(0), args.span(0)))),
};
