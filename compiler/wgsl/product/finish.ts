import { Indices } from "../../index/indices.ts";
import { Poly } from "../../size/poly.ts";
import type { Interface } from "../interface.ts";
import type { Site } from "../kernel.ts";
import { ValueWriter } from "../value-writer.ts";
import { sumFunctions } from "./sums.ts";
import type { ProductWork } from "./work.ts";

/**
 * The function that takes one element of a product (or four in a row) and writes what is computed from it:
 * `finish(z, m, n, value)`; by fours, the last index counts fours. And those that write sums of operands.
 */
export function finishFunction(work: ProductWork, site: Site, given: Interface, width: 1 | 4): string {
  const x = new Indices(site.box);
  const { shape, node } = work;
  const writer = new ValueWriter({ x, tensorOf: (n) => site.tensorOf(n) }, given, true);
  const z = x.variable("z", shape.batch, 0);
  const m = x.variable("m", shape.m, 0);
  const columns = width === 1 ? shape.n : shape.n.divideExact(Poly.constant(4))!;
  const n = x.variable("n", columns, 0);
  const indices = Array.from({ length: width }, (_, part) => ({
    z,
    m,
    n: width === 1 ? n : x.add(x.mul(n, 4), x.size(part)),
  }));
  indices.forEach((index, part) => {
    const position = x.linear(work.at(node, x, index), node.shape);
    writer.provide(node, position, width === 1 ? "value" : `value.${"xyzw"[part]!}`);
  });
  for (const store of work.stores) {
    const at = indices.map((index) => work.at(store.node, x, index));
    const values = at.map((i) => writer.value(store.node, i));
    const positions = at.map((i) => x.linear(i, store.node.shape));
    for (const tensor of store.to) writer.store(tensor, positions, values);
  }
  const type = width === 1 ? "f32" : "vec4f";
  const body = writer.to.lines.map((line) => `  ${line}`).join("\n");
  return `fn finish(z: u32, m: u32, n: u32, value: ${type}) {\n${body}\n}\n${sumFunctions(work, site, given)}`;
}
