import type { Span } from "./source.ts";

/** The syntax tree: what the user wrote, nothing inferred. Every node carries its span. */

export interface Ident {
  readonly name: string;
  readonly span: Span;
}

export interface File {
  /** The `///` lines at the top, if they belong to no declaration. */
  readonly doc?: string;
  readonly imports: readonly Import[];
  readonly items: readonly Item[];
  /** Names declared by parts that could not be read: already reported, so nothing is said of their uses. */
  readonly broken: readonly Ident[];
  readonly span: Span;
}

/** `import { log_mel, patchify } from "std/audio"` */
export interface Import {
  readonly kind: "import";
  readonly names: readonly Ident[];
  readonly from: string;
  readonly fromSpan: Span;
  readonly span: Span;
}

export type Item = FnDecl | ModuleDecl | ModelDecl | RuleDecl | LetDecl;

// ---------------------------------------------------------------- types

export type TypeExpr =
  | { readonly kind: "scalar-type"; readonly name: "int" | "real" | "bool" | "text"; readonly span: Span }
  /** `f32[B, N, 3*D]`, `i32[..S]` */
  | { readonly kind: "tensor-type"; readonly dtype: "f32" | "i32" | "bool"; readonly axes: readonly Axis[]; readonly span: Span };

/** One axis of a tensor type: a size expression, or `..S` for any number of axes. */
export type Axis = Expr | { readonly kind: "pack"; readonly name: Ident; readonly span: Span };

// ---------------------------------------------------------------- declarations

/** A parameter of a function, module, rule: `in: int`, `bias: bool = true`, `x: f32[..S, D]`. */
export interface Param {
  readonly name: Ident;
  readonly type: TypeExpr;
  readonly fallback?: Expr;
  readonly span: Span;
}

/** `fn softmax(x: f32[..S]) -> f32[..S] where ... { ... }`; a nameless one is what calling a module does. */
export interface FnDecl {
  readonly kind: "fn";
  readonly doc?: string;
  readonly exported: boolean;
  readonly name: Ident | null;
  readonly params: readonly Param[];
  readonly result: TypeExpr;
  readonly where: readonly Expr[];
  readonly body: Block;
  readonly span: Span;
  /** The line `fn name(...) -> type`, for messages. */
  readonly headSpan: Span;
}

/** `module Attention(D: int, heads: int) where D % heads == 0 { ... }` */
export interface ModuleDecl {
  readonly kind: "module";
  readonly doc?: string;
  readonly name: Ident;
  readonly params: readonly Param[];
  readonly where: readonly Expr[];
  readonly members: readonly Member[];
  readonly span: Span;
}

export type Member = LetDecl | NetDecl | WeightDecl | MemberIf | FnDecl;

/** `let K = D / heads`; at member and file level only a plain name. */
export interface LetDecl {
  readonly kind: "let";
  readonly doc?: string;
  readonly name: Ident;
  readonly value: Expr;
  readonly span: Span;
}

/** `net qkv = Linear(D, 3 * D)`; `net blocks = [for i in 0..depth: Block(D)]`; `net teacher = ema(encoder, ...)` */
export interface NetDecl {
  readonly kind: "net";
  readonly doc?: string;
  readonly name: Ident;
  readonly value: Expr;
  readonly span: Span;
}

/** `param weight: f32[out, in] = truncated_normal(std: 0.02)` */
export interface WeightDecl {
  readonly kind: "weight";
  readonly doc?: string;
  readonly name: Ident;
  readonly type: TypeExpr;
  readonly init: Expr;
  readonly span: Span;
}

/** `if biased { param bias: ... }`: members that exist only where a static condition holds. */
export interface MemberIf {
  readonly kind: "member-if";
  readonly condition: Expr;
  readonly then: readonly Member[];
  readonly otherwise: readonly Member[];
  readonly span: Span;
}

/**
 * `optimizer AdamW(lr: real, ...) { state m = zeros  update w by g { ... } }` or
 * `average ema(decay: real) { update t by w { ... } }`: how flat memory moves after each step.
 */
export interface RuleDecl {
  readonly kind: "rule";
  readonly role: "optimizer" | "average";
  readonly doc?: string;
  readonly name: Ident;
  readonly params: readonly Param[];
  /** `state m = 0.0`: one value per weight element, with its start value. */
  readonly states: readonly { readonly name: Ident; readonly init: Expr; readonly span: Span }[];
  /** `update TARGET by SOURCE { ... }` */
  readonly target: Ident;
  readonly source: Ident;
  readonly body: readonly Stmt[];
  readonly span: Span;
}

// ---------------------------------------------------------------- the model

export interface ModelDecl {
  readonly kind: "model";
  readonly doc?: string;
  readonly name: Ident;
  /** What the config must satisfy: `where frames % patch == 0`. */
  readonly where: readonly Expr[];
  readonly members: readonly ModelMember[];
  readonly span: Span;
}

export type ModelMember =
  | ConfigDecl
  | DimDecl
  | InputDecl
  | PresetDecl
  | TrainDecl
  | OptimizeDecl
  | LetDecl
  | NetDecl
  | FnDecl;

/** `config depth = 12`: a static value with a default, changed by `--set depth=4` or a preset. */
export interface ConfigDecl {
  readonly kind: "config";
  readonly doc?: string;
  readonly name: Ident;
  readonly value: Expr;
  readonly span: Span;
}

/** `dim M in 51..77` (drawn evenly), `dim V in a..b = floor(...)` (drawn by an expression), `dim V = T - M` (derived). */
export interface DimDecl {
  readonly kind: "dim";
  readonly doc?: string;
  readonly name: Ident;
  readonly range?: { readonly low: Expr; readonly high: Expr };
  readonly value?: Expr;
  readonly span: Span;
}

/** `input clip: f32[batch, samples] from audio(rate: rate)` */
export interface InputDecl {
  readonly kind: "input";
  readonly doc?: string;
  readonly name: Ident;
  readonly type: TypeExpr;
  readonly source?: { readonly name: Ident; readonly args: readonly Arg[]; readonly span: Span };
  readonly span: Span;
}

/** `preset tiny { depth = 2  width = 64 }` */
export interface PresetDecl {
  readonly kind: "preset";
  readonly doc?: string;
  readonly name: Ident;
  readonly settings: readonly { readonly name: Ident; readonly value: Expr; readonly span: Span }[];
  readonly span: Span;
}

export interface TrainDecl {
  readonly kind: "train";
  readonly body: readonly Stmt[];
  readonly span: Span;
}

/** `optimize encoder, predictor with AdamW(lr: ..., decay: 0.05)` */
export interface OptimizeDecl {
  readonly kind: "optimize";
  readonly nets: readonly Ident[];
  readonly rule: Ident;
  readonly args: readonly Arg[];
  readonly span: Span;
}

// ---------------------------------------------------------------- statements

export interface Block {
  readonly stmts: readonly Stmt[];
  /** The block's value; absent in `train`, `update` and loop bodies. */
  readonly value?: Expr;
  readonly span: Span;
}

export type Stmt =
  /** `let x = e`, `let [q, k, v] = e` (takes the first axis apart), `var h = e` (may be assigned later) */
  | { readonly kind: "bind"; readonly mutable: boolean; readonly names: readonly Ident[]; readonly list: boolean; readonly value: Expr; readonly span: Span }
  | { readonly kind: "assign"; readonly name: Ident; readonly value: Expr; readonly span: Span }
  /** `for block in blocks { ... }`, `for i in 0..n { ... }`: unrolled */
  | { readonly kind: "for"; readonly name: Ident; readonly over: Expr; readonly body: readonly Stmt[]; readonly span: Span }
  /** A static `if` used for its assignments. */
  | { readonly kind: "if-stmt"; readonly condition: Expr; readonly then: readonly Stmt[]; readonly otherwise: readonly Stmt[]; readonly span: Span }
  | { readonly kind: "minimize"; readonly value: Expr; readonly span: Span }
  | { readonly kind: "report"; readonly name: Ident; readonly value: Expr; readonly span: Span };

// ---------------------------------------------------------------- expressions

export interface Arg {
  /** Absent for a positional argument. */
  readonly name?: Ident;
  readonly value: Expr;
  readonly span: Span;
}

export type BinaryOp = "+" | "-" | "*" | "/" | "%" | "^" | "@" | "<" | "<=" | ">" | ">=" | "==" | "!=" | "and" | "or";

export type Expr =
  | { readonly kind: "int"; readonly value: number; readonly span: Span }
  | { readonly kind: "real"; readonly value: number; readonly span: Span }
  | { readonly kind: "bool"; readonly value: boolean; readonly span: Span }
  | { readonly kind: "text"; readonly value: string; readonly span: Span }
  | { readonly kind: "name"; readonly name: string; readonly span: Span }
  | { readonly kind: "unary"; readonly op: "-" | "not"; readonly operand: Expr; readonly span: Span }
  | { readonly kind: "binary"; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr; readonly opSpan: Span; readonly span: Span }
  /** `a..b` */
  | { readonly kind: "range"; readonly low: Expr; readonly high: Expr; readonly span: Span }
  /** `[a, b, ..S]` : a list of values or of sizes; `..S` only inside shape lists */
  | { readonly kind: "list"; readonly items: readonly Axis[]; readonly span: Span }
  /** `[for i in 0..n: Block(i)]` */
  | { readonly kind: "list-for"; readonly name: Ident; readonly over: Expr; readonly item: Expr; readonly span: Span }
  /** `f(x, axis: -1)`, `encoder.visible(p, at)`; `x |> f(a)` is parsed to the call f(x, a) with `piped: true` */
  | { readonly kind: "call"; readonly callee: Expr; readonly args: readonly Arg[]; readonly piped: boolean; readonly span: Span }
  /** `a.b` */
  | { readonly kind: "member"; readonly object: Expr; readonly name: Ident; readonly span: Span }
  /** `x[:, a:b, i]` */
  | { readonly kind: "index"; readonly object: Expr; readonly items: readonly IndexItem[]; readonly span: Span }
  | { readonly kind: "if"; readonly condition: Expr; readonly then: Block; readonly otherwise: Block; readonly span: Span }
  /** `rearrange(x, b n (h k) -> b h n k, h: 4)` and `repeat(x, t -> (t f), f: 8)` */
  | { readonly kind: "rearrange"; readonly op: "rearrange" | "repeat"; readonly operand: Expr; readonly from: Pattern; readonly to: Pattern; readonly sizes: readonly Arg[]; readonly span: Span }
  /** `einsum(b n k, b m k -> b n m; q, k)` */
  | { readonly kind: "einsum"; readonly inputs: readonly Pattern[]; readonly output: Pattern; readonly operands: readonly Expr[]; readonly span: Span }
  /** Where an expression could not be read. Already reported: it has any type, and nothing more is said of it. */
  | { readonly kind: "hole"; readonly span: Span };

export type IndexItem =
  | { readonly kind: "at"; readonly index: Expr; readonly span: Span }
  | { readonly kind: "slice"; readonly from?: Expr; readonly to?: Expr; readonly span: Span };

/** One side of an einops pattern: names, `1`, and groups in parentheses. */
export interface Pattern {
  readonly axes: readonly PatternAxis[];
  readonly span: Span;
}
export type PatternAxis =
  | { readonly kind: "axis"; readonly name: string; readonly span: Span }
  | { readonly kind: "one"; readonly span: Span }
  | { readonly kind: "group"; readonly names: readonly Ident[]; readonly span: Span };
