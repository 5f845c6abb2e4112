import { diagnose } from "../diagnostics/codes.ts";
import type { Expr } from "./ast.ts";
import { choose, type RawBlock, type RawIf } from "./blocks.ts";
import { CallGrammar } from "./grammar-calls.ts";
import { textValue, Unreadable, type Token } from "./lexer.ts";
import { buildOperators, LONGEST_ROW, type Piece } from "./operators.ts";
import type { Rule } from "./parser-base.ts";
import { spanning } from "./source.ts";
import * as t from "./tokens.ts";

/** Expressions: operators and atoms. */
export abstract class ExpressionGrammar extends CallGrammar {
  protected abstract readonly rawBlock: Rule<RawBlock>;
  protected abstract readonly patternForm: Rule<Expr>;

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
