import { UserError } from "../errors.ts";
import type { Plan } from "../plan/schema.ts";
import type { SafetensorsFile } from "./safetensors-read.ts";

/** What a checkpoint says of itself, beside its tensors. */
export interface CheckpointInfo {
  /** Training steps done. */
  readonly step: number;
  readonly seed: number;
  readonly model: string;
  readonly config: Plan["config"];
  readonly fingerprint: string;
  /** The data it was trained on; a batch is a function of (seed, step), so the step is the position in it. */
  readonly data: DataIdentity | null;
}

/** Enough to notice that the data changed between two runs. */
export interface DataIdentity {
  readonly clips: number;
  /** Hash of the clips' names, in order. */
  readonly digest: string;
}

const FORMAT = "jepac-checkpoint-1";

/** The info as safetensors metadata, which holds only texts. */
export function encodeInfo(info: CheckpointInfo): Record<string, string> {
  return {
    format: FORMAT,
    model: info.model,
    fingerprint: info.fingerprint,
    step: String(info.step),
    seed: String(info.seed),
    config: JSON.stringify(info.config),
    data: JSON.stringify(info.data),
  };
}

/** Reads the info back. Throws a UserError where the file is no checkpoint of ours. */
export function decodeInfo(file: SafetensorsFile): CheckpointInfo {
  const { format, model, fingerprint, step, seed, config, data } = file.metadata;
  if (format !== FORMAT || model === undefined || fingerprint === undefined) {
    throw new UserError("JR512", `'${file.path}' is a safetensors file but not a checkpoint: its metadata has format ${format === undefined ? "none" : `'${format}'`}, expected '${FORMAT}'`);
  }
  const info = { step: Number(step), seed: Number(seed), model, fingerprint, config: parse(config) as Plan["config"], data: parse(data) as DataIdentity | null };
  if (!Number.isSafeInteger(info.step) || info.step < 0 || !Number.isSafeInteger(info.seed) || info.config === undefined || info.data === undefined) {
    throw new UserError("JR512", `the metadata of '${file.path}' is damaged: step '${step}', seed '${seed}'`, "copy the file again, or remove it: --resume then goes on from the checkpoint before it");
  }
  return info;
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
