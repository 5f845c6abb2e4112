import { open, type FileHandle } from "node:fs/promises";
import { writeBytes } from "../checkpoint/atomic-write.ts";

/** Room for any shape: the header is written first, when the number of rows is not known. */
const HEADER_BYTES = 128;

/** Writes NumPy's .npy, version 1.0, little-endian f32, some rows at a time; the first axis counts the rows. */
export class NpyWriter {
  readonly #file: FileHandle;
  readonly #row: readonly number[];
  #rows = 0;
  #position = HEADER_BYTES;

  /** `row` is the shape of one row: [dim] gives a file of [rows, dim]. */
  constructor(file: FileHandle, row: readonly number[]) {
    this.#file = file;
    this.#row = row;
  }

  /** Appends whole rows, one or more. */
  async append(values: Float32Array): Promise<void> {
    const size = this.#row.reduce((a, b) => a * b, 1);
    if (values.length % size !== 0) throw new Error(`${values.length} values are not rows of ${size}`);
    if (this.#rows === 0) await this.#header();
    await writeBytes(this.#file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength), this.#position);
    this.#position += values.byteLength;
    this.#rows += values.length / size;
  }

  /** Writes the header with the final shape; gives the shape. */
  async finish(): Promise<number[]> {
    await this.#header();
    return [this.#rows, ...this.#row];
  }

  async #header(): Promise<void> {
    await writeBytes(this.#file, npyHeader([this.#rows, ...this.#row]), 0);
  }
}

/** Magic, version, header length, and a Python dict padded with spaces to 128 bytes. */
export function npyHeader(shape: readonly number[]): Uint8Array {
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const text = `${dict.padEnd(HEADER_BYTES - 11)}\n`;
  const header = new Uint8Array(HEADER_BYTES);
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, (HEADER_BYTES - 10) & 255, (HEADER_BYTES - 10) >> 8]);
  header.set(new TextEncoder().encode(text), 10);
  return header;
}

/** The values of a file that {@link NpyWriter} wrote. Throws where it is not one, or is cut short. */
export async function readNpy(path: string): Promise<{ readonly shape: readonly number[]; readonly values: Float32Array }> {
  const file = await open(path, "r");
  try {
    const header = await readBytes(file, 0, HEADER_BYTES);
    const shape = [.../\(([\d, ]*)\)/.exec(new TextDecoder("latin1").decode(header))![1]!.matchAll(/\d+/g)].map(Number);
    const bytes = await readBytes(file, HEADER_BYTES, 4 * shape.reduce((a, b) => a * b, 1));
    return { shape, values: new Float32Array(bytes.buffer) };
  } finally {
    await file.close();
  }
}

async function readBytes(file: FileHandle, from: number, count: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(64 << 20, count - at), from + at);
    if (bytesRead === 0) throw new Error(`it ends after ${from + at} bytes`);
    at += bytesRead;
  }
  return bytes;
}
