import { open } from "node:fs/promises";
import { fileProblem } from "../checkpoint/file-problem.ts";
import { UserError } from "../errors.ts";
import { toFloats } from "./floats.ts";
import { findGlobal, findStorage } from "./globals.ts";
import { PickleError } from "./pickle-reader.ts";
import { readPickle } from "./pickle.ts";
import { damaged, unsupported } from "./problem.ts";
import { gatherStrided, lastItem } from "./strided.ts";
import { ITEM_BYTES, type PyValue, type StorageRef, type TensorRef } from "./values.ts";
import type { ZipEntry } from "./zip-directory.ts";
import { looksLikeZip, openZip, type ZipFile } from "./zip-read.ts";

/** An open file of `torch.save`: its object as plain data, and its tensors on demand. Close it when done. */
export interface TorchFile {
  readonly path: string;
  readonly root: PyValue;
  /** A tensor as f32, row-major, whatever its type and strides. */
  read(tensor: TensorRef): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens what `torch.save` (1.6 and newer) wrote: a zip of `data.pkl`, which describes, and of `data/<key>`, which holds
 * the storages. Nothing in the file is executed: the pickle is read as data by an allow-list (globals.ts). `allow` adds
 * names to it, as inert objects. Throws a UserError (JR801-JR803) naming the path.
 */
export async function openTorchFile(path: string, allow: readonly string[] = []): Promise<TorchFile> {
  await checkStart(path);
  const zip = await openZip(path);
  try {
    const pickle = findPickle(zip);
    const folder = pickle.name.slice(0, -"data.pkl".length);
    const order = zip.entries.get(`${folder}byteorder`);
    if (order && new TextDecoder().decode(await zip.read(order)) === "big") throw unsupported(path, "was written on a big-endian machine", "Load and save it again on a common one.");
    const root = parse(await zip.read(pickle), path, allow);
    const storage = storageReader(zip, folder);
    return {
      path,
      root,
      async read({ storage: ref, offset, shape, strides }) {
        const last = offset + lastItem(shape, strides);
        if (last >= ref.count) throw damaged(path, `a tensor reaches item ${last} of storage '${ref.key}', which has ${ref.count}`);
        return gatherStrided(await storage(ref), offset, shape, strides);
      },
      close: () => zip.close(),
    };
  } catch (error) {
    await zip.close();
    throw error;
  }
}

/** Says of other kinds of file what they are. */
async function checkStart(path: string): Promise<void> {
  const start = new Uint8Array(16);
  try {
    const file = await open(path, "r");
    await file.read(start, 0, start.length, 0).finally(() => file.close());
  } catch (error) {
    throw fileProblem(error, "read", path);
  }
  if (looksLikeZip(start)) return;
  // Protocol 2, then a long that is torch's magic number 0x1950a86a20f9469cfc6c.
  const old = start[0] === 0x80 && start[2] === 0x8a && start[4] === 0x6c && start[5] === 0xfc;
  if (old) throw unsupported(path, "is in the format of torch before 1.6", "In Python: torch.save(torch.load(old, weights_only=True), new).");
  if (start[0] === 0x80) throw unsupported(path, "is a bare pickle; expected what torch.save writes");
  throw unsupported(path, "is no PyTorch checkpoint: it does not begin as a zip does", "Name a .ckpt or .pt file that torch.save wrote, or a .safetensors file.");
}

/** `<name>/data.pkl`; the first part is whatever name the file had when it was written. */
function findPickle(zip: ZipFile): ZipEntry {
  const pickles = [...zip.entries.values()].filter(({ name }) => /^([^/]*\/)?data\.pkl$/.test(name));
  if (pickles.length === 1) return pickles[0]!;
  throw unsupported(zip.path, `is a zip, but not one of torch.save: ${pickles.length === 0 ? "it holds no data.pkl" : `it holds ${pickles.length} data.pkl`}`);
}

function parse(pickle: Uint8Array, path: string, allow: readonly string[]): PyValue {
  try {
    return readPickle(pickle, { global: (name) => findGlobal(name, allow) ?? refuse(name, path), persistent: findStorage });
  } catch (error) {
    if (error instanceof PickleError || error instanceof RangeError) throw damaged(path, `its data.pkl cannot be read: ${error.message}`);
    throw error;
  }
}

function refuse(name: string, path: string): never {
  const shown = JSON.stringify(name).slice(1, -1).slice(0, 200);
  throw new UserError(
    "JR803",
    `'${path}' asks for Python's '${shown}', which no checkpoint needs; it was not read`,
    `Nothing in the file was executed. If you know why it is there, --allow ${shown} reads it as a name without meaning.`,
  );
}

/** Reads storages as f32. The last one is kept: views of one storage tend to follow each other. */
function storageReader(zip: ZipFile, folder: string): (storage: StorageRef) => Promise<Float32Array> {
  let last: { readonly key: string; readonly values: Float32Array } | null = null;
  return async ({ key, type, count }) => {
    if (last?.key === `${type} ${key}`) return last.values;
    const entry = zip.entries.get(`${folder}data/${key}`);
    if (!entry) throw damaged(zip.path, `it has no '${folder}data/${key}'`);
    const bytes = count * ITEM_BYTES[type];
    if (entry.size !== bytes) throw damaged(zip.path, `'${entry.name}' should have ${bytes} bytes, found ${entry.size}`);
    const values = toFloats(await zip.read(entry), type);
    last = { key: `${type} ${key}`, values };
    return values;
  };
}
