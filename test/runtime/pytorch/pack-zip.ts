import { deflateRawSync } from "node:zlib";

export interface Packing {
  readonly deflate?: boolean;
  /** All sizes and places in zip64 fields, as writers do beyond 4 GiB. */
  readonly zip64?: boolean;
}

/** A zip of these files, without check sums (0, as torch can be told to write), so that damage reaches what is inside. */
export function packZip(files: Readonly<Record<string, Uint8Array>>, { deflate = false, zip64 = false }: Packing = {}): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const add = (part: Buffer): void => {
    parts.push(part);
    at += part.length;
  };
  for (const [name, content] of Object.entries(files)) {
    const packed = deflate ? deflateRawSync(content) : Buffer.from(content);
    const common = (sizes: boolean): Buffer => record([[2, 45], [2, 0], [2, deflate ? 8 : 0], [4, 0], [4, 0], [4, sizes ? 0xffffffff : packed.length], [4, sizes ? 0xffffffff : content.length], [2, name.length]]);
    const wide = record([[2, 1], [2, 24], [8, content.length], [8, packed.length], [8, at]]);
    const extra = zip64 ? wide : Buffer.alloc(0);
    directory.push(record([[4, 0x02014b50], [2, 45]]), common(zip64), record([[2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, zip64 ? 0xffffffff : at]]), Buffer.from(name), extra);
    add(Buffer.concat([record([[4, 0x04034b50]]), common(false), record([[2, 3]]), Buffer.from(name), Buffer.from("pad"), packed]));
  }
  const list = Buffer.concat(directory);
  const count = Object.keys(files).length;
  const start = at;
  add(list);
  if (zip64) {
    const place = at;
    add(record([[4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, list.length], [8, start]]));
    add(record([[4, 0x07064b50], [4, 0], [8, place], [4, 1]]));
  }
  const unknown = zip64 ? 0xffffffff : null;
  add(record([[4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, unknown ?? list.length], [4, unknown ?? start], [2, 0]]));
  return Buffer.concat(parts);
}

/** Little-endian fields: [bytes, value]. */
function record(fields: readonly (readonly [2 | 4 | 8, number])[]): Buffer {
  const out = Buffer.alloc(fields.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 8) out.writeBigUInt64LE(BigInt(value), at);
    else out.writeUIntLE(value, at, bytes);
    at += bytes;
  }
  return out;
}
