import { UserError } from "../errors.ts";
import type { Plan, TensorPlan } from "../plan/schema.ts";
import type { OpenFile } from "./atomic-write.ts";
import { decodeInfo, encodeInfo, type CheckpointInfo } from "./info.ts";
import { checkFits } from "./match.ts";
import { openSafetensors } from "./safetensors-read.ts";
import { writeSafetensors } from "./safetensors-write.ts";

/** Where tensors come from and go to: a session, by the plan's tensor names. */
export interface TensorSource {
  readTensor(name: string): Promise<Float32Array>;
}
export interface TensorSink {
  writeTensor(name: string, values: Float32Array): Promise<void> | void;
}

/**
 * Writes every tensor of the plan (weights, averages, optimizer state) with `info` as metadata; one tensor is in memory
 * at a time. Throws a UserError and leaves no file when a tensor holds NaN or infinity: such a state is not worth keeping.
 */
export async function saveCheckpoint(path: string, plan: Plan, info: CheckpointInfo, source: TensorSource, openFile?: OpenFile): Promise<void> {
  await writeSafetensors(
    path,
    {
      tensors: plan.tensors.map(({ name, shape }) => ({ name, shape, dtype: "F32" })),
      metadata: encodeInfo(info),
      async values({ name }) {
        const values = await source.readTensor(name);
        if (!allFinite(values)) throw new UserError("JR514", `tensor '${name}' holds NaN or infinity after step ${info.step}`);
        return values;
      },
    },
    openFile,
  );
}

/** Reads what a checkpoint says of itself, without its tensors. */
export async function readCheckpointInfo(path: string): Promise<CheckpointInfo> {
  const file = await openSafetensors(path);
  try {
    return decodeInfo(file);
  } finally {
    await file.close();
  }
}

/**
 * Fills `sink` from a checkpoint, after checking that it fits the plan. `roles` limits what is read: evaluation needs
 * no optimizer state; "held" leaves it as it is where the file has none at all, as an imported one. Throws a UserError
 * naming the file and the first tensors that do not fit.
 */
export async function loadCheckpoint(
  path: string,
  plan: Plan,
  sink: TensorSink,
  roles: readonly TensorPlan["role"][] | "held" = ["weight", "average", "state"],
): Promise<CheckpointInfo> {
  const file = await openSafetensors(path);
  try {
    const info = decodeInfo(file);
    const stateless = !plan.tensors.some(({ role, name }) => role === "state" && file.tensors.has(name));
    const wanted = plan.tensors.filter(({ role }) => (roles === "held" ? role !== "state" || !stateless : roles.includes(role)));
    checkFits(file, info, plan, wanted);
    for (const { name } of wanted) await sink.writeTensor(name, (await file.read(name)) as Float32Array);
    return info;
  } finally {
    await file.close();
  }
}

function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
