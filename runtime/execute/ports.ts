import { UserError } from "../errors.ts";
import type { HostEnv } from "../plan/host-expr.ts";
import type { DType, PortPlan } from "../plan/schema.ts";
import { ONE_PASS, type Pass } from "./passes.ts";
import { nameList, portShape } from "./sizes.ts";

/** A tensor's values on the host, row-major: `Float32Array` for f32, `Int32Array` for i32 and bool (0 or 1). */
export type HostArray = Float32Array | Int32Array;

/** Writes the inputs of one run, or of one pass of a run over the whole batch. @throws UserError JR303 a missing, unknown, wrongly typed or wrongly sized input */
export function writeInputs(queue: GPUQueue, buffers: readonly GPUBuffer[], ports: readonly PortPlan[], given: Readonly<Record<string, HostArray>>, env: HostEnv, pass: Pass = ONE_PASS): void {
  for (const name of Object.keys(given)) {
    if (!ports.some((port) => port.name === name)) throw new UserError("JR303", `there is no input '${name}'`, `The program's inputs: ${nameList(ports)}.`);
  }
  const checked = ports.map((port) => ({ port, data: checkInput(port, given[port.name], env, pass.of) }));
  for (const { port, data } of checked) {
    const share = port.perClip === true ? data.length / pass.of : data.length;
    const first = port.perClip === true ? pass.index * share : 0;
    if (share > 0) queue.writeBuffer(buffers[port.buffer]!, port.offset, data.subarray(first, first + share));
  }
}

function checkInput(port: PortPlan, data: HostArray | undefined, env: HostEnv, passes: number): HostArray {
  const shape = portShape(port, env, passes);
  const wants = `${arrayOf(port.dtype).name} of [${shape.join(", ")}]`;
  if (data === undefined) throw new UserError("JR303", `input '${port.name}' is missing: expected a ${wants}`);
  if (!(data instanceof arrayOf(port.dtype))) throw new UserError("JR303", `input '${port.name}': expected a ${wants}, found a ${(data as object).constructor.name}`);
  const count = shape.reduce((a, b) => a * b, 1);
  if (data.length !== count) throw new UserError("JR303", `input '${port.name}': expected a ${wants}, ${count} values, found ${data.length}`);
  return data;
}

/** The ports of these names. @throws UserError JR304 an unknown name */
export function selectOutputs(ports: readonly PortPlan[], names: readonly string[] | undefined): readonly PortPlan[] {
  if (names === undefined) return ports;
  return names.map((name) => {
    const port = ports.find((candidate) => candidate.name === name);
    if (!port) throw new UserError("JR304", `there is no output '${name}'`, `The program's outputs: ${nameList(ports)}.`);
    return port;
  });
}

export function arrayOf(dtype: DType): Float32ArrayConstructor | Int32ArrayConstructor {
  return dtype === "f32" ? Float32Array : Int32Array;
}
