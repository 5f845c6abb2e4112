import { hostSize } from "../graph/host-size.ts";
import { numberOf } from "../graph/attrs.ts";
import type { Node } from "../graph/node.ts";
import { elements } from "../graph/type.ts";
import type { Sum } from "../index/expression.ts";
import { Indices } from "../index/indices.ts";
import { Poly } from "../size/poly.ts";
import type { Tensor } from "../schedule/tensor.ts";
import { laneKernel } from "./lane-kernel.ts";
import { settle, type Kernel, type Site } from "./kernel.ts";
import { ValueWriter } from "./value-writer.ts";

const FOUR = Poly.constant(4);

/**
 * Adds rows by number, each result by one lane that looks through all row numbers in order: no atomics, so the sum
 * is the same every time. Four results a lane share the look.
 */
export function scatterKernel(name: string, node: Node, to: readonly Tensor[], site: Site): Kernel {
  const [numbers, updates] = node.inputs;
  const batch = numberOf(node.attrs, "batch");
  const rowShape = node.shape.slice(batch + 1);
  const wide = elements(rowShape).divideExact(FOUR) !== undefined;
  const count = elements(node.shape);
  const items = wide ? count.divideExact(FOUR)! : count;
  const { given, result } = settle(wide, (given) => {
    const x = new Indices(site.box);
    const writer = new ValueWriter({ x, tensorOf: (n) => site.tensorOf(n) }, given);
    const limit = given.param("u32", hostSize(items));
    const item = x.variable("i", items, 0);
    const width = wide ? 4 : 1;
    const positions: Sum[] = Array.from({ length: width }, (_, part) =>
      wide ? x.add(x.mul(item, 4), x.size(part)) : item,
    );
    const results = positions.map((position) => x.unravel(position, node.shape));
    const target = writer.index.of(results[0]![batch]!);
    const searched = numbers!.shape.slice(batch);
    results.forEach((_, part) => writer.to.line(`var total${part} = 0.0;`));
    const length = given.size(elements(searched));
    writer.to.block(`for (var v = 0u; v < ${length}; v++)`, "loop", () => {
      const v = x.unravel(x.variable("v", elements(searched), 1), searched);
      const number = writer.value(numbers!, [...results[0]!.slice(0, batch), ...v]);
      writer.to.block(`if u32(${number}) == ${target}`, "branch", () => {
        const values = results.map((at) => writer.value(updates!, [...at.slice(0, batch), ...v, ...at.slice(batch + 1)]));
        values.forEach((value, part) => writer.to.line(`total${part} += ${value};`));
      });
    });
    const totals = results.map((_, part) => `total${part}`);
    for (const tensor of to) writer.store(tensor, positions, totals);
    return { lines: writer.to.lines, limit };
  });
  return laneKernel(name, { given, ...result }, items, site);
}
