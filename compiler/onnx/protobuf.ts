/**
 * A protobuf message being written: fields in the order of the calls, pieces kept apart until the file is written, so
 * that a tensor of megabytes is copied once. Wire format: protobuf.dev/programming-guides/encoding.
 */
export class Message {
  readonly chunks: Uint8Array[] = [];
  length = 0;

  /** An int64, int32 or enum: seven bits a byte, low ones first; negative ones as their 64-bit two's complement. */
  int(field: number, value: number): this {
    return this.#push(varint(tag(field, 0)), varint(value));
  }

  /** A float: four bytes. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#push(varint(tag(field, 5)), bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#push(varint(tag(field, 2)), varint(value.length), value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: Message): this {
    return this.#push(varint(tag(field, 2)), varint(value.length), ...value.chunks);
  }

  #push(...chunks: readonly Uint8Array[]): this {
    for (const chunk of chunks) {
      this.chunks.push(chunk);
      this.length += chunk.length;
    }
    return this;
  }
}

const tag = (field: number, wireType: number): number => field * 8 + wireType;

function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
