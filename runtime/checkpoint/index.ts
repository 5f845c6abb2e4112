export { writeAtomic, writeBytes } from "./atomic-write.ts";
export { loadCheckpoint, readCheckpointInfo, saveCheckpoint, type TensorSink, type TensorSource } from "./checkpoint.ts";
export type { CheckpointInfo, DataIdentity } from "./info.ts";
export { openSafetensors, type SafetensorsFile } from "./safetensors-read.ts";
export { writeSafetensors } from "./safetensors-write.ts";
export { CheckpointStore } from "./store.ts";
