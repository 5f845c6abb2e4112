export type { HostArray } from "./ports.ts";
export type { DispatchRange } from "./program.ts";
export type { DispatchTime } from "./profile.ts";
export type { RunHandle } from "./run-handle.ts";
export { Session, type RunRequest } from "./session.ts";
export { portShape, runEnvironment, type RunKey } from "./sizes.ts";
