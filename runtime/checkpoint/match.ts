import { UserError } from "../errors.ts";
import type { Plan, TensorPlan } from "../plan/schema.ts";
import type { CheckpointInfo } from "./info.ts";
import type { SafetensorsFile } from "./safetensors-read.ts";

const SHOWN = 5;

/**
 * Checks that a checkpoint fits a plan: the fingerprint, and each wanted tensor's presence, type and shape.
 * Throws a UserError that lists the first few tensors that do not fit, with both shapes.
 */
export function checkFits(file: SafetensorsFile, info: CheckpointInfo, plan: Plan, wanted: readonly TensorPlan[]): void {
  const differences = wanted.flatMap((tensor) => difference(tensor, file) ?? []);
  if (differences.length === 0 && info.fingerprint === plan.fingerprint) return;
  const more = differences.length - SHOWN;
  const lines = [...differences.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])];
  throw new UserError(
    "JR513",
    `'${file.path}' does not fit the model '${plan.model}' as built` +
      (lines.length > 0 ? `:\n  ${lines.join("\n  ")}` : `: its fingerprint is ${info.fingerprint}, expected ${plan.fingerprint}`),
    weightsOnly(file, wanted) ? "it holds weights and no optimizer state, as an imported checkpoint does: start a new run from it with --from" : configHint(info, plan),
  );
}

function weightsOnly(file: SafetensorsFile, wanted: readonly TensorPlan[]): boolean {
  const missing = wanted.filter(({ name }) => !file.tensors.has(name));
  return missing.length > 0 && missing.length === wanted.filter(({ role }) => role === "state").length && missing.every(({ role }) => role === "state");
}

function difference(tensor: TensorPlan, file: SafetensorsFile): string | null {
  const found = file.tensors.get(tensor.name);
  const expected = `[${tensor.shape.join(", ")}]`;
  if (!found) return `${tensor.name}: expected ${expected}, not in the file`;
  if (found.dtype !== "F32") return `${tensor.name}: expected F32, found ${found.dtype}`;
  const same = found.shape.length === tensor.shape.length && found.shape.every((size, axis) => size === tensor.shape[axis]);
  return same ? null : `${tensor.name}: expected ${expected}, found [${found.shape.join(", ")}]`;
}

function configHint(info: CheckpointInfo, plan: Plan): string {
  const changes = configChanges(info.config, plan.config);
  if (changes.length === 0 && info.model === plan.model) return "the model's text or --precision has changed since: build it as it was, or start a new run from these weights with --from";
  if (changes.length === 0) return `the checkpoint is of the model '${info.model}'; build that model, or choose another checkpoint`;
  return `the checkpoint was made with ${changes.map((change) => `${change.name}=${change.before}`).join(", ")}; build the model with those values`;
}

/** The config values that differ between a checkpoint and a build, each with both sides as text. */
export function configChanges(before: Plan["config"], now: Plan["config"]): { name: string; before: string; now: string }[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const shown = (value: number | string | boolean | undefined): string => (value === undefined ? "absent" : String(value));
  return names.filter((name) => before[name] !== now[name]).map((name) => ({ name, before: shown(before[name]), now: shown(now[name]) }));
}
