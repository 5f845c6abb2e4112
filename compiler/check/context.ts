import { diagnose, type codes, type CodeId } from "../diagnostics/codes.ts";
import type { DiagnosticBag, Label } from "../diagnostics/diagnostic.ts";
import { atomsOf, Poly } from "../size/poly.ts";
import type { Facts } from "../size/facts.ts";
import type { Block, Expr, Ident, Stmt } from "../syntax/ast.ts";
import type { SourceFile, Span } from "../syntax/source.ts";
import type { Scope, Use } from "./scope.ts";
import { fixed, int, isLater, joined, showDim, showType, unknown, type Dim, type Int, type Origin, type Scalar, type Stage, type Type, type Unknown } from "./types.ts";

/** What the whole run shares. The functions tie constructs together: each file of the checker knows only this list. */
export interface Session {
  readonly bag: DiagnosticBag;
  expr(cx: Context, expr: Expr, expected?: Type): Type;
  block(cx: Context, block: Block, expected?: Type): Type;
  stmts(cx: Context, stmts: readonly Stmt[]): void;
  /** Whether parts of a text could not be read: then what seems to be missing may be among them. */
  hasGaps(source: SourceFile): boolean;
  /** The import that would bring a name, if a file read so far declares it. */
  importOf(name: string): string | undefined;
  /** The use of a name declared by this identifier; a body gone through twice has one. */
  useOf(name: Ident, what: "let" | "import"): Use;
  /** Remembers an expression's type for editors. */
  note(expr: Expr, type: Type, cx: Context): void;
}

/** What a body asks of its parameters beyond their types, found while checking it: "as a loop bound, so static". */
export interface Limit {
  readonly most: Stage;
  readonly span: Span;
  readonly why: string;
}

/** The body being checked. */
export interface Body {
  readonly role: "fn" | "train" | "update";
  readonly limits: Map<string, Limit>;
  /** Spans of `minimize` met so far. */
  readonly losses: Span[];
}

type Parts<K extends CodeId> = Parameters<(typeof codes)[K]["message"]>[0];
interface Extra {
  readonly notes?: readonly string[];
  readonly help?: readonly string[];
  readonly severity?: "warning";
}

interface State {
  readonly session: Session;
  readonly scope: Scope;
  readonly facts: Facts;
  /** Where sizes of this body come from, by atom; an absent one is static. Shared by the contexts of a body. */
  readonly origins: Map<string, Origin>;
  /** Static conditions that hold here, as written. */
  readonly assumed: ReadonlySet<string>;
  /** Evaluating another's signature with this caller's sizes: its own mistakes are reported at its definition. */
  readonly quiet: boolean;
  /** What this declaration has been asked for already: `D % heads == 0`. */
  readonly asked: Set<string>;
  /** Whether calling a module here makes a net. */
  readonly makesNets: boolean;
  readonly body: Body | undefined;
}

/** Where an expression stands: what its names mean, what is known of sizes, where its mistakes go. Immutable. */
export class Context {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  with(change: Partial<State>): Context {
    return new Context({ ...this.#state, ...change });
  }

  get session(): Session {
    return this.#state.session;
  }
  get scope(): Scope {
    return this.#state.scope;
  }
  get facts(): Facts {
    return this.#state.facts;
  }
  get origins(): Map<string, Origin> {
    return this.#state.origins;
  }
  get assumed(): ReadonlySet<string> {
    return this.#state.assumed;
  }
  get quiet(): boolean {
    return this.#state.quiet;
  }
  get asked(): Set<string> {
    return this.#state.asked;
  }
  get makesNets(): boolean {
    return this.#state.makesNets;
  }
  get body(): Body | undefined {
    return this.#state.body;
  }

  expr(expr: Expr, expected?: Type): Type {
    const type = this.session.expr(this, expr, expected);
    if (!this.quiet) this.session.note(expr, type, this);
    return type;
  }

  /** Reports, unless quiet. The result silences whatever depends on the mistake. */
  error<K extends CodeId>(id: K, parts: Parts<K>, labels: readonly Label[], extra: Extra = {}): Unknown {
    if (!this.quiet) this.session.bag.add(diagnose(id, parts, labels, extra));
    return unknown;
  }

  show(type: Type): string {
    return showType(type, this.facts, this.scope.sizes());
  }

  showSize(dim: Dim): string {
    return showDim(dim, this.facts, this.scope.sizes());
  }

  /** A scalar for messages, in the names of this place. */
  showValue(scalar: Scalar): string {
    return scalar.of === "int" ? this.showSize(scalar.size) : scalar.text;
  }

  /** How a scalar is written: equal texts are equal values. */
  text(scalar: Scalar): string {
    return scalar.of === "int" ? this.facts.show(scalar.size) : scalar.text;
  }

  originOf(scalar: Scalar): Origin {
    return scalar.of === "int" ? this.originOfSize(scalar.size) : scalar;
  }

  originOfSize(size: Poly): Origin {
    return joined(size.atoms.map((atom) => this.origins.get(atom) ?? fixed));
  }

  /** A new size by that name. */
  atom(name: string, origin: Origin): Int {
    return this.opaque(this.scope.freshAtom(name), origin);
  }

  /** An integer known only by how it is written: `floor(0.4*T)`. The same text is the same integer. */
  opaque(text: string, origin: Origin): Int {
    const size = Poly.atom(text);
    const [monomial] = size.terms.keys();
    for (const atom of atomsOf(monomial ?? "")) this.origins.set(atom, origin);
    return int(size);
  }

  /** Asks that a scalar be known by `most`; notes it of the parameters it depends on. */
  require(scalar: Scalar, most: Stage, span: Span, why: string): boolean {
    const { stage, from } = this.originOf(scalar);
    if (isLater(stage, most)) {
      this.error("JM0330", { found: this.showValue(scalar), stage, most, why }, [{ span, text: stageText(stage) }], {
        help: stage === "size" ? [] : ["a value that changes with `step` or `random()` can only enter tensor arithmetic, or a `dim` of the model"],
      });
      return false;
    }
    for (const name of from) {
      const limit = this.body?.limits.get(name);
      if (limit === undefined || isLater(limit.most, most)) this.body?.limits.set(name, { most, span, why });
    }
    return true;
  }
}

export function stageText(stage: Stage): string {
  return { static: "known while compiling", size: "drawn anew each step", step: "changes from step to step" }[stage];
}

/** The same without parentheses around the whole, for the arguments of a suggested call. */
export function innerText(expr: { readonly span: Span }): string {
  const text = sourceText(expr);
  if (!text.startsWith("(") || !text.endsWith(")")) return text;
  const inner = text.slice(1, -1);
  return /^[^()]*$/.test(inner) ? inner.trim() : text;
}

/** The user's text of an expression, for hints; a long one is cut. */
export function sourceText(expr: { readonly span: Span }): string {
  const text = expr.span.source.text.slice(expr.span.start, expr.span.end).replace(/\s+/g, " ");
  return text.length <= 60 ? text : "…";
}
