import { FLAT_SIZE, FLAT_UNIT } from "@jepac/runtime/plan";
import type { ElaboratedRule } from "../elaborate/rule.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { Poly } from "../size/poly.ts";

/**
 * The rule that adds the gradients of one pass of `passes` to those before, all with equal weight: what comes out is
 * the gradient of the mean of their losses.
 */
export function sumOf(passes: number): ElaboratedRule {
  const g = new GraphBuilder([{ name: FLAT_SIZE, min: 1, max: 2 ** 24 }]);
  const shape = [Poly.atom(FLAT_SIZE).mul(Poly.constant(FLAT_UNIT))];
  const part = g.mul(g.weight("source", shape), g.constant(1 / passes, "f32", shape));
  return { rule: "sum of passes", stateNames: [], updates: [{ ranks: [], target: g.add(g.weight("target", shape), part), states: [] }], displays: [] };
}

/** Bytes from which on a piece of the gradients is worth a dispatch of its own. */
const PIECE = 2 ** 23;

/**
 * Cuts a net's gradients, whose tensors start at `starts`, into pieces that are added up as soon as their last tensor
 * is there: so the first may leave the device while the backward pass goes on.
 */
export function piecesOf(starts: readonly number[], bytes: number): { readonly offset: number; readonly bytes: number }[] {
  const pieces: { offset: number; bytes: number }[] = [];
  let offset = 0;
  for (const end of [...starts.toSorted((a, b) => a - b).slice(1), bytes]) {
    if (end - offset < PIECE && end < bytes) continue;
    pieces.push({ offset, bytes: end - offset });
    offset = end;
  }
  return pieces;
}
