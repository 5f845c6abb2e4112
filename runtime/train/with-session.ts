import { Session } from "../execute/index.ts";
import { openGpu, type GpuInfo } from "../gpu/index.ts";
import type { LoadedPlan } from "../plan/read.ts";

/** Opens a device (a part of its name, `software`, or the fastest) and the plan on it; gives both back at the end. */
export async function withSession<T>(loaded: LoadedPlan, adapter: string | undefined, use: (session: Session, gpu: GpuInfo) => Promise<T>): Promise<T> {
  const gpu = await openGpu({ adapter });
  try {
    const session = await Session.open(loaded, gpu);
    try {
      return await use(session, gpu.info);
    } finally {
      session.dispose();
    }
  } finally {
    gpu.destroy();
  }
}
