import { hostSize } from "../graph/host-size.ts";
import type { Sum } from "../index/expression.ts";
import { Indices } from "../index/indices.ts";
import { Poly } from "../size/poly.ts";
import { laneKernel } from "./lane-kernel.ts";
import { settle, type Kernel, type Site, type Store } from "./kernel.ts";
import { ValueWriter } from "./value-writer.ts";

const FOUR = Poly.constant(4);

/** One lane for each element (or four) of results that all have `count` elements. */
export function mapKernel(name: string, stores: readonly Store[], count: Poly, site: Site): Kernel {
  const fours = count.divideExact(FOUR);
  const width = fours === undefined ? 1 : 4;
  const items = fours ?? count;
  const { given, result } = settle(width === 4, (given) => {
    const x = new Indices(site.box);
    const writer = new ValueWriter({ x, tensorOf: (node) => site.tensorOf(node) }, given);
    const limit = given.param("u32", hostSize(items));
    const item = x.variable("i", items, 0);
    const position = (part: number) => (width === 1 ? item : x.add(x.mul(item, width), x.size(part)));
    const positions: Sum[] = Array.from({ length: width }, (_, part) => position(part));
    // All values before any store: a result may lie where an operand is (flat memory is updated in place).
    const results = stores.map(({ node }) => positions.map((at) => writer.value(node, x.unravel(at, node.shape))));
    stores.forEach(({ to }, s) => {
      for (const tensor of to) writer.store(tensor, positions, results[s]!);
    });
    return { lines: writer.to.lines, limit };
  });
  return laneKernel(name, { given, ...result }, items, site);
}
