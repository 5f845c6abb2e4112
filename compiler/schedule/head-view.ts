import type { Node } from "../graph/node.ts";
import { elements, type Shape } from "../graph/type.ts";
import type { Sum } from "../index/expression.ts";
import type { Indices } from "../index/indices.ts";
import { Poly } from "../size/poly.ts";
import { viewAt } from "./operand.ts";

const FOUR = Poly.constant(4);

/** Four channels from 4 d on, of token `token` of head `z`, are four number base + token * step + d of a tensor. */
export interface HeadView {
  /** In memory, or to be put there. */
  readonly of: Node;
  /** In terms of the variable `z`. */
  readonly base: Sum;
  readonly step: Poly;
}

export function isAttention(node: Node): boolean {
  return node.op === "attention" || node.op === "attention_lse" || node.op === "attention_grad";
}

/** The inputs of an attention that are read by heads: all but the sums. */
export function headOperands(node: Node): readonly Node[] {
  return node.inputs.filter((input) => input.shape.length === node.inputs[0]!.shape.length);
}

/** Heads of all examples: a head of an example is one number `z`. */
export function headCount(shape: Shape): Poly {
  return elements(shape.slice(0, -3)).mul(shape.at(-2)!);
}

/**
 * A tensor f32[..S, N, H, K] as rows of fours in memory, looking through movement down to `isEnd`; of
 * f32[..S, N, 3, H, K], part `part`. Undefined where rows of fours do not do.
 */
export function headView(tensor: Node, x: Indices, isEnd: (node: Node) => boolean, part?: number): HeadView | undefined {
  const { shape } = tensor;
  const whole = part === undefined ? shape : shape.toSpliced(-3, 1);
  const z = x.unravel(x.variable("z", headCount(whole), 0), [...whole.slice(0, -3), whole.at(-2)!]);
  const token = x.variable("token", whole.at(-3)!, 1);
  const channel = x.variable("channel", whole.at(-1)!, 1);
  const middle = part === undefined ? [token] : [token, x.size(part)];
  const view = viewAt(tensor, [...z.slice(0, -1), ...middle, z.at(-1)!, channel], token, channel, x, isEnd);
  const step = view?.rowStride.divideExact(FOUR);
  const byFours = (size: Poly) => size.divideExact(FOUR) !== undefined;
  if (view === undefined || step === undefined || view.columnStride.constant !== 1) return undefined;
  if (!byFours(elements(view.of.shape)) || !byFours(view.base.constant) || !view.base.terms.every((t) => byFours(t.coefficient))) return undefined;
  return { of: view.of, base: x.div(view.base, 4), step };
}
