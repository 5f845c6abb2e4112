import { UserError } from "../errors.ts";

/**
 * The safetensors layout: u64 little-endian length of the header, the header as JSON padded with spaces to a multiple
 * of 8, then the tensors' bytes, gapless, little-endian, row-major.
 */
export type SafeType = "F32" | "I32" | "BOOL";

export interface SafeTensorSpec {
  readonly name: string;
  readonly dtype: SafeType;
  readonly shape: readonly number[];
}

/** Where a tensor lies; `begin` and `end` count bytes from the end of the header. */
export interface SafeTensorEntry extends SafeTensorSpec {
  readonly begin: number;
  readonly end: number;
}

export interface SafeHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of their bytes. */
  readonly tensors: readonly SafeTensorEntry[];
  /** Bytes of all tensors. */
  readonly bytes: number;
}

/** The format's own bound on the header; a larger length means that this is another kind of file. */
export const MAX_HEADER_BYTES = 100_000_000;

export const itemBytes: Readonly<Record<SafeType, number>> = { F32: 4, I32: 4, BOOL: 1 };

export const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Gives every tensor its place; wide types first, so that each stays aligned to its size. */
export function layOut(specs: readonly SafeTensorSpec[], metadata: Readonly<Record<string, string>>): SafeHeader {
  let end = 0;
  const tensors = [...specs]
    .sort((a, b) => itemBytes[b.dtype] - itemBytes[a.dtype])
    .map((spec) => {
      const begin = end;
      end += elements(spec.shape) * itemBytes[spec.dtype];
      return { ...spec, begin, end };
    });
  return { metadata, tensors, bytes: end };
}

/** The file's first bytes: length and padded JSON. */
export function encodeHeader(header: SafeHeader): Uint8Array {
  const fields: [string, unknown][] = header.tensors.map((t) => [t.name, { dtype: t.dtype, shape: t.shape, data_offsets: [t.begin, t.end] }]);
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries([["__metadata__", header.metadata], ...fields])));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}

/** Reads and checks a header's JSON. Throws a UserError that names `path` and the first thing wrong. */
export function parseHeader(json: Uint8Array, path: string): SafeHeader {
  let fields: unknown;
  try {
    fields = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch {
    throw damaged(path, "its header is not JSON");
  }
  if (!isRecord(fields)) throw damaged(path, "its header is not a JSON object");
  const metadata = fields["__metadata__"] ?? {};
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw damaged(path, "its metadata is not a map of texts");
  }
  const tensors = Object.entries(fields)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, value]) => parseEntry(name, value, path))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const tensor of tensors) {
    if (tensor.begin !== end) throw damaged(path, `tensor '${tensor.name}' begins at byte ${tensor.begin}, expected ${end}`);
    end = tensor.end;
  }
  return { metadata: metadata as Record<string, string>, tensors, bytes: end };
}

function parseEntry(name: string, value: unknown, path: string): SafeTensorEntry {
  const bad = (what: string): UserError => damaged(path, `tensor '${name}' ${what}`);
  if (!isRecord(value)) throw bad("has no description");
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isSafeType(dtype)) {
    throw new UserError("JR511", `'${path}': tensor '${name}' has type ${JSON.stringify(dtype)}; F32, I32 and BOOL can be read`, "convert the file to F32 first");
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) throw bad(`has no valid shape: ${JSON.stringify(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) throw bad(`has no valid place: ${JSON.stringify(offsets)}`);
  const [begin, end] = offsets as [number, number];
  const expected = elements(shape) * itemBytes[dtype];
  if (end - begin !== expected) throw bad(`of shape [${shape.join(", ")}] should take ${expected} bytes, found ${end - begin}`);
  return { name, dtype, shape, begin, end };
}

export function damaged(path: string, what: string): UserError {
  return new UserError("JR510", `'${path}' is not a whole safetensors file: ${what}`, "copy the file again, or remove it: --resume then goes on from the checkpoint before it");
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isSafeType = (value: unknown): value is SafeType => typeof value === "string" && Object.hasOwn(itemBytes, value);
