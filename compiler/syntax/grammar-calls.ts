import { diagnose } from "../diagnostics/codes.ts";
import type { Arg, Expr, IndexItem } from "./ast.ts";
import { TypeGrammar } from "./grammar-types.ts";
import { LONGEST_ROW } from "./operators.ts";
import type { Rule } from "./parser-base.ts";
import type { Span } from "./source.ts";
import * as t from "./tokens.ts";

/** What may follow an operand: calls, indices, members. */
export abstract class CallGrammar extends TypeGrammar {
  protected abstract readonly atom: Rule<Expr>;

  protected readonly postfix: Rule<Expr> = this.define("postfix", () => {
    let value = this.SUBRULE(this.atom);
    let length = 0;
    this.MANY({
      GATE: () => this.nextIs(t.Dot) || this.onSameLine(),
      DEF: () => {
        value = this.OR<Expr>([
          {
            ALT: () => {
              const args = this.SUBRULE(this.args);
              return this.ACTION(() => ({ kind: "call", callee: value, args, piped: false, span: this.#after(value) }));
            },
          },
          {
            ALT: () => {
              const items = this.SUBRULE(this.indexItems);
              return this.ACTION(() => ({ kind: "index", object: value, items, span: this.#after(value) }));
            },
          },
          {
            ALT: () => {
              this.CONSUME(t.Dot);
              const name = this.SUBRULE(this.ident);
              return this.ACTION(() => ({ kind: "member", object: value, name, span: this.#after(value) }));
            },
          },
        ]);
        this.ACTION(() => {
          if (++length > LONGEST_ROW) this.fail("a shorter chain");
        });
      },
    });
    return value;
  });

  #after(value: Expr): Span {
    return { ...value.span, end: this.LA(0).endOffset! + 1 };
  }

  /** `(x, axis: -1)` */
  protected readonly args: Rule<Arg[]> = this.define("args", () => {
    const args: Arg[] = [];
    this.CONSUME(t.LParen);
    this.OPTION(() => {
      args.push(this.SUBRULE(this.arg));
      this.MANY(() => {
        this.CONSUME(t.Comma);
        args.push(this.SUBRULE2(this.arg));
      });
      this.OPTION2(() => this.CONSUME2(t.Comma));
    });
    this.CONSUME(t.RParen, { ERR_MSG: "`,` or `)`" });
    return args;
  });

  protected readonly arg: Rule<Arg> = this.define("arg", () => {
    const first = this.LA(1);
    return this.OR<Arg>({
      DEF: [
        { ALT: () => this.SUBRULE(this.namedArg) },
        {
          // f(axis=1): a habit from Python
          ALT: () => {
            const label = this.CONSUME(t.Label);
            const sign = this.CONSUME(t.Equals);
            const value = this.SUBRULE(this.expression);
            return this.ACTION(() => {
              this.report(diagnose("JM0021", { name: label.image }, [{ span: this.spanOf(sign), text: "write `:`" }]));
              return { name: { name: label.image, span: this.spanOf(label) }, value, span: this.spanFrom(first) };
            });
          },
        },
        {
          ALT: () => {
            const value = this.SUBRULE2(this.expression);
            return this.ACTION(() => ({ value, span: value.span }));
          },
        },
      ],
      ERR_MSG: "an argument",
    });
  });

  protected readonly namedArg: Rule<Arg> = this.define("namedArg", () => {
    const label = this.CONSUME(t.Label);
    this.CONSUME(t.Colon);
    const value = this.SUBRULE(this.expression);
    return this.ACTION(() => ({ name: { name: label.image, span: this.spanOf(label) }, value, span: this.spanFrom(label) }));
  });

  /** `[:, a:b, i]` */
  protected readonly indexItems: Rule<IndexItem[]> = this.define("indexItems", () => {
    const items: IndexItem[] = [];
    this.CONSUME(t.LBracket);
    items.push(this.SUBRULE(this.indexItem));
    this.MANY(() => {
      this.CONSUME(t.Comma);
      items.push(this.SUBRULE2(this.indexItem));
    });
    this.OPTION(() => this.CONSUME2(t.Comma));
    this.CONSUME(t.RBracket, { ERR_MSG: "`,`, `:` or `]`" });
    return items;
  });

  protected readonly indexItem: Rule<IndexItem> = this.define("indexItem", () => {
    const first = this.LA(1);
    const from = this.OPTION(() => this.SUBRULE(this.expression));
    let to: Expr | undefined;
    const slice = this.OPTION2(() => {
      this.CONSUME(t.Colon);
      to = this.OPTION3(() => this.SUBRULE2(this.expression));
      return true;
    });
    return this.ACTION((): IndexItem => {
      if (!slice) return from === undefined ? this.fail("an index or a slice") : { kind: "at", index: from, span: from.span };
      return { kind: "slice", ...(from && { from }), ...(to && { to }), span: this.spanFrom(first) };
    });
  });
}
