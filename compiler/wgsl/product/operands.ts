import { Poly } from "../../size/poly.ts";
import { hostSize } from "../../graph/host-size.ts";
import type { Sum } from "../../index/expression.ts";
import { Indices } from "../../index/indices.ts";
import type { Interface } from "../interface.ts";
import { ValueWriter } from "../value-writer.ts";
import type { Site } from "../kernel.ts";
import type { Side } from "../../schedule/operand.ts";
import type { Tensor } from "../../schedule/tensor.ts";
import { sidesOf } from "./sums.ts";
import type { ProductWork } from "./work.ts";

/** Along which axis of an operand neighbours lie side by side in memory. */
export type Unit = "row" | "column" | "neither";

export interface OperandText {
  readonly tensor: Tensor;
  readonly binding: string;
  /** The element at a position, as f32. */
  element(at: string): string;
  /** Four elements in a row as `vec4f`, where the binding is wide; `at` counts fours. */
  four(at: string): string;
  readonly unit: Unit;
  /** Factors in WGSL: `1u` or a parameter. */
  readonly row: string;
  readonly column: string;
  /** All rows and columns begin at multiples of four elements, in the direction that is not `unit`. */
  readonly byFours: boolean;
}

/** The parts of a product's text that all its back ends share. */
export interface ProductParts {
  readonly m: string;
  readonly n: string;
  readonly k: string;
  readonly batch: string;
  readonly a: OperandText;
  readonly b: OperandText;
  /** The operands that are to be summed over the inner axis. */
  readonly sums: readonly Side[];
  /** Statements that define `a_base` and `b_base` for the product `z`. */
  readonly bases: readonly string[];
}

const FOUR = Poly.constant(4);

export function productParts(work: ProductWork, site: Site, given: Interface): ProductParts {
  const x = new Indices(site.box);
  const { shape } = work;
  const size = (value: Poly) => given.ownParam("u32", hostSize(value));
  const [m, n, k, batch] = [size(shape.m), size(shape.n), size(shape.k), size(shape.batch)];
  const writer = new ValueWriter({ x, tensorOf: (node) => site.tensorOf(node) }, given, true);
  const operand = (side: Side): OperandText => {
    const { tensor, base, rowStride, columnStride } = work.operand(side, x);
    const binding = given.binding(tensor);
    const stride = (value: Poly) => (value.constant === 1 ? "1u" : size(value));
    const [row, column] = [stride(rowStride), stride(columnStride)];
    writer.to.line(`let ${side}_base = ${writer.index.of(base)};`);
    const unit = columnStride.constant === 1 ? "column" : rowStride.constant === 1 ? "row" : "neither";
    const along = side === "a" ? [shape.m, shape.k] : [shape.k, shape.n];
    const [length, step] = unit === "column" ? [along[1]!, rowStride] : [along[0]!, columnStride];
    const byFours = unit !== "neither" && [length, step].every(isFours) && startsByFours(base) && isFours(tensor.elements);
    const element = (at: string) => (tensor.half ? `f32(${binding}[${at}])` : `${binding}[${at}]`);
    const four = (at: string) => (tensor.half ? `vec4f(${binding}[${at}])` : `${binding}[${at}]`);
    return { tensor, binding, element, four, unit, row, column, byFours };
  };
  const [a, b] = [operand("a"), operand("b")];
  return { m, n, k, batch, a, b, sums: sidesOf(work), bases: writer.to.lines };
}

function startsByFours(base: Sum): boolean {
  return isFours(base.constant) && base.terms.every((t) => isFours(t.coefficient));
}

export function isFours(size: Poly): boolean {
  return size.divideExact(FOUR) !== undefined;
}
