import type { Facts } from "../size/facts.ts";
import { isPack, type Dim, type Type } from "./types.ts";

/** Why a value is not of a type; `axis` counts from 0 in the wanted type. */
export type Misfit = { readonly why: "kind" | "dtype" | "rank" } | { readonly why: "size"; readonly axis: number };

/** Nothing if a value of type `found` may stand where `wanted` is asked for. */
export function misfit(facts: Facts, wanted: Type, found: Type): Misfit | undefined {
  if (wanted.kind === "unknown" || found.kind === "unknown") return undefined;
  if (wanted.kind === "scalar" && found.kind === "scalar") {
    return wanted.of === found.of || (wanted.of === "real" && found.of === "int") ? undefined : { why: "kind" };
  }
  if (wanted.kind === "tensor" && found.kind === "scalar") {
    return wanted.axes.length === 0 && scalarFits(wanted.dtype, found.of) ? undefined : { why: "kind" };
  }
  if (wanted.kind === "tensor" && found.kind === "tensor") {
    if (wanted.dtype !== found.dtype) return { why: "dtype" };
    if (wanted.axes.length !== found.axes.length) return { why: "rank" };
    const axis = wanted.axes.findIndex((w, i) => !sameDim(facts, w, found.axes[i]!));
    return axis < 0 ? undefined : { why: "size", axis };
  }
  if (wanted.kind === "net" && found.kind === "net") return undefined;
  return { why: "kind" };
}

/** Static scalars stand for tensors without axes. */
function scalarFits(dtype: "f32" | "i32" | "bool", of: "int" | "real" | "bool" | "text"): boolean {
  return (dtype === "f32" && (of === "real" || of === "int")) || (dtype === "i32" && of === "int") || (dtype === "bool" && of === "bool");
}

export function sameDim(facts: Facts, a: Dim, b: Dim): boolean {
  if (isPack(a) || isPack(b)) return isPack(a) && isPack(b) && a.pack === b.pack;
  return facts.equal(a, b);
}

export function sameAxes(facts: Facts, a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, i) => sameDim(facts, dim, b[i]!));
}
