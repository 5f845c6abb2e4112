import type { Node } from "../graph/node.ts";
import type { Shape } from "../graph/type.ts";
import type { SizeBox } from "../index/size-box.ts";
import { Poly } from "../size/poly.ts";
import { BUSY, TILES, tileCount } from "../wgsl/product/tile-choice.ts";
import { productShape, type ProductShape } from "./operand.ts";
import type { Make, Rule } from "./rewrite.ts";
import { tuningOf, type Tuning } from "./tuning.ts";

/** The most parts, and the fewest elements in one: a part has to be worth reading its result again. */
const MOST = 16;
const SHORTEST = 512;

/**
 * Split-K: a product of few results over a long inner axis, as gradients of weights are, becomes a sum of products over
 * parts of that axis, so that there are enough tiles to keep a GPU busy.
 */
export function splitProducts(box: SizeBox, tuning: Tuning): Rule {
  return (node, make) => {
    if (node.op !== "matmul" || node.inputs.some((input) => input.shape.length !== 2)) return node;
    const shape = productShape(node, true);
    const parts = tuningOf(shape, box, tuning).split ?? (tuning.adapter === "hardware" ? defaultSplit(shape, box) : 1);
    const depth = parts > 1 ? shape.k.divideExact(Poly.constant(parts)) : undefined;
    return depth === undefined ? node : split(node, Poly.constant(parts), depth, make);
  };
}

/** As many parts as fill a GPU with the largest tile that does. */
function defaultSplit(shape: ProductShape, box: SizeBox): number {
  const most = Math.min(MOST, box.most(shape.k) / SHORTEST);
  for (const tile of Object.values(TILES)) {
    const count = tileCount(shape, tile, { box });
    const parts = 2 ** Math.ceil(Math.log2(BUSY / count));
    if (parts <= 1) return 1;
    if (parts <= most && shape.k.divideExact(Poly.constant(parts)) !== undefined) return parts;
  }
  return 1;
}

/** [m, k] @ [k, n] as the sum over parts of [parts, m, k / parts] @ [parts, k / parts, n]. */
function split(node: Node, parts: Poly, depth: Poly, make: Make): Node {
  const [a, b] = node.inputs as [Node, Node];
  const [m, n] = [a.shape[0]!, b.shape[1]!];
  const near = node.span === undefined ? {} : { span: node.span };
  const to = (op: string, inputs: readonly Node[], attrs: Node["attrs"], shape: Shape) => make({ op, inputs, attrs, dtype: "f32", shape, ...near });
  const left = to("transpose", [to("reshape", [a], {}, [m, parts, depth])], { perm: [1, 0, 2] }, [parts, m, depth]);
  const right = to("reshape", [b], {}, [parts, depth, n]);
  const products = to("matmul", [left, right], {}, [parts, m, n]);
  return to("sum", [products], { axes: [0] }, [m, n]);
}
