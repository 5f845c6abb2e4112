import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { UserError } from "@jepac/runtime";
import type { ProductTuning, Tuning } from "../compiler/schedule/tuning.ts";
import { MATRIX_TILE_NAMES } from "../compiler/wgsl/product/matrix-tile.ts";
import { TILES } from "../compiler/wgsl/product/tile-choice.ts";

/** Where `jepac tune` writes and `jepac build` looks, in the present folder. */
export const TUNING_FILE = "jepac-tuning.json";

/** Results by adapter name, then by product shape. */
export interface TuningFile {
  readonly format: "jepac-tuning";
  readonly version: 1;
  readonly adapters: Readonly<Record<string, Tuning["products"]>>;
}

/**
 * The named file, which must be there, or else the one in the present folder, if there is one.
 * @throws UserError JC060 there is none of this name, JC061 it is no tuning file
 */
export function findTuning(path: string | undefined): TuningFile | undefined {
  const found = readTuning(path ?? TUNING_FILE);
  if (found === undefined && path !== undefined) throw new UserError("JC060", `there is no file ${path}`, "`jepac tune model.jm --out FILE` writes one");
  return found;
}

/**
 * Reads a file that `jepac tune` wrote; undefined where there is none.
 * @throws UserError JC061 it is not such a file
 */
export function readTuning(path: string): TuningFile | undefined {
  if (!existsSync(path)) return undefined;
  const wrong = (what: string) => new UserError("JC061", `${path} is no tuning file: ${what}`, "`jepac tune model.jm` writes it anew; a build without it uses defaults.");
  let file: Partial<TuningFile>;
  try {
    file = JSON.parse(readFileSync(path, "utf8")) as Partial<TuningFile>;
  } catch (error) {
    throw wrong((error as Error).message);
  }
  if (file.format !== "jepac-tuning" || file.version !== 1) throw wrong(`expected "format": "jepac-tuning" and "version": 1`);
  for (const [adapter, products] of Object.entries(file.adapters ?? {})) {
    for (const [shape, product] of Object.entries(products)) {
      if (!isProduct(product)) throw wrong(`"${adapter}", "${shape}" holds ${JSON.stringify(product)}, expected a "tile" (${Object.keys(TILES).join(", ")}), a "matrixTile" (${MATRIX_TILE_NAMES.join(", ")}) or a "block"`);
    }
  }
  return { format: "jepac-tuning", version: 1, adapters: file.adapters ?? {} };
}

/** Puts an adapter's results into the file, over those of the same shapes and back ends. Its adapter comes last: the newest. */
export function addTuning(path: string, adapter: string, found: Tuning["products"]): void {
  const { [adapter]: before = {}, ...others } = readTuning(path)?.adapters ?? {};
  const file: TuningFile = { format: "jepac-tuning", version: 1, adapters: { ...others, [adapter]: merged([before, found]) } };
  try {
    writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`);
  } catch (error) {
    throw new UserError("JC062", `${path} cannot be written: ${(error as Error).message}`, "name another file with --out");
  }
}

/** All adapters' results in one: tiles are for GPUs and blocks for software, and of two GPUs the last measured counts. */
export function allProducts({ adapters }: TuningFile): Tuning["products"] {
  return merged(Object.values(adapters));
}

/** Of what two say of one shape and back end, the later counts. */
function merged(all: readonly Tuning["products"][]): Tuning["products"] {
  const products: Record<string, ProductTuning> = {};
  for (const found of all) {
    for (const [shape, product] of Object.entries(found)) products[shape] = { ...products[shape], ...product };
  }
  return products;
}

function isProduct(value: unknown): value is ProductTuning {
  if (typeof value !== "object" || value === null) return false;
  const { tile, matrixTile, block } = value as { tile?: unknown; matrixTile?: unknown; block?: { bands?: unknown; fours?: unknown } };
  const isCount = (n: unknown) => Number.isInteger(n) && (n as number) >= 1 && (n as number) <= 8;
  const goodTile = tile === undefined || (typeof tile === "string" && Object.hasOwn(TILES, tile));
  const goodBlock = block === undefined || (isCount(block?.bands) && isCount(block?.fours));
  const goodMatrixTile = matrixTile === undefined || (MATRIX_TILE_NAMES as readonly unknown[]).includes(matrixTile);
  return goodTile && goodMatrixTile && goodBlock && (tile ?? matrixTile ?? block) !== undefined;
}
