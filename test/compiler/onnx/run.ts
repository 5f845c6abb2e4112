import * as ort from "onnxruntime-web";
import type { NdArray } from "../../../compiler/graph/ndarray.ts";

const TYPES = { f32: "float32", i32: "int32", bool: "bool" } as const;

// One thread: in Node the tests of other files run beside this one.
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

/** Runs an ONNX model by onnxruntime (its WebAssembly build); sizes that are inputs come as i64[1]. */
export async function runOnnx(chunks: readonly Uint8Array[], inputs: ReadonlyMap<string, NdArray>, sizes: Readonly<Record<string, number>> = {}): Promise<Map<string, { shape: readonly number[]; data: Float64Array }>> {
  const session = await ort.InferenceSession.create(Buffer.concat(chunks), { executionProviders: ["wasm"] });
  try {
    const feeds: Record<string, ort.Tensor> = {};
    for (const name of session.inputNames) {
      const value = inputs.get(name);
      if (value) feeds[name] = new ort.Tensor(TYPES[value.dtype], value.dtype === "f32" ? Float32Array.from(value.data) : value.dtype === "i32" ? Int32Array.from(value.data) : Uint8Array.from(value.data), value.shape);
      else feeds[name] = new ort.Tensor("int64", BigInt64Array.of(BigInt(sizes[name]!)), [1]);
    }
    const results = await session.run(feeds);
    return new Map(session.outputNames.map((name) => [name, { shape: results[name]!.dims, data: Float64Array.from(results[name]!.data as Float32Array, Number) }]));
  } finally {
    await session.release();
  }
}
