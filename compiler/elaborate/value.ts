import type { HostExpr } from "@jepac/runtime/plan";
import type { Node } from "../graph/node.ts";
import type { FnDecl, ModuleDecl, RuleDecl } from "../syntax/ast.ts";
import { Poly } from "../size/poly.ts";
import { hostSize } from "../graph/host-size.ts";
import type { Scope } from "./scope.ts";

/** What an expression is worth once config values are known. */
export type Value = Scalar | TensorValue | TextValue | ListValue | NetValue | FnValue | BuiltinValue | RuleValue | ModuleValue | MethodValue;

/** A number or truth value the host knows: static when `host` is a plain number, else computed anew each step. */
export interface Scalar {
  readonly kind: "scalar";
  readonly type: "int" | "real" | "bool";
  readonly host: HostExpr;
  /** For an int that can stand in a shape: a polynomial over runtime sizes. */
  readonly size?: Poly;
}

export interface TensorValue {
  readonly kind: "tensor";
  readonly node: Node;
  /** In rule bodies, where all memory is flat: the rank of the weight itself. */
  readonly rank?: number;
}

export interface TextValue {
  readonly kind: "text";
  readonly text: string;
}

export interface ListValue {
  readonly kind: "list";
  readonly items: readonly Value[];
}

/** An instance of a module: its members live in `scope`, its weights under `path`. */
export interface NetValue {
  readonly kind: "net";
  readonly decl: ModuleDecl;
  readonly path: string;
  readonly scope: Scope;
}

export interface FnValue {
  readonly kind: "fn";
  readonly decl: FnDecl;
  readonly scope: Scope;
}

export interface BuiltinValue {
  readonly kind: "builtin";
  readonly name: string;
}

export interface ModuleValue {
  readonly kind: "module";
  readonly decl: ModuleDecl;
  readonly scope: Scope;
}

export interface RuleValue {
  readonly kind: "rule";
  readonly decl: RuleDecl;
  readonly scope: Scope;
}

/** `encoder.visible`: a named function of a module, with the instance it belongs to. */
export interface MethodValue {
  readonly kind: "method";
  readonly net: NetValue;
  readonly decl: FnDecl;
}

export function int(value: number): Scalar {
  return { kind: "scalar", type: "int", host: value, size: Poly.constant(value) };
}

export function sizeValue(size: Poly): Scalar {
  return { kind: "scalar", type: "int", host: hostSize(size), size };
}

export function real(host: HostExpr): Scalar {
  return { kind: "scalar", type: "real", host };
}

export function bool(host: HostExpr): Scalar {
  return { kind: "scalar", type: "bool", host };
}

/** An int the host computes: a size too if it turned out constant. */
export function hostInt(host: HostExpr): Scalar {
  return typeof host === "number" ? int(host) : { kind: "scalar", type: "int", host };
}

export function tensor(node: Node): TensorValue {
  return { kind: "tensor", node };
}

/** What a message calls the value. */
export function describeValue(value: Value): string {
  switch (value.kind) {
    case "scalar":
      return typeof value.host === "number" ? `${value.type} ${value.host}` : `${value.type} that changes from step to step`;
    case "tensor":
      return `${value.node.dtype}[${value.node.shape.map((s) => s.toString()).join(", ")}]`;
    case "text":
      return "text";
    case "list":
      return `a list of ${value.items.length}`;
    case "net":
      return `a net (${value.decl.name.name})`;
    case "fn":
    case "builtin":
    case "method":
      return "a function";
    case "module":
      return "a module";
    case "rule":
      return `an ${value.decl.role}`;
  }
}
