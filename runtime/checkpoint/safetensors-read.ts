import { open, type FileHandle } from "node:fs/promises";
import { fileProblem } from "./file-problem.ts";
import { damaged, elements, MAX_HEADER_BYTES, parseHeader, type SafeHeader, type SafeTensorEntry } from "./safetensors-header.ts";

export type TensorValues = Float32Array | Int32Array | Uint8Array;

/** An open safetensors file: the header is checked, tensors are read one at a time. Close it when done. */
export interface SafetensorsFile {
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, SafeTensorEntry>;
  /** F32 as Float32Array, I32 as Int32Array, BOOL as Uint8Array of 0 and 1. */
  read(name: string): Promise<TensorValues>;
  close(): Promise<void>;
}

/** Opens and checks a safetensors file. Throws a UserError naming the path when it is absent, truncated or corrupt. */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    throw fileProblem(error, "read", path);
  }
  try {
    const { header, dataStart } = await readHeader(file, path);
    const tensors = new Map(header.tensors.map((tensor) => [tensor.name, tensor]));
    return {
      path,
      metadata: header.metadata,
      tensors,
      close: () => file.close(),
      async read(name) {
        const tensor = tensors.get(name);
        if (!tensor) throw new Error(`'${path}' has no tensor '${name}'`);
        const values = allocate(tensor);
        await readFully(file, new Uint8Array(values.buffer), dataStart + tensor.begin, path);
        return values;
      },
    };
  } catch (error) {
    await file.close();
    throw fileProblem(error, "read", path);
  }
}

async function readHeader(file: FileHandle, path: string): Promise<{ header: SafeHeader; dataStart: number }> {
  const { size } = await file.stat();
  if (size < 8) throw damaged(path, `it has ${size} bytes`);
  const prefix = new Uint8Array(8);
  await readFully(file, prefix, 0, path);
  const length = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES) throw damaged(path, "it does not begin like one");
  if (8 + length > size) throw damaged(path, `it ends inside its header, after ${size} bytes`);
  const json = new Uint8Array(length);
  await readFully(file, json, 8, path);
  const header = parseHeader(json, path);
  const expected = 8 + length + header.bytes;
  if (size !== expected) throw damaged(path, `expected ${expected} bytes, found ${size}`);
  return { header, dataStart: 8 + length };
}

function allocate(tensor: SafeTensorEntry): TensorValues {
  const count = elements(tensor.shape);
  switch (tensor.dtype) {
    case "F32":
      return new Float32Array(count);
    case "I32":
      return new Int32Array(count);
    case "BOOL":
      return new Uint8Array(count);
  }
}

async function readFully(file: FileHandle, into: Uint8Array, position: number, path: string): Promise<void> {
  const piece = 64 << 20;
  for (let at = 0; at < into.length; ) {
    const { bytesRead } = await file.read(into, at, Math.min(piece, into.length - at), position + at);
    if (bytesRead === 0) throw damaged(path, `it ends at byte ${position + at}`);
    at += bytesRead;
  }
}
