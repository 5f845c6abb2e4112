export { UserError } from "./errors.ts";
export { describeAdapters, openGpu, type GpuInfo, type GpuOptions } from "./gpu/index.ts";
export { portShape, Session, type HostArray, type RunHandle, type RunRequest } from "./execute/index.ts";
export { loadPlan, planInMemory, type LoadedPlan } from "./plan/read.ts";
export { loadCheckpoint, readCheckpointInfo, saveCheckpoint, openSafetensors } from "./checkpoint/index.ts";
export { isMain } from "./model/is-main.ts";
export { Model, type HostTensor, type ModelTypes, type OpenOptions } from "./model/model.ts";
export { trainerMain } from "./trainer/trainer.ts";
