import type { HostExpr } from "@jepac/runtime/plan";
import { hostCall } from "../../graph/host-call.ts";
import { hostSize } from "../../graph/host-size.ts";
import type { ProductShape } from "../../schedule/operand.ts";
import { WORKGROUP, ceilDiv, fold } from "../grid.ts";
import type { Site, Workgroups } from "../kernel.ts";
import type { ProductParts } from "./operands.ts";

export interface TileSize {
  readonly rows: number;
  readonly columns: number;
}

/** One workgroup for each tile of each product. */
export function tileGrid(shape: ProductShape, tile: TileSize, site: Site): Workgroups {
  const rows = ceilDiv(hostSize(shape.m), tile.rows);
  const columns = ceilDiv(hostSize(shape.n), tile.columns);
  const groups: HostExpr = hostCall("mul", hostSize(shape.batch), hostCall("mul", rows, columns));
  const { box } = site;
  const most =
    box.most(shape.batch) * Math.ceil(box.most(shape.m) / tile.rows) * Math.ceil(box.most(shape.n) / tile.columns);
  return fold(groups, most, site.maxWorkgroups);
}

/** Statements that define `z`, `row_start`, `column_start` and the operands' bases for this workgroup. */
export function tileStart({ m, n, batch, bases }: ProductParts, tile: TileSize): string {
  return `  let item = ${WORKGROUP};
  let tiles = (${n} + ${tile.columns - 1}u) / ${tile.columns}u;
  let bands = (${m} + ${tile.rows - 1}u) / ${tile.rows}u;
  let z = item / (tiles * bands);
  if (z >= ${batch}) {
    return;
  }
  let row_start = item / tiles % bands * ${tile.rows}u;
  let column_start = item % tiles * ${tile.columns}u;
${bases.map((line) => `  ${line}`).join("\n")}`;
}
