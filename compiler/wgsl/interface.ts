import type { DType, HostExpr, ParamPlan } from "@jepac/runtime/plan";
import { hostSize } from "../graph/host-size.ts";
import { Poly } from "../size/poly.ts";
import type { Tensor } from "../schedule/tensor.ts";

const FOUR = Poly.constant(4);

export const WGSL_TYPE = { f32: "f32", i32: "i32", bool: "bool" } as const satisfies Record<DType, string>;

/** What a tensor's elements are in memory. A `bool` cannot lie in a buffer: it is stored as a `u32`, 0 or 1. */
export function storedType({ dtype, half }: Pick<Tensor, "dtype" | "half">): "f16" | "f32" | "i32" | "u32" {
  return half ? "f16" : dtype === "bool" ? "u32" : dtype;
}

/** What a kernel is given: its parameter block and its storage bindings, numbered in the order of first use. */
export class Interface {
  readonly params: ParamPlan[];
  readonly tensors: Tensor[];
  readonly helpers = new Set<string>();
  /** Bindings that some access needs one element at a time; the others are read and written by fours. */
  readonly narrow: Set<Tensor>;
  readonly #byFours: boolean;
  readonly #known = new Map<string, string>();

  /** With `twin`, the parameters and bindings are also that one's: for another text of the same kernel. */
  constructor(byFours: boolean, narrow: Iterable<Tensor> = [], twin?: Interface) {
    this.#byFours = byFours;
    this.narrow = new Set(narrow);
    this.params = twin?.params ?? [];
    this.tensors = twin?.tensors ?? [];
  }

  isWide(tensor: Tensor): boolean {
    return this.#byFours && !this.narrow.has(tensor) && tensor.elements.divideExact(FOUR) !== undefined;
  }

  /** A field of the parameter block, by its value; equal values share one. */
  param(type: ParamPlan["type"], value: HostExpr): string {
    const key = `${type}:${JSON.stringify(value)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.ownParam(type, value);
    this.#known.set(key, name);
    return name;
  }

  /** A field no other use shares: so that texts do not depend on which values happen to be equal. */
  ownParam(type: ParamPlan["type"], value: HostExpr): string {
    this.params.push({ type, value });
    return `p.p${this.params.length - 1}`;
  }

  /** A size: a literal where it is known, else a parameter. */
  size(value: Poly): string {
    return value.constant === undefined ? this.param("u32", hostSize(value)) : `${value.constant}u`;
  }

  binding(tensor: Tensor): string {
    let at = this.tensors.indexOf(tensor);
    if (at < 0) at = this.tensors.push(tensor) - 1;
    return `b${at}`;
  }

  /** The declarations, in WGSL. */
  text(): string {
    const lines: string[] = [];
    if (this.params.length > 0) {
      lines.push("struct Params {", ...this.params.map(({ type }, i) => `  p${i}: ${type},`), "}");
      lines.push("@group(0) @binding(0) var<uniform> p: Params;");
    }
    const first = this.params.length > 0 ? 1 : 0;
    this.tensors.forEach((tensor, i) => {
      const scalar = storedType(tensor);
      const element = this.isWide(tensor) ? `vec4<${scalar}>` : scalar;
      lines.push(`@group(0) @binding(${i + first}) var<storage, read_write> b${i}: array<${element}>;`);
    });
    return [...lines, ...this.helpers, ""].join("\n");
  }
}
