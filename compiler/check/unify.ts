import type { Axis, Expr } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { Poly, atomsOf } from "../size/poly.ts";
import type { Context } from "./context.ts";
import type { SizeParams } from "./definition.ts";
import { sameAxes, sameDim } from "./fits.ts";
import { bound, packName } from "./scope.ts";
import { namesIn } from "./typeexpr.ts";
import { int, isPack, type Dim } from "./types.ts";

/** Where a size parameter got its value, for messages about a later contradiction. */
export interface Origin {
  readonly span: Span;
  readonly dims: readonly Dim[];
}

/** One axis of a parameter's type beside the axis it meets. */
interface Meeting {
  readonly axis: Expr;
  readonly dim: Dim;
  readonly at: number;
}

export type Clash =
  | { readonly why: "rank" }
  | { readonly why: "size"; readonly at: number; readonly name?: string }
  | { readonly why: "unsolved"; readonly at: number; readonly names: readonly string[] };

/**
 * Finds the size parameters of one call. `cx` sees the callee's names with the caller's sizes; a parameter found is
 * defined in its scope. First come axes that are a bare name, then those linear in one unknown, the rest is compared.
 */
export class Unifier {
  readonly #cx: Context;
  readonly #names: ReadonlySet<string>;
  readonly found = new Map<string, Origin>();

  constructor(cx: Context, sizes: SizeParams) {
    this.#cx = cx;
    this.#names = sizes.names;
  }

  isOpen(name: string): boolean {
    return this.#names.has(name) && !this.found.has(name);
  }

  /** First pass over one type: ranks, packs and bare names. */
  meet(axes: readonly Axis[], dims: readonly Dim[], span: Span): Clash | readonly Meeting[] {
    const pack = axes.findIndex((a) => a.kind === "pack");
    const after = pack < 0 ? 0 : axes.length - 1 - pack;
    const before = pack < 0 ? axes.length : pack;
    if (pack < 0 ? dims.length !== axes.length : dims.length < before + after) return { why: "rank" };
    const middle = pack < 0 ? [] : dims.slice(before, dims.length - after);
    const outer = [...dims.slice(0, before), ...(pack < 0 ? [] : dims.slice(dims.length - after))];
    if (outer.some(isPack)) return { why: "rank" };
    const head = axes[pack];
    if (head?.kind === "pack" && !this.#bindPack(head.name.name, middle, span)) {
      return { why: "size", at: before, name: packName(head.name.name) };
    }
    const meetings = axes.flatMap((axis, i): Meeting[] => {
      if (axis.kind === "pack") return [];
      const at = pack >= 0 && i > pack ? dims.length - (axes.length - i) : i;
      return [{ axis, dim: dims[at]!, at }];
    });
    for (const { axis, dim } of meetings) if (axis.kind === "name" && this.isOpen(axis.name)) this.#bind(axis.name, dim, span);
    return meetings;
  }

  /** Second pass: axes linear in one unknown. Returns whether any was found. */
  solve(meetings: readonly Meeting[], span: Span): boolean {
    let progress = false;
    for (const { axis, dim } of meetings) {
      const open = [...namesIn(axis)].filter((n) => this.isOpen(n));
      const [name] = open;
      if (name === undefined || open.length > 1 || isPack(dim)) continue;
      const value = this.#solveFor(name, axis, dim);
      if (value === undefined) continue;
      this.#bind(name, value, span);
      progress = true;
    }
    return progress;
  }

  /** Last pass: what is known must agree. */
  compare(meetings: readonly Meeting[]): Clash | undefined {
    for (const { axis, dim, at } of meetings) {
      const open = [...namesIn(axis)].filter((n) => this.isOpen(n));
      if (open.length > 0) return { why: "unsolved", at, names: open };
      const type = this.#cx.expr(axis);
      if (type.kind !== "scalar" || type.of !== "int") continue;
      if (!sameDim(this.#cx.facts, type.size, dim)) return { why: "size", at, ...(axis.kind === "name" ? { name: axis.name } : {}) };
    }
    return undefined;
  }

  /** How a parameter's axis reads to the caller: its value, or its own text while that is open. */
  showAxis(caller: Context, axis: Axis): string {
    if (axis.kind === "pack") {
      const type = this.#cx.scope.own(packName(axis.name.name))?.type();
      return type?.kind === "sizes" ? type.axes.map((d) => caller.showSize(d)).join(", ") : `..${axis.name.name}`;
    }
    const text = axis.span.source.text.slice(axis.span.start, axis.span.end);
    if ([...namesIn(axis)].some((n) => this.isOpen(n))) return text;
    const type = this.#cx.expr(axis);
    return type.kind === "scalar" ? caller.showValue(type) : text;
  }

  #bind(name: string, dim: Dim, span: Span): void {
    if (isPack(dim)) return;
    this.found.set(name, { span, dims: [dim] });
    this.#cx.scope.define(name, bound("size", int(dim)));
  }

  #bindPack(name: string, dims: readonly Dim[], span: Span): boolean {
    const known = this.#cx.scope.own(packName(name))?.type();
    if (known?.kind === "sizes") return sameAxes(this.#cx.facts, known.axes, dims);
    this.found.set(packName(name), { span, dims });
    this.#cx.scope.define(packName(name), bound("sizes", { kind: "sizes", axes: dims }));
    return true;
  }

  /** `a * name + b == dim`, solved for `name`. */
  #solveFor(name: string, axis: Expr, dim: Poly): Poly | undefined {
    const sought = `?${name}`;
    const trial = this.#cx.scope;
    trial.define(name, bound("size", int(Poly.atom(sought))));
    const type = this.#cx.expr(axis);
    if (type.kind !== "scalar" || type.of !== "int") return undefined;
    let factor = Poly.constant(0);
    let rest = Poly.constant(0);
    for (const [monomial, coefficient] of this.#cx.facts.normal(type.size).terms) {
      const others = atomsOf(monomial).filter((a) => a !== sought);
      const term = Poly.monomial(others, coefficient);
      if (others.length === atomsOf(monomial).length) rest = rest.add(term);
      else if (others.length === atomsOf(monomial).length - 1) factor = factor.add(term);
      else return undefined;
    }
    if ([...factor.atoms, ...rest.atoms].some((a) => a.includes(sought))) return undefined;
    return this.#cx.facts.quotient(dim.sub(rest), factor);
  }
}
