import type { Session } from "../../execute/index.ts";
import type { Values } from "../../train/session.ts";

/** Calls an exported function of a probe on `rows` rows, the one runtime size it has. */
export async function infer(session: Session, program: string, rows: number, inputs: Readonly<Record<string, Values>>): Promise<Float32Array> {
  const [size] = session.plan.programs[program]!.sizes;
  const { result } = await session.run(program, { step: 0, seed: 0, sizes: { [size!]: rows }, inputs }).outputs();
  return result as Float32Array;
}
