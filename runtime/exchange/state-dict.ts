import { UserError } from "../errors.ts";
import { TensorRef, type PyDict, type PyValue } from "../pytorch/values.ts";

/** The tensors of a PyTorch checkpoint by their names in it, and the training steps it says it has done (else 0). */
export interface StateDict {
  readonly tensors: ReadonlyMap<string, TensorRef>;
  readonly step: number;
}

/**
 * Finds the tensors in what a checkpoint holds: Lightning's (`state_dict`, `global_step`), a plain state dict, or one
 * dict for each network as in I-JEPA's files. Throws UserError JR804 where there are none.
 */
export function findStateDict(root: PyValue, path: string): StateDict {
  if (!(root instanceof Map)) throw noTensors(path, "an object, not a dict");
  const state = root.get("state_dict") ?? root.get("model");
  const tensors = tensorsOf(state instanceof Map ? state : root);
  if (tensors.size === 0) throw noTensors(path, `a dict with the keys ${[...root.keys()].filter((key) => typeof key === "string").slice(0, 10).join(", ") || "(none)"}`);
  const step = root.get("global_step");
  return { tensors, step: typeof step === "number" && Number.isSafeInteger(step) && step >= 0 ? step : 0 };
}

/** The tensors of a dict, and those of the dicts within it, with their keys joined by dots. */
function tensorsOf(dict: PyDict): Map<string, TensorRef> {
  const found = new Map<string, TensorRef>();
  for (const [key, value] of dict) {
    if (typeof key !== "string") continue;
    if (value instanceof TensorRef) found.set(key, value);
    else if (value instanceof Map) for (const [name, inner] of value) if (typeof name === "string" && inner instanceof TensorRef) found.set(`${key}.${name}`, inner);
  }
  return found;
}

function noTensors(path: string, found: string): UserError {
  return new UserError("JR804", `'${path}' holds no state dict; found ${found}`, "In Python: torch.save({'state_dict': model.state_dict()}, file).");
}
