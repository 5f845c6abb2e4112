import type { Plan } from "../plan/schema.ts";
import { POSITION_TABLES } from "./names.ts";

/** A fixed position table as the authors' files hold it: f32[1, rows * cols, width]. */
export interface PositionTable {
  readonly name: string;
  readonly shape: readonly number[];
  values(): Float32Array;
}

/** What of a model decides its tables: a plan, or a checkpoint. */
export interface Positioned {
  readonly config: Plan["config"];
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** The tables of a model whose config tells its grid (frames, mels, patch); else none. */
export function positionTables({ config, tensors }: Positioned): PositionTable[] {
  const { frames, mels, patch } = config;
  if (typeof frames !== "number" || typeof mels !== "number" || typeof patch !== "number") return [];
  const [rows, cols] = [frames / patch, mels / patch];
  return POSITION_TABLES.flatMap(({ name, width: of }) => {
    const width = tensors.find((tensor) => tensor.name === of)?.shape[0];
    if (width === undefined || width % 4 !== 0 || !Number.isInteger(rows) || !Number.isInteger(cols)) return [];
    return [{ name, shape: [1, rows * cols, width], values: () => sincos2d(rows, cols, width) }];
  });
}

/** Reference 1.3: the first half of a vector encodes the column (frequency), the second the row (time); each is [sin | cos]. */
export function sincos2d(rows: number, cols: number, width: number): Float32Array {
  const table = new Float32Array(rows * cols * width);
  const quarter = width / 4;
  for (let token = 0; token < rows * cols; token++) {
    for (let i = 0; i < quarter; i++) {
      const omega = 10_000 ** (-i / quarter);
      for (const [half, position] of [token % cols, Math.floor(token / cols)].entries()) {
        const at = token * width + half * 2 * quarter + i;
        table[at] = Math.sin(position * omega);
        table[at + quarter] = Math.cos(position * omega);
      }
    }
  }
  return table;
}
