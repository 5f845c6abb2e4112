import type { SizeBox } from "../index/size-box.ts";
import type { SubgroupBlock } from "../wgsl/product/subgroup.ts";
import type { MatrixTileName } from "../wgsl/product/matrix-tile.ts";
import type { TileName } from "../wgsl/product/tile-choice.ts";
import type { ProductShape } from "./operand.ts";

/** What was found best for products of one shape; what is absent is left to the defaults. */
export interface ProductTuning {
  readonly tile?: TileName;
  /** Which of the tiles that the back end for matrix units has for a shape of matrix. */
  readonly matrixTile?: MatrixTileName;
  readonly block?: SubgroupBlock;
  /** Parts the inner axis is cut into, each a product of its own, summed afterwards. */
  readonly split?: number;
}

/** How kernels are to be cut for a device. */
export interface Tuning {
  /** GPUs are kept busy by cutting long inner axes; processors that play GPU are busy anyway. */
  readonly adapter: "hardware" | "software";
  /** Of product shapes (see `shapeKey`) that were measured. */
  readonly products: Readonly<Record<string, ProductTuning>>;
  /** Of all other shapes: what tuning tries. */
  readonly otherwise?: ProductTuning;
}

export const UNTUNED: Tuning = { adapter: "hardware", products: {} };

export function tuningOf(shape: SizedShape, box: SizeBox, { products, otherwise }: Tuning): ProductTuning {
  return products[shapeKey(shape, box)] ?? otherwise ?? {};
}

type SizedShape = Pick<ProductShape, "batch" | "m" | "n" | "k">;

/** A product's largest sizes: `batch x m x n x k`. */
export function shapeKey(shape: SizedShape, box: SizeBox): string {
  return [shape.batch, shape.m, shape.n, shape.k].map((size) => box.most(size)).join("x");
}
