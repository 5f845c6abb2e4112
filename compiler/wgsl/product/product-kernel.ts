import { gridFor } from "../grid.ts";
import { Interface } from "../interface.ts";
import type { Kernel, Site, Variant } from "../kernel.ts";
import { finishFunction } from "./finish.ts";
import { productParts } from "./operands.ts";
import { PLAIN_LANES, plainMain } from "./plain.ts";
import { TILE, tileMain } from "./tile.ts";
import { tileGrid } from "./tiles.ts";
import type { ProductWork } from "./work.ts";

/** Products with fewer results than this are not worth a tile each. */
const SMALL = 32 * 32;

/** A matrix product in all its back ends; the sizes are parameters, so that products of any shape share texts. */
export function productKernel(name: string, work: ProductWork, site: Site): Kernel {
  const { shape } = work;
  const given = new Interface(false);
  const parts = productParts(work, site, given);
  const finish = finishFunction(work, site, given, 1);
  const items = shape.m.mul(shape.n).mul(shape.batch);
  const withHead = (main: string) => () => `${given.text()}${finish}${main}`;
  const variants: (() => Variant)[] = [];
  const add = (text: () => string, rest: Omit<Variant, "text">) => variants.push(() => ({ text: text(), ...rest }));
  if (site.box.most(shape.m.mul(shape.n)) >= SMALL) {
    add(withHead(tileMain(parts)), { requires: [], adapter: "hardware", workgroups: tileGrid(shape, TILE, site) });
  }
  add(withHead(plainMain(parts)), { requires: [], workgroups: gridFor(items, PLAIN_LANES, site) });
  // Texts are made last: the parameter block is complete only when all back ends are written.
  return { name, tensors: given.tensors, params: given.params, variants: variants.map((make) => make()) };
}
