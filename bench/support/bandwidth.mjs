// How fast the device moves memory that it only reads and writes.
import { median } from "./measure.mjs";
import { compileModel, openSession } from "./open-model.mjs";
import { kitNoise } from "../kit/data.mjs";

/** @returns GB/s of doubling an array: bytes read and written */
export async function timeMemory(gpu, { runs = gpu.info.software ? 3 : 7 } = {}) {
  const count = gpu.info.software ? 2 ** 22 : 2 ** 27;
  const text = `module Array() {
  param values: f32[${count}] = zeros()
  fn () -> f32[${count}] = 2.0 * values
}
model Memory {
  net array = Array()
  train { minimize mean(array()) }
  export fn doubled() -> f32[${count}] = array()
}
`;
  const session = await openSession(compileModel("memory.jm", {}, text), gpu);
  session.writeTensor("array.values", kitNoise(count));
  const times = [];
  for (let run = 0; run <= runs; run++) {
    const [{ microseconds }] = await session.profile("doubled", { step: 0, seed: 0 });
    if (run > 0) times.push(microseconds);
  }
  session.dispose();
  return (8 * count) / 1e3 / median(times);
}
