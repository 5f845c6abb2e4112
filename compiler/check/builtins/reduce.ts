import { isPack, tensor, unknown, type Dim, type Type } from "../types.ts";
import { Poly } from "../../size/poly.ts";
import { argument, axisNumbers, axisPosition, scalarArgument, slots, tensorArgument, type Builtin, type BuiltinCall } from "./builtin.ts";
import { smallerOrLarger } from "./elementwise.ts";

/** Folds the axes that `axis:` names, all without it; `keep: true` leaves them as axes of 1. */
function checkReduction(call: BuiltinCall): Type {
  const x = tensorArgument(call, "x", ["f32"]);
  if (x === undefined) return unknown;
  const keepGiven = call.given.get("keep");
  const keep = scalarArgument(call, "keep", ["bool"]);
  if (keepGiven !== undefined) {
    if (keep === undefined) return unknown;
    if (keep.of === "int" || typeof keep.value !== "boolean") {
      return call.cx.error("JM0335", { what: `\`keep\` of ${call.name}` }, [{ span: keepGiven.span, text: "not a literal" }]);
    }
  }
  const kept = keep !== undefined && keep.of !== "int" && keep.value === true;
  const given = call.given.get("axis");
  if (given === undefined) {
    if (!kept) return tensor("f32", []);
    if (x.axes.some(isPack)) return call.cx.error("JM0218", {}, [{ span: argument(call, "x").span, text: call.cx.show(x) }]);
    return tensor("f32", x.axes.map(() => Poly.constant(1)));
  }
  const numbers = axisNumbers(call, given);
  if (numbers === undefined) return unknown;
  const folded = new Set<number>();
  for (const number of numbers) {
    const at = axisPosition(call, number, x, given);
    if (at === undefined) return unknown;
    if (folded.has(at)) return call.cx.error("JM0232", { op: call.name, axis: at }, [{ span: given.span, text: "named twice" }, { span: argument(call, "x").span, text: call.cx.show(x) }]);
    folded.add(at);
  }
  const axes = x.axes.flatMap((dim, i): Dim[] => (folded.has(i) ? (kept ? [Poly.constant(1)] : []) : [dim]));
  return tensor("f32", axes);
}

const params = slots("x axis:? keep:?");
const both = slots("x y? axis:? keep:?");

/** With two positional arguments, the elementwise function; else the reduction. */
function checkExtremum(call: BuiltinCall): Type {
  if (!call.given.has("y")) return checkReduction(call);
  const extra = call.given.get("axis") ?? call.given.get("keep");
  if (extra === undefined) return smallerOrLarger(call);
  return call.cx.error("JM0305", { callee: call.name, most: 1, found: 2 }, [{ span: argument(call, "y").span, text: "one too many" }], {
    help: [`\`${call.name}(a, b)\` compares two; \`${call.name}(x, axis: -1)\` goes along an axis`],
  });
}

export const reduceBuiltins: readonly Builtin[] = [
  { name: "sum", doc: "sum(x, axis: -1, keep: false): the sum along axes, all without `axis`", params, check: checkReduction },
  { name: "mean", doc: "mean(x, axis: -1, keep: false): the mean along axes, all without `axis`", params, check: checkReduction },
  { name: "max", doc: "max(a, b): the larger; max(x, axis: -1, keep: false): the largest along axes", params: both, elementwise: true, check: checkExtremum },
  { name: "min", doc: "min(a, b): the smaller; min(x, axis: -1, keep: false): the smallest along axes", params: both, elementwise: true, check: checkExtremum },
];
