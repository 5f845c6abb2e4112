import type { ModuleDecl, RuleDecl } from "../syntax/ast.ts";
import type { Facts } from "../size/facts.ts";
import { Poly } from "../size/poly.ts";
import type { Limit } from "./context.ts";
import type { FnDefinition, ModuleDefinition } from "./definition.ts";
import type { Scope } from "./scope.ts";

/** What the checker knows of a value. Sizes are polynomials over the names in scope where the value is. */
export type Type = Scalar | Tensor | List | Net | Callable | Sizes | Unknown;

/** When a scalar is known: while compiling, as a size drawn each step within bounds, or as any number each step. */
export type Stage = "static" | "size" | "step";

/** A static integer is its polynomial: `let K = D / heads` makes `K` mean just that. */
export interface Int {
  readonly kind: "scalar";
  readonly of: "int";
  readonly size: Poly;
}

/** Where a scalar comes from: its stage, and which parameters of the body being checked it depends on. */
export interface Origin {
  readonly stage: Stage;
  readonly from: ReadonlySet<string>;
}

/** Other scalars are known by how they were written: equal texts are equal values. */
export interface Plain extends Origin {
  readonly kind: "scalar";
  readonly of: "real" | "bool" | "text";
  readonly text: string;
  readonly value?: number | boolean | string;
}

export type Scalar = Int | Plain;

export type DType = "f32" | "i32" | "bool";

/** One axis: a size, or any number of axes that `..S` stands for. */
export type Dim = Poly | Pack;

export interface Pack {
  readonly pack: string;
}

export interface Tensor {
  readonly kind: "tensor";
  readonly dtype: DType;
  readonly axes: readonly Dim[];
}

export interface List {
  readonly kind: "list";
  /** One for each item; of a list made by `for`, the one type of all of them. */
  readonly items: readonly Type[];
  readonly repeated: boolean;
}

/** A net: an instance of a module, or one of several where a static `if` chooses. */
export interface Net {
  readonly kind: "net";
  readonly options: readonly NetInstance[];
}

export interface NetInstance {
  readonly module: ModuleDefinition;
  /** The module's parameters, bound to what the user of the module gave. */
  readonly scope: Scope;
  /** Names what was given: two instances with the same key have the same types. */
  readonly key: string;
  /** An average follows another net and is not trained itself. */
  readonly average: boolean;
}

export type Callable =
  | { readonly kind: "fn"; readonly definition: FnDefinition; readonly scope: Scope }
  | { readonly kind: "module"; readonly definition: ModuleDefinition; readonly decl: ModuleDecl }
  | { readonly kind: "rule"; readonly decl: RuleDecl; readonly scope: Scope; readonly limits: () => ReadonlyMap<string, Limit> }
  | { readonly kind: "model"; readonly name: string };

/** What `..S` stands for. */
export interface Sizes {
  readonly kind: "sizes";
  readonly axes: readonly Dim[];
}

/** The type of what is already reported: nothing more is said about it. */
export interface Unknown {
  readonly kind: "unknown";
}

export const unknown: Unknown = { kind: "unknown" };

export function isPack(dim: Dim): dim is Pack {
  return !(dim instanceof Poly);
}

export function tensor(dtype: DType, axes: readonly Dim[]): Tensor {
  return { kind: "tensor", dtype, axes };
}

export function int(size: Poly | number): Int {
  return { kind: "scalar", of: "int", size: typeof size === "number" ? Poly.constant(size) : size };
}

export function plain(of: Plain["of"], text: string, origin: Origin, value?: Plain["value"]): Plain {
  return { kind: "scalar", of, text, stage: origin.stage, from: origin.from, ...(value === undefined ? {} : { value }) };
}

export const fixed: Origin = { stage: "static", from: new Set() };

const stages: readonly Stage[] = ["static", "size", "step"];

export function isLater(a: Stage, b: Stage): boolean {
  return stages.indexOf(a) > stages.indexOf(b);
}

/** Of what depends on all of these. */
export function joined(origins: readonly Origin[]): Origin {
  if (origins.length === 0) return fixed;
  return {
    stage: origins.reduce<Stage>((late, o) => (isLater(o.stage, late) ? o.stage : late), "static"),
    from: new Set(origins.flatMap((o) => [...o.from])),
  };
}

/** Names that stand for sizes, for messages: see Facts.show. */
export type Names = ReadonlyMap<string, Poly>;

export function showDim(dim: Dim, facts: Facts, names?: Names): string {
  return isPack(dim) ? `..${dim.pack}` : facts.show(dim, names);
}

export function showAxes(axes: readonly Dim[], facts: Facts, names?: Names): string {
  return `[${axes.map((a) => showDim(a, facts, names)).join(", ")}]`;
}

/** As a person would write it: `f32[B, N, 3*D]`, `int`, `a net Encoder`. */
export function showType(type: Type, facts: Facts, names?: Names): string {
  switch (type.kind) {
    case "scalar":
      return type.of;
    case "tensor":
      return `${type.dtype}${showAxes(type.axes, facts, names)}`;
    case "list":
      return `a list of ${type.items.length === 0 ? "nothing" : [...new Set(type.items.map((i) => showType(i, facts, names)))].join(", ")}`;
    case "net":
      return `a net ${[...new Set(type.options.map((o) => o.module.decl.name.name))].join(" or ")}`;
    case "fn":
      return `the function ${type.definition.title}`;
    case "module":
      return `the module ${type.decl.name.name}`;
    case "rule":
      return `the ${type.decl.role} ${type.decl.name.name}`;
    case "model":
      return `the model ${type.name}`;
    case "sizes":
      return showAxes(type.axes, facts, names);
    case "unknown":
      return "?";
  }
}
