import type { Axis, Expr, TypeExpr } from "./ast.ts";
import { ParserBase, type Rule } from "./parser-base.ts";
import * as t from "./tokens.ts";

/** Types, and the lists of sizes in them. */
export abstract class TypeGrammar extends ParserBase {
  protected abstract readonly expression: Rule<Expr>;

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
}
