import type { HostExpr, KernelVariant, ParamPlan } from "@jepac/runtime/plan";
import type { Node } from "../graph/node.ts";
import type { SizeBox } from "../index/size-box.ts";
import type { Tuning } from "../schedule/tuning.ts";
import type { Tensor } from "../schedule/tensor.ts";
import { Interface } from "./interface.ts";

/** A dispatch to be: a kernel's texts, what is bound to it, its parameters and how many workgroups run. */
export interface Kernel {
  readonly name: string;
  readonly tensors: readonly Tensor[];
  readonly params: readonly ParamPlan[];
  readonly variants: readonly Variant[];
}

export interface Variant extends Omit<KernelVariant, "file"> {
  readonly text: string;
  readonly workgroups: Workgroups;
}

export type Workgroups = readonly [HostExpr, HostExpr, HostExpr];

/** What all kernels of a program have around them. */
export interface Site {
  readonly box: SizeBox;
  /** Where a node lies in memory, if the kernel is to read it there rather than compute it. */
  tensorOf(node: Node): Tensor | undefined;
  readonly maxWorkgroups: number;
  readonly tuning: Tuning;
  /** Half precision: products may round their operands to f16. Sums are f32 all the same. */
  readonly half: boolean;
}

/** A node to be written, and the tensors it goes to. */
export interface Store {
  readonly node: Node;
  readonly to: readonly Tensor[];
}

/**
 * Writes a kernel by fours, and again until all bindings that cannot be read by fours are known to be narrow.
 * `write` fills the interface it is given and returns the rest of the text.
 */
export function settle<T>(byFours: boolean, write: (given: Interface) => T): { given: Interface; result: T } {
  let narrow: Iterable<Tensor> = [];
  for (;;) {
    const given = new Interface(byFours, narrow);
    const before = given.narrow.size;
    const result = write(given);
    if (!byFours || given.narrow.size === before) return { given, result };
    narrow = given.narrow;
  }
}
