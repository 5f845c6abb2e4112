import { damaged } from "./problem.ts";

/** One file of a zip, as its central directory describes it. */
export interface ZipEntry {
  readonly name: string;
  /** 0: stored as it is; 8: deflated. */
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly at: number;
}

/** Where the central directory lies, in bytes from the start of the file. */
export interface DirectoryPlace {
  readonly at: number;
  readonly size: number;
  readonly entries: number;
}

/** Signatures of the APPNOTE, sections 4.3.7 to 4.3.16. */
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;

/** The end record is 22 bytes, then a comment of at most 65,535; the zip64 locator (20 bytes) stands before it. */
export const MAX_TAIL_BYTES = 22 + 0xffff + 20;
export const END_64_BYTES = 56;

/**
 * Finds the central directory from the last bytes of a file: its place, or where the zip64 record that tells its place
 * begins; null where no end record is found.
 */
export function findDirectory(tail: DataView): DirectoryPlace | { readonly record64: number } | null {
  for (let at = tail.byteLength - 22; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END || at + 22 + tail.getUint16(at + 20, true) !== tail.byteLength) continue;
    // The 64-bit record counts wherever there is one: writers such as torch's keep both, and they agree.
    if (at >= 20 && tail.getUint32(at - 20, true) === LOCATOR_64) return { record64: uint64(tail, at - 20 + 8) };
    return { entries: tail.getUint16(at + 10, true), size: tail.getUint32(at + 12, true), at: tail.getUint32(at + 16, true) };
  }
  return null;
}

/** Reads the zip64 end record; null where the bytes are none. */
export function parseRecord64(record: DataView): DirectoryPlace | null {
  if (record.byteLength < END_64_BYTES || record.getUint32(0, true) !== END_64) return null;
  return { entries: uint64(record, 32), size: uint64(record, 40), at: uint64(record, 48) };
}

/** Reads the central directory. Throws a UserError naming `path` where an entry does not fit. */
export function parseDirectory(bytes: Uint8Array, entries: number, path: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < entries; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY) throw damaged(path, `its directory ends after ${i} of ${entries} files`);
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const end = extraEnd + view.getUint16(at + 32, true);
    if (end > bytes.length) throw damaged(path, `its directory ends inside file ${i + 1} of ${entries}`);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
    const sizes = { size: view.getUint32(at + 24, true), packed: view.getUint32(at + 20, true), at: view.getUint32(at + 42, true) };
    found.push({
      name,
      method: view.getUint16(at + 10, true),
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      crc: view.getUint32(at + 16, true),
      ...withExtra(sizes, new DataView(bytes.buffer, bytes.byteOffset + nameEnd, extraEnd - nameEnd)),
    });
    at = end;
  }
  return found;
}

type Sizes = Pick<ZipEntry, "size" | "packed" | "at">;

/** The zip64 field (header 1) holds, in this order, only the numbers that are all ones in the entry itself. */
function withExtra(sizes: Sizes, extra: DataView): Sizes {
  const result: { -readonly [K in keyof Sizes]: number } = { ...sizes };
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    const end = Math.min(extra.byteLength, at + 4 + extra.getUint16(at + 2, true));
    let field = at + 4;
    for (const key of ["size", "packed", "at"] as const) {
      if (sizes[key] !== 0xffffffff || field + 8 > end) continue;
      result[key] = uint64(extra, field);
      field += 8;
    }
  }
  return result;
}

const uint64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));
