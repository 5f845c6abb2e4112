import type { DType } from "@jepac/runtime/plan";
import type { TensorType } from "../../graph/node.ts";
import { sameShape, showShape, showType, type Shape } from "../../graph/type.ts";
import { OpError } from "../op.ts";

/** Checks that operations share. Each throws `OpError` where it does not hold. */
export function expectInputs(inputs: readonly TensorType[], count: number): void {
  if (inputs.length !== count) throw new OpError(`${count} inputs`, `${inputs.length}`);
}

export function expectDType(type: TensorType, allowed: readonly DType[]): void {
  if (!allowed.includes(type.dtype)) throw new OpError(allowed.join(" or "), showType(type));
}

export function expectShape(found: Shape, expected: Shape, what: string): void {
  if (!sameShape(found, expected)) throw new OpError(`${what} ${showShape(expected)}`, showShape(found));
}

export function expectDeclared(declared: TensorType | undefined): TensorType {
  if (declared === undefined) throw new OpError("a declared result type", "none");
  return declared;
}

/** Axis numbers within the rank, each once, increasing. */
export function expectAxes(axes: readonly number[], rank: number): void {
  const good = axes.every((axis, i) => axis >= 0 && axis < rank && (i === 0 || axis > axes[i - 1]!));
  if (!good) throw new OpError(`increasing axes below ${rank}`, `[${axes.join(", ")}]`);
}

/** The `at`-th size, which the caller has made sure exists. */
export function axisSize(type: TensorType, at: number) {
  const found = type.shape[at];
  if (found === undefined) throw new OpError(`more than ${at} axes`, showType(type));
  return found;
}
