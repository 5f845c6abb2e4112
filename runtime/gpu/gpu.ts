import { UserError } from "../errors.ts";
import type { BackEnd, Limits } from "../plan/schema.ts";
import { findAdapter, type GpuInfo } from "./adapters.ts";
import { backEndsFromEnvironment } from "./back-ends.ts";
import { sleepUntil } from "./sleep.ts";

/** Features used where the adapter has them, by their names in plans; the last is Dawn's own. */
const FEATURES = {
  subgroups: "subgroups",
  "shader-f16": "shader-f16",
  "timestamp-query": "timestamp-query",
  "subgroup-matrix": "chromium-experimental-subgroup-matrix" as GPUFeatureName,
} as const satisfies Record<string, GPUFeatureName>;
export type GpuFeature = keyof typeof FEATURES;

/** The limits a plan is made for; all are raised to what the adapter offers. */
const LIMITS = [
  "maxStorageBufferBindingSize", "maxBufferSize", "maxStorageBuffersPerShaderStage", "maxComputeWorkgroupsPerDimension",
  "maxComputeInvocationsPerWorkgroup", "maxComputeWorkgroupStorageSize",
] as const satisfies readonly (keyof Limits)[];

/** Lanes that share a row on hardware: two subgroups of 32, or one of 64. */
const HARDWARE_ROW_LANES = 64;
const MAX_KEPT_ERRORS = 10;

export interface GpuOptions {
  /** A part of the adapter's name, or `software`. Else the variable JEPAC_ADAPTER, else the fastest. */
  readonly adapter?: string | undefined;
  /**
   * Back ends of matrix products to take before all others, the first first, also where another is faster. Where the
   * adapter cannot run one, the next is taken, and then the usual choice. Else those in the variable JEPAC_BACK_ENDS.
   */
  readonly backEnds?: readonly BackEnd[] | undefined;
}

/**
 * Opens a device, headless: the fastest hardware adapter, else a software driver; `info` says which.
 * @throws UserError JR101 no adapter, JR102 none of this name, JR103 the adapter gives no device, JR114 JEPAC_BACK_ENDS is wrong
 */
export async function openGpu(options: GpuOptions = {}): Promise<Gpu> {
  const backEnds = options.backEnds ?? backEndsFromEnvironment();
  const wanted = options.adapter ?? process.env["JEPAC_ADAPTER"];
  const { adapter, info } = await findAdapter(wanted === "" ? undefined : wanted);
  const features = (Object.keys(FEATURES) as GpuFeature[]).filter((name) => adapter.features.has(FEATURES[name]));
  const requiredFeatures = features.map((name) => FEATURES[name]);
  const limits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])) as Record<keyof Limits, number>;
  const workgroup = { maxComputeWorkgroupSizeX: adapter.limits.maxComputeWorkgroupSizeX };
  try {
    const device = await sleepUntil(adapter.requestDevice({ requiredFeatures, requiredLimits: { ...limits, ...workgroup } }));
    return new Gpu(device, info, limits, features, backEnds);
  } catch (error) {
    throw new UserError("JR103", `'${info.name}' gives no device: ${(error as Error).message}`, "Another process may hold it, or its driver may need a restart.");
  }
}

/** A device, what it can do, and what has gone wrong on it. */
export class Gpu {
  readonly device: GPUDevice;
  readonly info: GpuInfo;
  readonly limits: Limits;
  readonly features: readonly GpuFeature[];
  readonly backEnds: readonly BackEnd[];
  /** Resolves with the error to show, if the device is ever lost. */
  readonly lost: Promise<UserError>;
  private lostError: UserError | undefined;
  private readonly errors: string[] = [];

  constructor(device: GPUDevice, info: GpuInfo, limits: Limits, features: readonly GpuFeature[], backEnds: readonly BackEnd[] = []) {
    this.device = device;
    this.info = info;
    this.limits = limits;
    this.features = features;
    this.backEnds = backEnds;
    this.lost = device.lost.then(({ reason, message }) => {
      this.lostError = lostError(info, reason, message);
      return this.lostError;
    });
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      if (this.errors.length < MAX_KEPT_ERRORS) this.errors.push(event.error.message.trim());
    });
  }

  has(feature: GpuFeature): boolean {
    return this.features.includes(feature);
  }

  /** Lanes that work on one row in a kernel with `rowLanes`: a whole subgroup in software, where barriers are dear. */
  get rowLanes(): number {
    return this.info.software ? Math.max(1, this.info.subgroupMaxSize) : HARDWARE_ROW_LANES;
  }

  /**
   * Throws what the device has reported since the last call; the message holds the label of the kernel or buffer.
   * @throws UserError JR104 device lost, JR105 an error in what it was given
   */
  check(): void {
    if (this.lostError) throw this.lostError;
    if (this.errors.length === 0) return;
    const messages = this.errors.splice(0).join("\n");
    throw new UserError("JR105", `'${this.info.name}' refused a command: ${messages}`, "This is a fault of jepac or of the driver, not of your model: please report it with this message.");
  }

  /** Waits for the device, sleeping; then throws what went wrong meanwhile, in place of what the promise threw. */
  async wait<T>(promise: Promise<T>): Promise<T> {
    try {
      const value = await sleepUntil(promise);
      this.check();
      return value;
    } catch (error) {
      if (error instanceof UserError) throw error;
      // A lost device fails what is pending first, and says so only after.
      await sleepUntil(Promise.race([this.lost, new Promise((resolve) => setTimeout(resolve, 50))]));
      this.check();
      throw error;
    }
  }

  /** Gives the device back. What is pending fails with JR104. */
  destroy(): void {
    this.device.destroy();
  }
}

function lostError(info: GpuInfo, reason: string, message: string): UserError {
  const why = reason === "destroyed" ? "it was closed" : message.trim() || "the driver gives no reason";
  return new UserError("JR104", `the device '${info.name}' was lost: ${why}`, "Training can go on from the last checkpoint with --resume.");
}
