import type { GraphBuilder } from "../graph/builder.ts";
import type { Block, Expr } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { diagnose, type CodeId } from "../diagnostics/codes.ts";
import { lineColumn } from "../syntax/source.ts";
import type { Unit } from "../program/program.ts";
import type { Node, SizeBounds } from "../graph/node.ts";
import type { Poly } from "../size/poly.ts";
import { fail } from "./failure.ts";
import { Scope } from "./scope.ts";
import type { Value } from "./value.ts";

/** A trainable tensor, as the elaborator met it. */
export interface WeightSite {
  /** `encoder.blocks.0.attn.qkv.weight` */
  readonly name: string;
  readonly shape: readonly number[];
  /** Builds its first value; called for the `init` program only. */
  readonly init: () => Node;
}

export type Layers = "kept" | "recomputed";

/** The shape a value must have, where that decides its own sizes: an initialiser's weight. */
export type Expected = readonly Poly[];

/** How expressions are evaluated; handed in, because the parts of the language contain each other. */
export interface Evaluator {
  readonly builtins: readonly string[];
  evaluate(it: Interpreter, expr: Expr, scope: Scope, expected?: Expected): Value;
  block(it: Interpreter, block: Block, scope: Scope): Value;
}

/**
 * Runs typed JM with the config's numbers: static values are computed, loops unroll, tensors become graph nodes.
 * One interpreter elaborates one model; all its programs share one graph builder, so common parts are built once.
 */
export class Interpreter {
  readonly g: GraphBuilder;
  /** Bounds of every runtime size so far. */
  readonly sizes = new Map<string, SizeBounds>();
  readonly weights = new Map<string, WeightSite>();
  /** Whether the backward pass computes the nets of lists (the layers of a transformer) again, or keeps all they made. */
  layers: Layers;
  readonly #unitScopes = new Map<Unit, Scope>();
  readonly #builtins: Scope;
  readonly #evaluator: Evaluator;
  readonly #calls: { readonly name: string; readonly span: Span }[] = [];
  #sites = 0;

  constructor(g: GraphBuilder, evaluator: Evaluator, layers: Layers = "kept") {
    this.g = g;
    this.layers = layers;
    this.#evaluator = evaluator;
    this.#builtins = new Scope();
    for (const name of evaluator.builtins) this.#builtins.declare(name, { kind: "builtin", name });
  }

  /** The value of an expression. */
  evaluate(expr: Expr, scope: Scope, expected?: Expected): Value {
    return this.#evaluator.evaluate(this, expr, scope, expected);
  }

  /** The value of a block's last expression. */
  block(block: Block, scope: Scope): Value {
    return this.#evaluator.block(this, block, scope);
  }

  /** The builder, set to give the nodes made next this place in the text. */
  at(span: Span): GraphBuilder {
    this.g.span = span;
    return this.g;
  }

  /** A fresh number for a random site; the order of elaboration decides it. */
  nextSite(): number {
    return this.#sites++;
  }

  /** The names a file's bodies see. */
  scopeOf(unit: Unit): Scope {
    const known = this.#unitScopes.get(unit);
    if (known !== undefined) return known;
    const scope = new Scope(this.#builtins);
    this.#unitScopes.set(unit, scope);
    for (const [name, { item, unit: home }] of unit.scope) {
      const own = home === unit ? scope : this.scopeOf(home);
      if (item.kind === "fn") scope.declare(name, { kind: "fn", decl: item, scope: own });
      else if (item.kind === "module") scope.declare(name, { kind: "module", decl: item, scope: own });
      else if (item.kind === "rule") scope.declare(name, { kind: "rule", decl: item, scope: own });
    }
    for (const [name, { item, unit: home }] of unit.scope) {
      if (item.kind !== "let") continue;
      const value = home === unit ? this.evaluate(item.value, scope) : this.scopeOf(home).own(name);
      if (value !== undefined) scope.declare(name, value);
    }
    return scope;
  }

  /** Runs `body` as a call, so that a failure inside can say how it was reached. */
  within<T>(name: string, span: Span, body: () => T): T {
    this.#calls.push({ name, span });
    const result = body();
    this.#calls.pop();
    return result;
  }

  fail<K extends CodeId>(
    id: K,
    parts: Parameters<typeof diagnose<K>>[1],
    span: Span,
    label = "",
    extra: { notes?: readonly string[]; help?: readonly string[]; also?: Diagnostic["labels"] } = {},
  ): never {
    const trail = this.#calls
      .slice(-4)
      .reverse()
      .map((call) => {
        const at = lineColumn(call.span.source, call.span.start);
        return `in \`${call.name}\`, used at ${call.span.source.path}:${at.line}:${at.column}`;
      });
    return fail(
      diagnose(id, parts, [{ span, text: label }, ...(extra.also ?? [])], {
        notes: [...(extra.notes ?? []), ...trail],
        help: extra.help ?? [],
      }),
    );
  }

  /** The least and greatest value a size takes over all runtime sizes (at the corners of their box). */
  range(size: Poly): { min: number; max: number } {
    let corners: Record<string, number>[] = [{}];
    for (const atom of size.atoms) {
      const bounds = this.sizes.get(atom);
      if (bounds === undefined) throw new Error(`runtime size '${atom}' has no bounds`);
      corners = corners.flatMap((c) => [{ ...c, [atom]: bounds.min }, { ...c, [atom]: bounds.max }]);
    }
    const values = corners.map((corner) => size.evaluate(corner));
    return { min: Math.min(...values), max: Math.max(...values) };
  }
}

/** A size as a message shows it. */
export function show(size: Poly): string {
  return size.toString();
}
