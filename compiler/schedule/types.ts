import type { DispatchPlan, Limits, ParamPlan, PortPlan, Precision } from "@jepac/runtime/plan";
import type { Graph } from "../graph/node.ts";
import type { KernelLibrary } from "./library.ts";
import type { Tuning } from "./tuning.ts";
import type { Place } from "./tensor.ts";

/** One program to be turned into dispatches. */
export interface LowerRequest {
  /** Optimised; its sources are inputs, weights and tables. */
  readonly graph: Graph;
  /** Where each weight the graph mentions lies. */
  readonly weights: ReadonlyMap<string, Place>;
  /** Where outputs are to be written, by name; the others go into the arena. */
  readonly outputs: ReadonlyMap<string, Place>;
  /** Buffer numbers of the plan: the arena, and the constants that tables are put into. */
  readonly buffers: { readonly arena: number; readonly constants: number };
  readonly limits: Limits;
  /** Takes the kernels and tables; the programs of a model share one. */
  readonly library: KernelLibrary;
  /** "none" gives every operation but movement a kernel of its own: the twin that fused kernels are tested against. */
  readonly fusion?: "full" | "none";
  /** Without it, the defaults for GPUs. */
  readonly tuning?: Tuning;
  /** "f16" lets matrix products of what is computed from weights round their operands. */
  readonly precision?: Precision;
}

/** What a program becomes: all of `ProgramPlan` but its words, and what it needs and costs. */
export interface Lowered {
  readonly sizes: readonly string[];
  readonly inputs: readonly PortPlan[];
  readonly outputs: readonly PortPlan[];
  readonly params: readonly (readonly ParamPlan[])[];
  readonly dispatches: readonly DispatchPlan[];
  readonly arenaBytes: number;
  /** At the largest runtime sizes: multiply-adds counted as two; bytes that kernels read and write. */
  readonly stats: { readonly flops: number; readonly bytes: number };
}
