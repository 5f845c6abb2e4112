/** The pickle breaks its own rules: damaged, or no pickle. Whoever reads a file turns this into its message. */
export class PickleError extends Error {}

/** Reads the arguments of pickle's opcodes: little-endian numbers, counted bytes, lines. */
export class PickleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#step(2), true);
  }
  i32(): number {
    return this.#view.getInt32(this.#step(4), true);
  }
  u32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }
  u64(): number {
    return Number(this.#view.getBigUint64(this.#step(8), true));
  }
  /** Pickle's floats are big-endian, unlike all else in it. */
  f64(): number {
    return this.#view.getFloat64(this.#step(8), false);
  }
  bytes(count: number): Uint8Array {
    const from = this.#step(count);
    return this.#bytes.subarray(from, from + count);
  }
  text(count: number): string {
    return new TextDecoder().decode(this.bytes(count));
  }
  /** Up to a newline, which is taken but not given. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.at);
    if (end < 0) throw new PickleError("it ends inside a name");
    const text = this.text(end - this.at);
    this.at = end + 1;
    return text;
  }
  /** A two's complement integer of any length: a number where it is exact, else a bigint. */
  integer(count: number): number | bigint {
    if (count > 1024) throw new PickleError(`it holds an integer of ${count} bytes`);
    let value = 0n;
    const bytes = this.bytes(count);
    for (let i = count - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    if (count > 0 && bytes[count - 1]! >= 128) value -= 1n << BigInt(8 * count);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #step(count: number): number {
    const from = this.at;
    if (from + count > this.#bytes.length) throw new PickleError(`it ends at byte ${this.#bytes.length}`);
    this.at = from + count;
    return from;
  }
}
