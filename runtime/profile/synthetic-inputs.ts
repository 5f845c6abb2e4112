import type { HostArray } from "../execute/index.ts";
import { randomKey, uniformAt } from "../plan/random.ts";
import type { PortPlan } from "../plan/schema.ts";

/**
 * Values for a program's inputs where only time is asked: noise in −1 to 1 for f32, the first index for i32 (it always
 * exists), and whole clips.
 * @param shapes of each input in this run, by name
 */
export function syntheticInputs(ports: readonly PortPlan[], shapes: Readonly<Record<string, readonly number[]>>): Record<string, HostArray> {
  const audio = ports.find(({ source }) => source?.kind === "audio");
  const samples = (audio && shapes[audio.name]?.[1]) ?? 0;
  return Object.fromEntries(ports.map(({ name, dtype, source }, i): [string, HostArray] => {
    const count = (shapes[name] ?? []).reduce((product, size) => product * size, 1);
    if (dtype !== "f32") return [name, new Int32Array(count).fill(source?.kind === "valid" ? samples : 0)];
    const key = randomKey(0, 0, i);
    return [name, Float32Array.from({ length: count }, (_, at) => 2 * uniformAt(key, at) - 1)];
  }));
}
