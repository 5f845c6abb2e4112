import type { HostExpr } from "@jepac/runtime/plan";
import { OpError, type AttrKind } from "../ops/op.ts";
import { Poly } from "../size/poly.ts";
import type { Attr, Attrs } from "./node.ts";

/** Typed access to a node's attributes. Each throws `OpError` if the attribute is missing or of another kind. */
export function numberOf(attrs: Attrs, name: string): number {
  const value = attrs[name];
  return typeof value === "number" ? value : wrongKind(name, "number", value);
}

export function textOf(attrs: Attrs, name: string): string {
  const value = attrs[name];
  return typeof value === "string" ? value : wrongKind(name, "text", value);
}

export function intsOf(attrs: Attrs, name: string): readonly number[] {
  const value = attrs[name];
  return isInts(value) ? value : wrongKind(name, "ints", value);
}

export function sizesOf(attrs: Attrs, name: string): readonly Poly[] {
  const value = attrs[name];
  return isSizes(value) ? value : wrongKind(name, "sizes", value);
}

export function dataOf(attrs: Attrs, name: string): Float64Array {
  const value = attrs[name];
  return value instanceof Float64Array ? value : wrongKind(name, "data", value);
}

export function hostOf(attrs: Attrs, name: string): HostExpr {
  const value = attrs[name];
  return isHost(value) ? value : wrongKind(name, "host", value);
}

/** Checks that a node carries exactly the attributes its operation asks for. */
export function checkAttrs(attrs: Attrs, kinds: Readonly<Record<string, AttrKind>>): void {
  for (const [name, kind] of Object.entries(kinds)) {
    if (!hasKind[kind](attrs[name])) wrongKind(name, kind, attrs[name]);
  }
  for (const name of Object.keys(attrs)) {
    if (!(name in kinds)) throw new OpError(`attributes {${Object.keys(kinds).join(", ")}}`, `also '${name}'`);
  }
}

const hasKind: Record<AttrKind, (value: Attr | undefined) => boolean> = {
  number: (value) => typeof value === "number",
  text: (value) => typeof value === "string",
  ints: isInts,
  sizes: isSizes,
  data: (value) => value instanceof Float64Array,
  host: isHost,
};

function isInts(value: Attr | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isInteger(item));
}

function isSizes(value: Attr | undefined): value is readonly Poly[] {
  return Array.isArray(value) && value.every((item) => item instanceof Poly);
}

function isHost(value: Attr | undefined): value is HostExpr {
  if (typeof value === "number") return true;
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Poly) && !(value instanceof Float64Array);
}

function wrongKind(name: string, kind: AttrKind, found: Attr | undefined): never {
  const what = found === undefined ? "none" : found instanceof Float64Array ? "data" : JSON.stringify(found);
  throw new OpError(`attribute '${name}' (${kind})`, what);
}
