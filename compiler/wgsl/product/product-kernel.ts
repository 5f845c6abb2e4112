import { gridFor } from "../grid.ts";
import { Interface } from "../interface.ts";
import type { Kernel, Site, Variant } from "../kernel.ts";
import { tuningOf } from "../../schedule/tuning.ts";
import { wideText, type Wide, type WideText } from "./by-fours.ts";
import { finishFunction } from "./finish.ts";
import { MATRIX_ENABLES, matrixBytes, matrixMain } from "./matrix.ts";
import { MATRIX_TILES } from "./matrix-tile.ts";
import { productParts, type ProductParts } from "./operands.ts";
import { PLAIN_LANES, plainMain } from "./plain.ts";
import { SUBGROUP, blockFor, layoutOf, subgroupMain, subgroupTile, wideOperands } from "./subgroup.ts";
import { TILES, largestBusy, tileFor } from "./tile-choice.ts";
import { tileMain, tileWide } from "./tile.ts";
import { tileGrid } from "./tiles.ts";
import type { ProductWork } from "./work.ts";

/** Products with fewer results than this are not worth a tile each. */
const SMALL = 32 * 32;

/** A back end's text, and its grid, to be written once the parameters of all back ends are known. */
type Draft = Omit<Variant, "text"> & { readonly text: () => string };

/** A matrix product in all its back ends; the sizes are parameters, so that products of any shape share texts. */
export function productKernel(name: string, work: ProductWork, site: Site): Kernel {
  const { shape } = work;
  const scalar = new Interface(false);
  const parts = productParts(work, site, scalar);
  const finish = finishFunction(work, site, scalar, 1);
  const worthTiles = site.box.most(shape.m.mul(shape.n)) >= SMALL;
  const drafts: Draft[] = [];
  if (site.half && worthTiles) drafts.push(...byMatrices(work, site, scalar, parts));
  drafts.push(bySubgroups(work, site, scalar, parts));
  if (worthTiles) drafts.push(byTiles(work, site, scalar, parts));
  const items = shape.m.mul(shape.n).mul(shape.batch);
  const plain = () => `${scalar.text()}${finish}${plainMain(parts)}`;
  drafts.push({ backEnd: "plain", text: plain, requires: [], workgroups: gridFor(items, PLAIN_LANES, site) });
  // Texts are put together last: the parameter block is complete only when all back ends are drafted.
  const variants = drafts.map((draft) => ({ ...draft, text: draft.text() }));
  return { name, tensors: scalar.tensors, params: scalar.params, variants };
}

/** For processors that play GPU. */
function bySubgroups(work: ProductWork, site: Site, scalar: Interface, parts: ProductParts): Draft {
  const best = layoutOf(parts, work.shape);
  const wide = wideText(work, site, scalar, parts, wideOperands(best));
  const layout = wide ? best : "any";
  const { given, finish, finishByFours } = wide ?? wideText(work, site, scalar, parts, wideOperands(layout))!;
  const block = blockFor(layout, tuningOf(work.shape, site.box, site.tuning).block);
  return {
    backEnd: "sgx",
    text: () => `enable subgroups;\n${given.text()}${finish}${subgroupMain(parts, layout, block, finishByFours)}`,
    requires: ["subgroups"],
    adapter: "software",
    subgroupSize: SUBGROUP,
    workgroups: tileGrid(work.shape, subgroupTile(block), site),
  };
}

/** For GPUs. */
function byTiles(work: ProductWork, site: Site, scalar: Interface, parts: ProductParts): Draft {
  const tile = TILES[tuningOf(work.shape, site.box, site.tuning).tile ?? tileFor(work.shape, site)];
  const { wide, given, finish, finishByFours } = widest(work, site, scalar, parts);
  return {
    backEnd: "tile",
    text: () => `${given.text()}${finish}${tileMain(parts, tile, wide, finishByFours)}`,
    requires: [],
    adapter: "hardware",
    workgroups: tileGrid(work.shape, tile, site),
  };
}

/** For GPUs with matrix units, one for each shape of matrix that is known. */
function byMatrices(work: ProductWork, site: Site, scalar: Interface, parts: ProductParts): Draft[] {
  const { wide, given, finish, finishByFours } = widest(work, site, scalar, parts);
  const { matrixTile } = tuningOf(work.shape, site.box, site.tuning);
  return MATRIX_TILES.map((tiles) => {
    const tile = matrixTile === undefined ? largestBusy([tiles.large, tiles.small], work.shape, site) : tiles[matrixTile];
    return {
      backEnd: "sgm",
      text: () => `${MATRIX_ENABLES}${given.text()}${finish}${matrixMain(parts, tile, wide, finishByFours)}`,
      requires: ["subgroups", "shader-f16", "subgroup-matrix"],
      adapter: "hardware",
      subgroupSize: tile.lanes,
      matrix: tile.unit,
      workgroupBytes: matrixBytes(parts, tile),
      workgroups: tileGrid(work.shape, tile, site),
    };
  });
}

/** Operands as `vec4` where they and the epilogue allow it, else element by element. */
function widest(work: ProductWork, site: Site, scalar: Interface, parts: ProductParts): WideText & { readonly wide: Wide } {
  const best = tileWide(parts, work.shape);
  const narrow = { a: false, b: false };
  const text = wideText(work, site, scalar, parts, best);
  return text ? { ...text, wide: best } : { ...wideText(work, site, scalar, parts, narrow)!, wide: narrow };
}
