import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Compiled } from "../../compiler/build.ts";
import { compile } from "../../compiler/compile.ts";
import type { BuildSources } from "../../compiler/emit/sources.ts";
import { OnnxUnsupported } from "../../compiler/onnx/unsupported.ts";
import { exportOnnx, weightsOf } from "../../compiler/onnx/export.ts";
import { findBuild, findCheckpoint, openSafetensors, readCheckpointInfo, UserError, writeAtomic, writeBytes } from "@jepac/runtime";
import { compileFile } from "../compile.ts";
import { printDiagnostics } from "../print-diagnostics.ts";

export interface OnnxExport {
  readonly checkpoint: string;
  /** The `.jm` file of the checkpoint's model, or the build folder, which holds its texts; without either, run.json says. */
  readonly model?: string | undefined;
  readonly build?: string | undefined;
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
export async function writeOnnx({ checkpoint, model, build, program, out }: OnnxExport): Promise<OnnxWritten | undefined> {
  const path = await findCheckpoint(checkpoint);
  const info = await readCheckpointInfo(path);
  const set = Object.fromEntries(Object.entries(info.config).map(([name, value]) => [name, String(value)]));
  const from = model ?? (await findBuild(checkpoint, build)).buildDir;
  const compiled = model === undefined ? await compileBuild(from, set) : compileFile(model, { set }).compiled;
  if (compiled === undefined) return undefined;
  if (compiled.plan.fingerprint !== info.fingerprint) {
    throw new UserError("JC052", `'${path}' is of the model '${info.model}', which ${from} does not give`, "name the file or the folder that the run was built from: --model or --build");
  }
  const fn = compiled.model.exports.find(({ name }) => name === program);
  const graph = compiled.graphs.get(program);
  if (fn === undefined || graph === undefined) {
    throw new UserError("JC041", `there is no exported function ${program}`, `the model exports ${compiled.model.exports.map(({ name }) => name).join(", ") || "none"}`);
  }
  const weights = await readWeights(path, weightsOf(graph));
  const metadata = { model: info.model, step: String(info.step), config: JSON.stringify(info.config) };
  const chunks = asUserError(program, () => exportOnnx({ graph, inputs: fn.inputs, inputPrefix: `${program}.`, weights, metadata }));
  await writeAtomic(out, async (file) => {
    for (const chunk of chunks) await writeBytes(file, chunk);
  });
  return { model: info.model, step: info.step, weights: weights.size, bytes: chunks.reduce((sum, chunk) => sum + chunk.length, 0) };
}

/** Compiles a build folder's own texts once more. */
async function compileBuild(folder: string, set: Readonly<Record<string, string>>): Promise<Compiled | undefined> {
  const { main, texts } = await readSources(folder);
  const { diagnostics, compiled } = compile(main, (path) => texts[path], { set });
  printDiagnostics(diagnostics);
  return compiled;
}

async function readSources(folder: string): Promise<BuildSources> {
  const path = join(folder, "source.json");
  try {
    const { main, texts } = JSON.parse(await readFile(path, "utf8")) as Partial<BuildSources>;
    if (typeof main === "string" && typeof texts === "object") return { main, texts };
  } catch {
    // Said below, whatever it was.
  }
  throw new UserError("JC051", `${path} cannot be read`, "name the file that the run was built from with --model, or build it again");
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
