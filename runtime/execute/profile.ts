import { UserError } from "../errors.ts";
import { BufferUsage } from "../gpu/dawn.ts";
import type { Gpu } from "../gpu/index.ts";
import { evaluateHost, type HostEnv } from "../plan/host-expr.ts";
import type { ActiveDispatch, PreparedProgram } from "./program.ts";
import type { StagingPool } from "./staging.ts";
import { download } from "./transfer.ts";

/** What one dispatch took on the device. */
export interface DispatchTime {
  readonly kernel: string;
  /** The `.jm` line the kernel came from. */
  readonly source: string | undefined;
  readonly workgroups: readonly [number, number, number];
  readonly microseconds: number;
  /** What it did at the sizes of the run; undefined in plans that do not say. */
  readonly flops: number | undefined;
  readonly bytes: number | undefined;
  /** Of a matrix product: its largest sizes, as the plan names them. */
  readonly shape: string | undefined;
}

/** WebGPU's bound on the queries of one set. */
const MAX_QUERIES = 4096;

/** Runs a program with a timestamp before and after each dispatch: every dispatch in a pass of its own, so a little slower. */
export async function profileProgram(gpu: Gpu, staging: StagingPool, program: PreparedProgram, env: HostEnv): Promise<DispatchTime[]> {
  if (!gpu.has("timestamp-query")) throw new UserError("JR108", `'${gpu.info.name}' cannot measure time on the device`, "Its driver offers no timestamps; another adapter may: --adapter software, or `jepac doctor` for a list.");
  const dispatches = [...program.active(env)];
  const times: DispatchTime[] = [];
  for (let at = 0; at < dispatches.length; at += MAX_QUERIES / 2) {
    const part = dispatches.slice(at, at + MAX_QUERIES / 2);
    const nanoseconds = await timed(gpu, staging, part);
    part.forEach(([{ kernel, source, cost }, workgroups], i) => {
      const microseconds = Number(nanoseconds[2 * i + 1]! - nanoseconds[2 * i]!) / 1000;
      times.push({ kernel, source, workgroups, microseconds, flops: cost && evaluateHost(cost.flops, env), bytes: cost && evaluateHost(cost.bytes, env), shape: cost?.shape });
    });
  }
  return times;
}

/** Submits the dispatches; gives their start and end, in turn. */
async function timed(gpu: Gpu, staging: StagingPool, dispatches: readonly ActiveDispatch[]): Promise<BigUint64Array> {
  const { device } = gpu;
  const count = 2 * dispatches.length;
  const querySet = device.createQuerySet({ type: "timestamp", count });
  const buffer = device.createBuffer({ label: "timestamps", size: 8 * count, usage: BufferUsage.QUERY_RESOLVE | BufferUsage.COPY_SRC });
  const encoder = device.createCommandEncoder({ label: "profile" });
  dispatches.forEach(([{ pipeline, bindGroup }, workgroups], i) => {
    const timestampWrites = { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 };
    const pass = encoder.beginComputePass({ timestampWrites });
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...workgroups);
    pass.end();
  });
  encoder.resolveQuerySet(querySet, 0, count, buffer, 0);
  device.queue.submit([encoder.finish()]);
  const [bytes] = await download(gpu, staging, [{ buffer, offset: 0, bytes: 8 * count }]);
  buffer.destroy();
  querySet.destroy();
  return new BigUint64Array(bytes!);
}
