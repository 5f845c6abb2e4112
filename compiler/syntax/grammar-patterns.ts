import type { Arg, Expr, Ident, Pattern, PatternAxis } from "./ast.ts";
import { ExpressionGrammar } from "./grammar-expressions.ts";
import type { Rule } from "./parser-base.ts";
import * as t from "./tokens.ts";

/** `rearrange`, `repeat` and `einsum`, whose arguments are axis patterns as in einops. */
export abstract class PatternGrammar extends ExpressionGrammar {
  protected readonly patternForm: Rule<Expr> = this.define("patternForm", () =>
    this.OR<Expr>([{ ALT: () => this.SUBRULE(this.rearrange) }, { ALT: () => this.SUBRULE(this.einsum) }]),
  );

  /** `rearrange(x, b n (h k) -> b h n k, h: 4)` */
  protected readonly rearrange: Rule<Expr> = this.define("rearrange", () => {
    const sizes: Arg[] = [];
    const word = this.OR([{ ALT: () => this.CONSUME(t.Rearrange) }, { ALT: () => this.CONSUME(t.Repeat) }]);
    this.CONSUME(t.LParen);
    const operand = this.SUBRULE(this.expression);
    this.CONSUME(t.Comma, { ERR_MSG: "`,` and an axis pattern" });
    const from = this.SUBRULE(this.pattern);
    this.CONSUME(t.Arrow, { ERR_MSG: "an axis or `->`" });
    const to = this.SUBRULE2(this.pattern);
    this.MANY(() => {
      this.CONSUME2(t.Comma);
      sizes.push(this.SUBRULE(this.namedArg));
    });
    this.OPTION(() => this.CONSUME3(t.Comma));
    this.CONSUME(t.RParen, { ERR_MSG: "an axis, `,` or `)`" });
    return this.ACTION(() => {
      const op = word.tokenType === t.Repeat ? "repeat" : "rearrange";
      return { kind: "rearrange", op, operand, from, to, sizes, span: this.spanFrom(word) };
    });
  });

  /** `einsum(b n k, b m k -> b n m; q, k)` */
  protected readonly einsum: Rule<Expr> = this.define("einsum", () => {
    const inputs: Pattern[] = [];
    const operands: Expr[] = [];
    const word = this.CONSUME(t.Einsum);
    this.CONSUME(t.LParen);
    inputs.push(this.SUBRULE(this.pattern));
    this.MANY(() => {
      this.CONSUME(t.Comma);
      inputs.push(this.SUBRULE2(this.pattern));
    });
    this.CONSUME(t.Arrow, { ERR_MSG: "an axis, `,` or `->`" });
    const output = this.SUBRULE3(this.pattern);
    this.CONSUME(t.Semicolon, { ERR_MSG: "an axis, or `;` and the operands" });
    operands.push(this.SUBRULE(this.expression));
    this.MANY2(() => {
      this.CONSUME2(t.Comma);
      operands.push(this.SUBRULE2(this.expression));
    });
    this.CONSUME(t.RParen, { ERR_MSG: "`,` or `)`" });
    return this.ACTION(() => ({ kind: "einsum", inputs, output, operands, span: this.spanFrom(word) }));
  });

  /** `b n (h k) 1` */
  protected readonly pattern: Rule<Pattern> = this.define("pattern", () => {
    const axes: PatternAxis[] = [];
    const first = this.LA(1);
    this.MANY(() => axes.push(this.SUBRULE(this.patternAxis)));
    return this.ACTION(() => ({ axes, span: axes.length === 0 ? this.spanOf(first) : this.spanFrom(first) }));
  });

  protected readonly patternAxis: Rule<PatternAxis> = this.define("patternAxis", () => {
    const first = this.LA(1);
    return this.OR<PatternAxis>([
      {
        ALT: () => {
          const { name, span } = this.SUBRULE(this.ident);
          return { kind: "axis", name, span };
        },
      },
      {
        ALT: () => {
          const token = this.CONSUME(t.Int);
          return this.ACTION(() => (token.image === "1" ? { kind: "one", span: this.spanOf(token) } : this.fail("an axis name or 1", token)));
        },
      },
      {
        ALT: () => {
          const names: Ident[] = [];
          this.CONSUME(t.LParen);
          this.MANY(() => names.push(this.SUBRULE2(this.ident)));
          this.CONSUME(t.RParen, { ERR_MSG: "an axis or `)`" });
          return this.ACTION(() => ({ kind: "group", names, span: this.spanFrom(first) }));
        },
      },
    ]);
  });
}
