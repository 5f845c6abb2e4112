// The problem in files, for programs that are not JavaScript: little-endian f32, and kit.json beside it.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KIT, kitData, matmulData } from "./data.mjs";

/** Writes kit.json, weights.bin, x.bin and y.bin. */
export function writeKitData(folder) {
  const { weights, x, y } = kitData();
  write(folder, "weights.bin", weights.map(({ data }) => data));
  write(folder, "x.bin", [x]);
  write(folder, "y.bin", [y]);
  writeFileSync(join(folder, "kit.json"), JSON.stringify({ kit: KIT, weights: weights.map(({ name, shape }) => ({ name, shape })) }));
}

/** Writes a.bin and b.bin. */
export function writeMatmulData(folder, size) {
  const { a, b } = matmulData(size);
  write(folder, "a.bin", [a]);
  write(folder, "b.bin", [b]);
}

function write(folder, name, arrays) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), Buffer.concat(arrays.map(({ buffer }) => Buffer.from(buffer))));
}
