import { Indices } from "../../index/indices.ts";
import type { Side } from "../../schedule/operand.ts";
import type { Interface } from "../interface.ts";
import type { Site } from "../kernel.ts";
import { ValueWriter } from "../value-writer.ts";
import type { ProductParts } from "./operands.ts";
import type { ProductWork } from "./work.ts";

/**
 * For each operand whose sum over the inner axis is wanted, the function that writes one: `a_sum(z, at, value)` of row
 * `at` of the first, `b_sum` of a column of the second. The first column of tiles (the first row) is to call it.
 */
export function sumFunctions(work: ProductWork, site: Site, given: Interface): string {
  return sidesOf(work).map((side) => {
    const x = new Indices(site.box);
    const { batch, m, n } = work.shape;
    const writer = new ValueWriter({ x, tensorOf: (node) => site.tensorOf(node) }, given, true);
    for (const { node, to } of work.sums.filter((sum) => sum.side === side)) {
      const leading = x.unravel(x.variable("z", batch, 0), node.shape.slice(0, -1));
      const position = x.linear([...leading, x.variable("at", side === "a" ? m : n, 0)], node.shape);
      for (const tensor of to) writer.store(tensor, [position], ["value"]);
    }
    return `fn ${side}_sum(z: u32, at: u32, value: f32) {\n${writer.to.lines.map((line) => `  ${line}`).join("\n")}\n}\n`;
  }).join("");
}

/** The operands that are to be summed. */
export function sidesOf({ sums }: Pick<ProductWork, "sums">): readonly Side[] {
  return (["a", "b"] as const).filter((side) => sums.some((sum) => sum.side === side));
}

/** Is this workgroup the one that writes an operand's sums? One of those that read the same rows or columns. */
export function writesSums(side: Side): string {
  return side === "a" ? "column_start == 0u" : "row_start == 0u";
}

/** How many there are of an operand: rows of the first, columns of the second. */
export function sumCount(side: Side, { m, n }: ProductParts): string {
  return side === "a" ? m : n;
}
