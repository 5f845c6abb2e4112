import { openSafetensors } from "../checkpoint/safetensors-read.ts";
import { UserError } from "../errors.ts";
import { openTorchFile } from "../pytorch/torch-file.ts";
import { ourName } from "./names.ts";
import { findStateDict } from "./state-dict.ts";

/** The tensors of a file of the authors, by jepac's names. */
export interface ForeignTensors {
  readonly path: string;
  /** Training steps done, as the file says; 0 where it does not. */
  readonly step: number;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** As f32, row-major. */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Opens a checkpoint of torch.save, or a `.safetensors` file. `allow`: globals that the user vouches for. */
export async function openForeign(path: string, allow: readonly string[]): Promise<ForeignTensors> {
  return path.endsWith(".safetensors") ? openExported(path) : openCheckpoint(path, allow);
}

async function openCheckpoint(path: string, allow: readonly string[]): Promise<ForeignTensors> {
  const file = await openTorchFile(path, allow);
  try {
    const { tensors, step } = findStateDict(file.root, path);
    const ours = renamed(tensors, path);
    return { path, step, shapes: new Map([...ours].map(([name, { shape }]) => [name, shape])), read: (name) => file.read(known(ours, name)), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openExported(path: string): Promise<ForeignTensors> {
  const file = await openSafetensors(path);
  try {
    const ours = renamed(file.tensors, path);
    const step = Number(file.metadata["step"] ?? 0);
    return {
      path,
      step: Number.isSafeInteger(step) && step >= 0 ? step : 0,
      shapes: new Map([...ours].map(([name, { shape }]) => [name, shape])),
      read: async (name) => Float32Array.from(await file.read(known(ours, name).name)),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function renamed<T>(tensors: ReadonlyMap<string, T>, path: string): Map<string, T> {
  const ours = new Map<string, T>();
  for (const [name, tensor] of tensors) {
    if (ours.has(ourName(name))) throw new UserError("JR804", `'${path}' holds '${ourName(name)}' twice, once as '${name}'`);
    ours.set(ourName(name), tensor);
  }
  return ours;
}

function known<T>(tensors: ReadonlyMap<string, T>, name: string): T {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`there is no tensor '${name}'`);
  return found;
}
