import { OnnxUnsupported } from "../../compiler/onnx/unsupported.ts";
import { exportOnnx, weightsOf } from "../../compiler/onnx/export.ts";
import { findCheckpoint, openSafetensors, readCheckpointInfo, UserError, writeAtomic, writeBytes } from "@jepac/runtime";
import { compileFile } from "../compile.ts";

export interface OnnxExport {
  readonly checkpoint: string;
  /** The `.jm` file that the checkpoint's model was built from; its config is taken from the checkpoint. */
  readonly model: string;
  /** The exported function. */
  readonly program: string;
  readonly out: string;
}

export interface OnnxWritten {
  readonly model: string;
  readonly step: number;
  readonly weights: number;
  readonly bytes: number;
}

/** Compiles the model with the checkpoint's config and writes one exported function with its weights; undefined where the model does not compile. */
export async function writeOnnx({ checkpoint, model, program, out }: OnnxExport): Promise<OnnxWritten | undefined> {
  const path = await findCheckpoint(checkpoint);
  const info = await readCheckpointInfo(path);
  const set = Object.fromEntries(Object.entries(info.config).map(([name, value]) => [name, String(value)]));
  const { compiled } = compileFile(model, { set });
  if (compiled === undefined) return undefined;
  if (compiled.plan.fingerprint !== info.fingerprint) {
    throw new UserError("JC052", `'${path}' is of the model '${info.model}', which ${model} does not build`, "--model is the file that the run was built from");
  }
  const fn = compiled.model.exports.find(({ name }) => name === program);
  const graph = compiled.graphs.get(program);
  if (fn === undefined || graph === undefined) {
    throw new UserError("JC041", `there is no exported function ${program}`, `${model} exports ${compiled.model.exports.map(({ name }) => name).join(", ") || "none"}`);
  }
  const weights = await readWeights(path, weightsOf(graph));
  const metadata = { model: info.model, step: String(info.step), config: JSON.stringify(info.config) };
  const chunks = asUserError(program, () => exportOnnx({ graph, inputs: fn.inputs, inputPrefix: `${program}.`, weights, metadata }));
  await writeAtomic(out, async (file) => {
    for (const chunk of chunks) await writeBytes(file, chunk);
  });
  return { model: info.model, step: info.step, weights: weights.size, bytes: chunks.reduce((sum, chunk) => sum + chunk.length, 0) };
}

async function readWeights(path: string, names: readonly string[]): Promise<Map<string, Float32Array>> {
  const file = await openSafetensors(path);
  try {
    const weights = new Map<string, Float32Array>();
    for (const name of names) weights.set(name, (await file.read(name)) as Float32Array);
    return weights;
  } finally {
    await file.close();
  }
}

function asUserError<T>(program: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OnnxUnsupported)) throw error;
    throw new UserError("JC053", `'${program}' cannot be written as ONNX: it ${error.what}${error.where === undefined ? "" : ` (${error.where})`}`, "--program names another exported function");
  }
}
