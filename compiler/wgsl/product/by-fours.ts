import type { Tensor } from "../../schedule/tensor.ts";
import { Interface } from "../interface.ts";
import type { Site } from "../kernel.ts";
import { finishFunction } from "./finish.ts";
import { isFours, type ProductParts } from "./operands.ts";
import type { ProductWork } from "./work.ts";

/** Which operands a back end reads as `vec4`. */
export interface Wide {
  readonly a: boolean;
  readonly b: boolean;
}

/** The bindings and the epilogue that go with a choice of wide operands. */
export interface WideText {
  readonly given: Interface;
  readonly finish: string;
  /** The epilogue takes four columns at once. */
  readonly finishByFours: boolean;
}

/**
 * The interface and epilogue for operands of that width, or undefined where what is computed from the result needs
 * one of them element by element. Parameters and bindings are shared with `twin`, another text of the same kernel.
 */
export function wideText(work: ProductWork, site: Site, twin: Interface, parts: ProductParts, wide: Wide): WideText | undefined {
  const [a, b] = [parts.a.tensor, parts.b.tensor];
  const narrow = new Set<Tensor>();
  if (!wide.a) narrow.add(a);
  if (!wide.b) narrow.add(b);
  const clashes = (given: ReadonlySet<Tensor>) => (wide.a && given.has(a)) || (wide.b && given.has(b));
  if (clashes(narrow)) return undefined;
  const finishByFours = isFours(work.shape.n);
  const { given, finish } = settledFinish(work, site, twin, finishByFours, narrow);
  return clashes(given.narrow) ? undefined : { given, finish, finishByFours };
}

/** The epilogue, written again until it is settled which bindings are narrow. */
function settledFinish(work: ProductWork, site: Site, twin: Interface, byFours: boolean, narrow: Iterable<Tensor>) {
  for (;;) {
    const mark = twin.params.length;
    const given = new Interface(true, narrow, twin);
    const before = given.narrow.size;
    const finish = finishFunction(work, site, given, byFours ? 4 : 1);
    if (given.narrow.size === before) return { given, finish };
    // What was written for nothing must not leave parameters behind.
    twin.params.length = mark;
    narrow = given.narrow;
  }
}
