import { abs } from "./abs.ts";
import { add } from "./add.ts";
import { after } from "./after.ts";
import { amax } from "./amax.ts";
import { and } from "./and.ts";
import { argsort } from "./argsort.ts";
import { attention } from "./attention.ts";
import { attentionGrad } from "./attention-grad.ts";
import { attentionLse } from "./attention-lse.ts";
import { broadcast } from "./broadcast.ts";
import { cast } from "./cast.ts";
import { ceil } from "./ceil.ts";
import { checkpoint } from "./checkpoint.ts";
import { concat } from "./concat.ts";
import { constant } from "./constant.ts";
import { cos } from "./cos.ts";
import { div } from "./div.ts";
import { eq } from "./eq.ts";
import { erf } from "./erf.ts";
import { exp } from "./exp.ts";
import { floor } from "./floor.ts";
import { gather } from "./gather.ts";
import { ge } from "./ge.ts";
import { gt } from "./gt.ts";
import { input } from "./input.ts";
import { iota } from "./iota.ts";
import { le } from "./le.ts";
import { log } from "./log.ts";
import { lt } from "./lt.ts";
import { matmul } from "./matmul.ts";
import { max } from "./max.ts";
import { min } from "./min.ts";
import { mod } from "./mod.ts";
import { mul } from "./mul.ts";
import { ne } from "./ne.ts";
import { neg } from "./neg.ts";
import { not } from "./not.ts";
import { or } from "./or.ts";
import { pad } from "./pad.ts";
import { pow } from "./pow.ts";
import { reshape } from "./reshape.ts";
import { round } from "./round.ts";
import { rsqrt } from "./rsqrt.ts";
import { scalar } from "./scalar.ts";
import { scatterAdd } from "./scatter-add.ts";
import { select } from "./select.ts";
import { sin } from "./sin.ts";
import { slice } from "./slice.ts";
import { sqrt } from "./sqrt.ts";
import { stop } from "./stop.ts";
import { sub } from "./sub.ts";
import { sum } from "./sum.ts";
import { tableSource } from "./table-source.ts";
import { tanh } from "./tanh.ts";
import { transpose } from "./transpose.ts";
import { uniform } from "./uniform.ts";
import { weight } from "./weight.ts";
import { window } from "./window.ts";
import type { OpDef } from "./op.ts";

/** All operations, in the groups and the order of docs/operations.md. */
export const OP_GROUPS: readonly { readonly title: string; readonly ops: readonly OpDef[] }[] = [
  { title: "sources", ops: [input, weight, constant, tableSource, scalar, iota, uniform] },
  {
    title: "one input, element by element",
    ops: [
      neg, exp, log, sqrt, rsqrt, sin, cos, tanh, erf, abs, floor, ceil, round, not, cast, stop,
    ],
  },
  {
    title: "two or three inputs, element by element",
    ops: [
      add, sub, mul, div, mod, pow, min, max, lt, le, gt, ge, eq, ne, and, or, select,
    ],
  },
  { title: "movement", ops: [reshape, transpose, broadcast, slice, pad, concat, window, gather, checkpoint, after] },
  { title: "reductions", ops: [sum, amax] },
  { title: "kernels of their own", ops: [matmul, attention, attentionLse, attentionGrad, scatterAdd, argsort] },
];

const byName = new Map(OP_GROUPS.flatMap((group) => group.ops).map((op) => [op.name, op]));

/** The operation of that name, if there is one. */
export function findOp(name: string): OpDef | undefined {
  return byName.get(name);
}

/** The operation of that name. Throws if there is none: a node is made from the table only. */
export function opNamed(name: string): OpDef {
  const op = byName.get(name);
  if (op === undefined) throw new Error(`no operation is called '${name}'`);
  return op;
}
