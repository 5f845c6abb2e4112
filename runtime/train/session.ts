import type { TensorSink, TensorSource } from "../checkpoint/checkpoint.ts";

export type Values = Float32Array | Int32Array;

/** What one run of a program may be told. */
export interface RunOptions {
  /** The model's `step`: how many training steps came before this one. */
  readonly step: number;
  readonly seed: number;
  /** Values of the runtime sizes that are not drawn. */
  readonly sizes?: Readonly<Record<string, number>>;
  readonly inputs?: Readonly<Record<string, Values>>;
  /** Names of the outputs to bring back; all when absent. */
  readonly read?: readonly string[];
}

/** A submitted program; its outputs arrive later. */
export interface Running {
  /** The runtime sizes of this run, given or drawn. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Waits without keeping a core busy. */
  outputs(): Promise<Readonly<Record<string, Values>>>;
}

/** What training and evaluation need of an executing plan; `Session` of runtime/execute is one. */
export interface PlanSession extends TensorSource, TensorSink {
  run(program: string, options: RunOptions): Running;
}
