import { diagnose } from "../diagnostics/codes.ts";
import type { Arg, Axis, Expr, IndexItem, TypeExpr } from "./ast.ts";
import { choose, type RawBlock, type RawIf } from "./blocks.ts";
import { textValue, Unreadable, type Token } from "./lexer.ts";
import { buildOperators, LONGEST_ROW, type Piece } from "./operators.ts";
import { ParserBase, type Rule } from "./parser-base.ts";
import { spanning } from "./source.ts";
import * as t from "./tokens.ts";

/** Types and expressions. */
export abstract class ExpressionGrammar extends ParserBase {
  protected abstract readonly rawBlock: Rule<RawBlock>;
  protected abstract readonly patternForm: Rule<Expr>;

  // ------------------------------------------------------------- types

  /** `int`, `f32[B, N, 3*D]`, `i32[..S]` */
  protected readonly type: Rule<TypeExpr> = this.define("type", () => {
    const word = this.CONSUME(t.AnyName, { ERR_MSG: "a type" });
    const axes = this.OPTION({ GATE: () => this.nextIs(t.LBracket), DEF: () => this.SUBRULE(this.axes) });
    return this.ACTION((): TypeExpr => {
      const span = this.spanFrom(word);
      const name = word.image;
      if ((name === "int" || name === "real" || name === "bool" || name === "text") && axes === undefined) {
        return { kind: "scalar-type", name, span };
      }
      if ((name === "f32" || name === "i32" || name === "bool") && axes !== undefined) return { kind: "tensor-type", dtype: name, axes, span };
      if (name === "f32" || name === "i32") return this.fail("`[` after a tensor's element type (one number is `f32[]`)");
      return this.fail("a type", word);
    });
  });

  /** `[B, ..S, 3*D]` */
  protected readonly axes: Rule<Axis[]> = this.define("axes", () => {
    const axes: Axis[] = [];
    this.CONSUME(t.LBracket);
    this.OPTION(() => {
      axes.push(this.SUBRULE(this.axis));
      this.MANY(() => {
        this.CONSUME(t.Comma);
        axes.push(this.SUBRULE2(this.axis));
      });
      this.OPTION2(() => this.CONSUME2(t.Comma));
    });
    this.CONSUME(t.RBracket, { ERR_MSG: "`,` or `]`" });
    return axes;
  });

  protected readonly axis: Rule<Axis> = this.define("axis", () =>
    this.OR<Axis>([
      {
        ALT: () => {
          const dots = this.CONSUME(t.DotDot);
          const name = this.SUBRULE(this.ident);
          return this.ACTION(() => ({ kind: "pack", name, span: this.spanFrom(dots) }));
        },
      },
      { ALT: () => this.SUBRULE(this.expression) },
    ]),
  );

  // ------------------------------------------------------------- operators

  protected readonly expression: Rule<Expr> = this.define("expression", () => {
    const pieces: Piece[] = [];
    this.SUBRULE(this.operand, { ARGS: [pieces] });
    this.MANY(() => {
      const token = this.CONSUME(t.BinaryOp);
      pieces.push({ kind: "infix", token });
      this.SUBRULE2(this.operand, { ARGS: [pieces] });
    });
    return this.ACTION(() => {
      if (pieces.length <= LONGEST_ROW) return buildOperators(pieces, this.at.source, this.at.bag);
      return this.#tooDeep(pieces);
    });
  });

  #tooDeep(pieces: readonly Piece[]): Expr {
    const first = pieces.find((piece) => piece.kind === "operand")!.value.span;
    this.report(diagnose("JM0018", { limit: LONGEST_ROW }, [{ span: first, text: "in the expression that begins here" }]));
    return { kind: "hole", span: first };
  }

  /** `-x`, `not x`, `x`; adds to the row. */
  protected readonly operand = this.RULE("operand", (pieces?: Piece[]) => {
    this.MANY(() => {
      const token = this.CONSUME(t.PrefixOp);
      pieces?.push({ kind: "prefix", token });
    });
    const value = this.SUBRULE(this.postfix);
    pieces?.push({ kind: "operand", value });
  });

  /** `a..b` or `a` */
  protected readonly rangeOr: Rule<Expr> = this.define("rangeOr", () => {
    const low = this.SUBRULE(this.expression);
    const high = this.OPTION(() => {
      this.CONSUME(t.DotDot);
      return this.SUBRULE2(this.expression);
    });
    return this.ACTION((): Expr => (high === undefined ? low : { kind: "range", low, high, span: spanning(low.span, high.span) }));
  });

  // ------------------------------------------------------------- calls, indices, members

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

  #after(value: Expr) {
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

  // ------------------------------------------------------------- atoms

  protected readonly atom: Rule<Expr> = this.define("atom", () => {
    this.ACTION(() => this.readExcused());
    const first = this.LA(1);
    return this.OR<Expr>({
      DEF: [
        { ALT: () => this.SUBRULE(this.patternForm) },
        { ALT: () => this.#number("int", this.CONSUME(t.Int)) },
        { ALT: () => this.#number("real", this.CONSUME(t.Real)) },
        {
          ALT: () => {
            this.CONSUME(Unreadable);
            return { kind: "hole", span: this.spanFrom(first) };
          },
        },
        {
          ALT: () => {
            const token = this.CONSUME(t.Text);
            return { kind: "text", value: textValue(token.image), span: this.spanOf(token) };
          },
        },
        { ALT: () => ({ kind: "bool", value: true, span: this.spanOf(this.CONSUME(t.True)) }) },
        { ALT: () => ({ kind: "bool", value: false, span: this.spanOf(this.CONSUME(t.False)) }) },
        {
          GATE: () => !this.#beginsDeclaration(),
          ALT: () => {
            const token = this.CONSUME(t.AnyName);
            return { kind: "name", name: token.image, span: this.spanOf(token) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.LParen);
            const value = this.SUBRULE(this.expression);
            this.CONSUME(t.RParen, { ERR_MSG: "an operator or `)`" });
            return this.ACTION(() => ({ ...value, span: this.spanFrom(first) }));
          },
        },
        { ALT: () => this.SUBRULE(this.list) },
        {
          ALT: () => {
            const raw = this.SUBRULE(this.choice);
            return this.ACTION(() => choose(raw, this.at.bag));
          },
        },
      ],
      ERR_MSG: "an expression",
    });
  });

  /** Whether a soft keyword stands for itself here: two words in a row are no expression. */
  #beginsDeclaration(): boolean {
    const [word, next] = [this.LA(1), this.LA(2)];
    return t.softKeywords.includes(word.tokenType) && this.nextIs(t.AnyName, 2) && next.startLine === word.startLine;
  }

  #number(kind: "int" | "real", token: Token): Expr {
    return { kind, value: Number(token.image.replaceAll("_", "")), span: this.spanOf(token) };
  }

  /** `[a, b, ..S]` or `[for i in 0..n: item]` */
  protected readonly list: Rule<Expr> = this.define("list", () => {
    const first = this.LA(1);
    return this.OR<Expr>([
      {
        ALT: () => {
          this.CONSUME(t.LBracket);
          this.CONSUME(t.For);
          const name = this.SUBRULE(this.ident);
          this.CONSUME(t.In);
          const over = this.SUBRULE(this.rangeOr);
          this.CONSUME(t.Colon);
          const item = this.SUBRULE(this.expression);
          this.CONSUME(t.RBracket);
          return this.ACTION(() => ({ kind: "list-for", name, over, item, span: this.spanFrom(first) }));
        },
      },
      {
        ALT: () => {
          const items = this.SUBRULE(this.axes);
          return this.ACTION(() => ({ kind: "list", items, span: this.spanFrom(first) }));
        },
      },
    ]);
  });

  /** `if c { } else if d { } else { }` */
  protected readonly choice: Rule<RawIf> = this.define("choice", () => {
    const arms: RawIf["arms"][number][] = [];
    let otherwise: RawBlock | undefined;
    const first = this.LA(1);
    arms.push(this.SUBRULE(this.arm));
    this.MANY(() => {
      this.CONSUME(t.Else);
      arms.push(this.SUBRULE2(this.arm));
    });
    this.OPTION(() => {
      this.CONSUME2(t.Else);
      otherwise = this.SUBRULE(this.rawBlock);
    });
    return this.ACTION(() => {
      if (arms.length > LONGEST_ROW) this.fail("fewer cases", first);
      return { arms, ...(otherwise && { otherwise }), word: this.spanOf(first), span: this.spanFrom(first) };
    });
  });

  protected readonly arm: Rule<RawIf["arms"][number]> = this.define("arm", () => {
    const first = this.CONSUME(t.If);
    const condition = this.SUBRULE(this.condition);
    const block = this.SUBRULE(this.rawBlock);
    return this.ACTION(() => ({ condition, block, span: this.spanFrom(first) }));
  });

  /** An expression in which `=` is read as `==`, with a message. */
  protected readonly condition: Rule<Expr> = this.define("condition", () => {
    const left = this.SUBRULE(this.expression);
    const right = this.OPTION(() => {
      const sign = this.CONSUME(t.Equals);
      this.ACTION(() => this.report(diagnose("JM0010", {}, [{ span: this.spanOf(sign), text: "write `==`" }])));
      return this.SUBRULE2(this.expression);
    });
    return this.ACTION((): Expr => (right === undefined ? left : { kind: "hole", span: spanning(left.span, right.span) }));
  });
}
