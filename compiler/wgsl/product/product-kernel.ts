import { gridFor } from "../grid.ts";
import { Interface } from "../interface.ts";
import type { Kernel, Site, Variant } from "../kernel.ts";
import type { Tensor } from "../../schedule/tensor.ts";
import { finishFunction } from "./finish.ts";
import { isFours, productParts, type ProductParts } from "./operands.ts";
import { PLAIN_LANES, plainMain } from "./plain.ts";
import { SUBGROUP, layoutOf, subgroupMain, subgroupTile, wideOperands, type Layout } from "./subgroup.ts";
import { TILE, tileMain } from "./tile.ts";
import { tileGrid } from "./tiles.ts";
import type { ProductWork } from "./work.ts";

/** Products with fewer results than this are not worth a tile each. */
const SMALL = 32 * 32;

/** A matrix product in all its back ends; the sizes are parameters, so that products of any shape share texts. */
export function productKernel(name: string, work: ProductWork, site: Site): Kernel {
  const { shape } = work;
  const scalar = new Interface(false);
  const parts = productParts(work, site, scalar);
  const finish = finishFunction(work, site, scalar, 1);
  const subgroup = subgroupText(work, site, scalar, parts);
  // Texts are put together last: the parameter block is complete only when all back ends are written.
  const plain = (main: string) => `${scalar.text()}${finish}${main}`;
  const variants: Variant[] = [
    {
      text: subgroup.text(),
      requires: ["subgroups"],
      adapter: "software",
      subgroupSize: SUBGROUP,
      workgroups: tileGrid(shape, subgroupTile(subgroup.layout), site),
    },
  ];
  if (site.box.most(shape.m.mul(shape.n)) >= SMALL) {
    variants.push({ text: plain(tileMain(parts)), requires: [], adapter: "hardware", workgroups: tileGrid(shape, TILE, site) });
  }
  const items = shape.m.mul(shape.n).mul(shape.batch);
  variants.push({ text: plain(plainMain(parts)), requires: [], workgroups: gridFor(items, PLAIN_LANES, site) });
  return { name, tensors: scalar.tensors, params: scalar.params, variants };
}

/** By fours where the operands allow it, and what is computed from the result allows it for the same bindings. */
function subgroupText(work: ProductWork, site: Site, scalar: Interface, parts: ProductParts) {
  const byFours = isFours(work.shape.n);
  let layout = layoutOf(parts, work.shape);
  for (;;) {
    const wide = wideOperands(layout);
    const narrow = new Set<Tensor>();
    const [a, b] = [parts.a.tensor, parts.b.tensor];
    if (!wide.a) narrow.add(a);
    if (!wide.b) narrow.add(b);
    const clash = narrow.size > 0 && ((wide.a && narrow.has(a)) || (wide.b && narrow.has(b)));
    const written = clash ? undefined : finishWith(work, site, scalar, byFours, narrow);
    if (written !== undefined && !(wide.a && written.given.narrow.has(a)) && !(wide.b && written.given.narrow.has(b))) {
      const main = subgroupMain(parts, layout, byFours);
      return { layout, text: () => `enable subgroups;\n${written.given.text()}${written.finish}${main}` };
    }
    layout = "any" satisfies Layout;
  }
}

/** The epilogue, written again until it is settled which bindings are narrow. */
function finishWith(work: ProductWork, site: Site, twin: Interface, byFours: boolean, narrow: Iterable<Tensor>) {
  for (;;) {
    const mark = twin.params.length;
    const given = new Interface(true, narrow, twin);
    const before = given.narrow.size;
    const finish = finishFunction(work, site, given, byFours ? 4 : 1);
    if (given.narrow.size === before) return { given, finish };
    // What was written for nothing must not leave parameters behind.
    twin.params.length = mark;
    narrow = given.narrow;
  }
}
