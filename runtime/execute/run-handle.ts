import { MapMode } from "../gpu/dawn.ts";
import type { Gpu } from "../gpu/index.ts";
import type { HostEnv } from "../plan/host-expr.ts";
import type { DType } from "../plan/schema.ts";
import { arrayOf, type HostArray } from "./ports.ts";

/** Where an output's values lie in the staging buffer of its run. */
export interface StagedOutput {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bytes: number;
}

/** One run under way. Nothing waits for it until its outputs are asked for. */
export interface RunHandle {
  /** The shapes of the outputs that were asked for, by name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** The runtime sizes of this run, given or drawn. */
  readonly sizes: Readonly<Record<string, number>>;
  /**
   * Waits for the run, sleeping, and gives the outputs asked for, by name; `shapes` says how they are laid out.
   * @throws UserError JR104 the device was lost, JR105 it refused a command
   */
  outputs(): Promise<Record<string, HostArray>>;
}

/** One submit, whose outputs are copied into a staging buffer. */
export class SubmittedRun implements RunHandle {
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly sizes: Readonly<Record<string, number>>;
  private readonly gpu: Gpu;
  private readonly staging: GPUBuffer;
  private readonly staged: readonly StagedOutput[];
  private readonly release: (staging: GPUBuffer) => void;
  private values: Promise<Record<string, HostArray>> | undefined;

  /** @param release is called once, when the run is done and its staging buffer is free again */
  constructor(gpu: Gpu, env: HostEnv, staging: GPUBuffer, staged: readonly StagedOutput[], release: (staging: GPUBuffer) => void) {
    this.gpu = gpu;
    this.sizes = env.sizes;
    this.staging = staging;
    this.staged = staged;
    this.release = release;
    this.shapes = Object.fromEntries(staged.map(({ name, shape }) => [name, shape]));
  }

  outputs(): Promise<Record<string, HostArray>> {
    this.values ??= this.read();
    return this.values;
  }

  private async read(): Promise<Record<string, HostArray>> {
    // Mapped only now: a map that is pending makes dawn.node spin, also when nobody waits for it.
    await this.gpu.wait(this.staging.mapAsync(MapMode.READ));
    const mapped = this.staging.getMappedRange();
    const values = this.staged.map(({ name, dtype, offset, bytes }) => [name, new (arrayOf(dtype))(mapped.slice(offset, offset + bytes))] as const);
    this.staging.unmap();
    this.release(this.staging);
    return Object.fromEntries(values);
  }
}
