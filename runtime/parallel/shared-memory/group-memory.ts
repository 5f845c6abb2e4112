import { closeSync, openSync } from "node:fs";
import { Adder } from "../sum/adder.ts";
import { FileBytes } from "./file-bytes.ts";
import { areaPath, signalsPath } from "./group-folder.ts";
import { AREA_BYTES, PIECE_BYTES, SIGNALS_BYTES } from "./layout.ts";
import type { MapFile } from "./map-file.ts";
import { MappedBytes } from "./mapped-bytes.ts";
import type { SharedBytes } from "./shared-bytes.ts";

/** What a rank sees of the memory that it shares with the others. */
export interface GroupMemory {
  readonly adder: Adder;
  readonly signals: SharedBytes;
  /** Of all ranks; each writes to its own only. */
  readonly areas: readonly SharedBytes[];
  /** Where the adder has `PIECE_BYTES` that nobody else sees. */
  readonly scratch: number;
}

/**
 * Opens the files of a folder that `createGroup` made, one after the other in the memory of an adder: over it, where they
 * can be mapped; otherwise what is added passes through it, which takes about twice as long.
 */
export function openGroup(folder: string, world: number, map: MapFile | null): GroupMemory {
  const adder = new Adder(SIGNALS_BYTES + world * AREA_BYTES + PIECE_BYTES);
  let next = 0;
  const open = (path: string, bytes: number): SharedBytes => {
    const address = next;
    next += bytes;
    const file = openSync(path, "r+");
    const memory = adder.memory.subarray(address, next);
    if (map === null || !map(file, memory)) return new FileBytes(file, memory, address);
    closeSync(file);
    return new MappedBytes(memory, address);
  };
  const signals = open(signalsPath(folder), SIGNALS_BYTES);
  const areas = Array.from({ length: world }, (_, rank) => open(areaPath(folder, rank), AREA_BYTES));
  return { adder, signals, areas, scratch: next };
}
