import { open, type FileHandle } from "node:fs/promises";
import { inflateRawSync } from "node:zlib";
import { fileProblem } from "../checkpoint/file-problem.ts";
import { crc32 } from "../crc32.ts";
import { UserError } from "../errors.ts";
import { damaged, unsupported } from "./problem.ts";
import { END_64_BYTES, findDirectory, MAX_TAIL_BYTES, parseDirectory, parseRecord64, type DirectoryPlace, type ZipEntry } from "./zip-directory.ts";

/** An open zip: files are read one at a time, whole, with their check sum tested. Close it when done. */
export interface ZipFile {
  readonly path: string;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  read(entry: ZipEntry): Promise<Uint8Array>;
  close(): Promise<void>;
}

const LOCAL_HEADER = 0x04034b50;

/** True where a file begins as a zip does. */
export function looksLikeZip(start: Uint8Array): boolean {
  return start.length >= 4 && new DataView(start.buffer, start.byteOffset).getUint32(0, true) === LOCAL_HEADER;
}

/** Opens a zip (zip64 too; stored or deflated files). Throws a UserError naming the path where it is absent or damaged. */
export async function openZip(path: string): Promise<ZipFile> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    throw fileProblem(error, "read", path);
  }
  try {
    const { size } = await file.stat();
    const entries = await readDirectory(file, size, path);
    return { path, entries: new Map(entries.map((entry) => [entry.name, entry])), read: (entry) => readEntry(file, size, entry, path), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw fileProblem(error, "read", path);
  }
}

async function readDirectory(file: FileHandle, size: number, path: string): Promise<ZipEntry[]> {
  const tailBytes = Math.min(size, MAX_TAIL_BYTES);
  const found = findDirectory(viewOf(await readAt(file, size - tailBytes, tailBytes, path)));
  if (found === null) throw damaged(path, `it has no directory at its end, after ${size} bytes: it was cut off`);
  const place = "record64" in found ? parseRecord64(viewOf(await readWithin(file, size, found.record64, END_64_BYTES, path))) : found;
  if (place === null) throw damaged(path, "its zip64 record is not where its end says");
  return parseDirectory(await readWithin(file, size, place.at, place.size, path), checkedCount(place, path), path);
}

/** An entry takes at least 46 bytes. */
function checkedCount(place: DirectoryPlace, path: string): number {
  if (place.entries * 46 > place.size) throw damaged(path, `its directory of ${place.size} bytes cannot hold ${place.entries} files`);
  return place.entries;
}

async function readEntry(file: FileHandle, size: number, entry: ZipEntry, path: string): Promise<Uint8Array> {
  if (entry.encrypted) throw unsupported(path, `is an encrypted zip: '${entry.name}' cannot be read`);
  if (entry.method !== 0 && entry.method !== 8) throw unsupported(path, `holds '${entry.name}' packed by method ${entry.method}; stored and deflated files can be read`);
  const header = viewOf(await readWithin(file, size, entry.at, 30, path));
  if (header.getUint32(0, true) !== LOCAL_HEADER) throw damaged(path, `'${entry.name}' is not where its directory says`);
  const start = entry.at + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const bytes = unpack(await readWithin(file, size, start, entry.packed, path), entry, path);
  if (bytes.length !== entry.size) throw damaged(path, `'${entry.name}' should have ${entry.size} bytes, found ${bytes.length}`);
  // torch can be told to leave check sums out, and then writes 0.
  if (entry.crc !== 0 && crc32(bytes) !== entry.crc) throw damaged(path, `the check sum of '${entry.name}' does not fit its bytes`);
  return bytes;
}

function unpack(packed: Uint8Array, entry: ZipEntry, path: string): Uint8Array {
  if (entry.method === 0) return packed;
  try {
    // Never more than the directory promises: a small file may claim to unpack to anything. Nor is 0 a limit to zlib.
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, Math.min(entry.size, 2 ** 31)) });
  } catch {
    throw damaged(path, `'${entry.name}' does not unpack`);
  }
}

async function readWithin(file: FileHandle, size: number, at: number, bytes: number, path: string): Promise<Uint8Array> {
  if (at + bytes > size) throw damaged(path, `it ends at byte ${size}, and should go on to ${at + bytes}`);
  return readAt(file, at, bytes, path);
}

async function readAt(file: FileHandle, position: number, bytes: number, path: string): Promise<Uint8Array> {
  const into = allocate(bytes, path);
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await file.read(into, at, Math.min(64 << 20, bytes - at), position + at);
    if (bytesRead === 0) throw damaged(path, `it ends at byte ${position + at}`);
    at += bytesRead;
  }
  return into;
}

function allocate(bytes: number, path: string): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch {
    throw new UserError("JR802", `'${path}' holds a part of ${bytes} bytes, more than can be in memory`);
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
