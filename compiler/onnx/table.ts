import type { LowerOp } from "./lowering.ts";
import { attention } from "./ops/attention.ts";
import { elementwise } from "./ops/elementwise.ts";
import { fold } from "./ops/fold.ts";
import { movement } from "./ops/movement.ts";
import { source } from "./ops/source.ts";

/** How each operation of compiler/ops becomes ONNX. */
export const ONNX_OPS: Readonly<Record<string, LowerOp>> = { ...source, ...elementwise, ...movement, ...fold, ...attention };
