import { diagnose } from "../diagnostics/codes.ts";
import type { Block, Expr, FnDecl, Ident, Import, LetDecl, Member, MemberIf, ModuleDecl, NetDecl, Param, RuleDecl, Stmt, TypeExpr, WeightDecl } from "./ast.ts";
import { valued } from "./blocks.ts";
import { StatementGrammar } from "./grammar-statements.ts";
import { textValue } from "./lexer.ts";
import { LONGEST_ROW } from "./operators.ts";
import type { Rule } from "./parser-base.ts";
import { spanning } from "./source.ts";
import * as t from "./tokens.ts";

type RuleState = RuleDecl["states"][number];
interface RuleUpdate {
  readonly target: Ident;
  readonly source: Ident;
  readonly body: readonly Stmt[];
}

type MemberArm = Pick<MemberIf, "condition" | "then" | "span">;

/** Imports, functions, modules, rules. */
export abstract class DeclarationGrammar extends StatementGrammar {
  /** `import { log_mel, patchify } from "std/audio"` */
  protected readonly importDecl: Rule<Import> = this.define("importDecl", () => {
    const names: Ident[] = [];
    const first = this.CONSUME(t.Import);
    this.CONSUME(t.LBrace, { ERR_MSG: "`{` and the names to import" });
    names.push(this.SUBRULE(this.ident));
    this.MANY(() => {
      this.CONSUME(t.Comma);
      names.push(this.SUBRULE2(this.ident));
    });
    this.OPTION(() => this.CONSUME2(t.Comma));
    this.CONSUME(t.RBrace, { ERR_MSG: "`,` or `}`" });
    this.CONSUME(t.From, { ERR_MSG: '`from "..."`' });
    const path = this.CONSUME(t.Text, { ERR_MSG: 'a path in double quotes, such as "std/vit"' });
    return this.ACTION(() => {
      return { kind: "import", names, from: textValue(path.image), fromSpan: this.spanOf(path), span: this.spanFrom(first) };
    });
  });

  // ------------------------------------------------------------- functions

  /** `(x: f32[..S], eps: real = 1e-6)` */
  protected readonly params: Rule<Param[]> = this.define("params", () => {
    const params: Param[] = [];
    this.CONSUME(t.LParen, { ERR_MSG: "`(` and the parameters" });
    this.ACTION(() => this.excuseKeyword());
    this.OPTION(() => {
      params.push(this.SUBRULE(this.param));
      this.MANY(() => {
        this.CONSUME(t.Comma);
        params.push(this.SUBRULE2(this.param));
      });
      this.OPTION2(() => this.CONSUME2(t.Comma));
    });
    this.CONSUME(t.RParen, { ERR_MSG: "`,` or `)`" });
    return params;
  });

  protected readonly param: Rule<Param> = this.define("param", () => {
    const first = this.LA(1);
    const name = this.SUBRULE(this.ident);
    this.CONSUME(t.Colon, { ERR_MSG: "`:` and a type" });
    const type = this.SUBRULE(this.type);
    const fallback = this.OPTION(() => {
      this.CONSUME(t.Equals);
      return this.SUBRULE(this.expression);
    });
    return this.ACTION(() => ({ name, type, ...(fallback && { fallback }), span: this.spanFrom(first) }));
  });

  /** `where D % heads == 0, D > 0` */
  protected readonly where: Rule<Expr[]> = this.define("where", () => {
    const facts: Expr[] = [];
    this.OPTION(() => {
      this.CONSUME(t.Where);
      facts.push(this.SUBRULE(this.fact));
      this.MANY(() => {
        this.CONSUME(t.Comma);
        facts.push(this.SUBRULE2(this.fact));
      });
    });
    return facts;
  });

  /** `D % heads == 0`. A `=` after arithmetic is excused as `==`: after a bool it begins the function's value. */
  protected readonly fact: Rule<Expr> = this.define("fact", () => {
    const left = this.SUBRULE(this.expression);
    const right = this.OPTION({
      GATE: () => left.kind === "binary" && "+-*/%^@".includes(left.op),
      DEF: () => {
        const sign = this.CONSUME(t.Equals);
        this.ACTION(() => this.report(diagnose("JM0010", {}, [{ span: this.spanOf(sign), text: "write `==`" }])));
        return this.SUBRULE2(this.expression);
      },
    });
    return this.ACTION((): Expr => (right === undefined ? left : { kind: "hole", span: spanning(left.span, right.span) }));
  });

  protected readonly fn: Rule<FnDecl> = this.define("fn", () => {
    const doc = this.docHere();
    const first = this.LA(1);
    const exported = this.OPTION(() => this.CONSUME(t.Export)) !== undefined;
    this.CONSUME(t.Fn);
    const name = this.OPTION2({ GATE: () => !this.nextIs(t.LParen), DEF: () => this.SUBRULE(this.ident) });
    const params = this.SUBRULE(this.params);
    this.CONSUME(t.Arrow, { ERR_MSG: "`->` and the result's type" });
    const result = this.SUBRULE(this.type);
    const headSpan = this.ACTION(() => this.spanFrom(first));
    const where = this.SUBRULE(this.where);
    const body = this.OR<Block>({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(t.Equals);
            const value = this.SUBRULE(this.value);
            return { stmts: [], value, span: value.span };
          },
        },
        {
          ALT: () => {
            const raw = this.SUBRULE(this.rawBlock);
            return this.ACTION(() => valued(raw, this.at.bag));
          },
        },
      ],
      ERR_MSG: "the function's body: `= value` or `{ ... }`",
    });
    return this.ACTION(() => ({ kind: "fn", ...doc, exported, name: name ?? null, params, result, where, body, headSpan, span: this.spanFrom(first) }));
  });

  // ------------------------------------------------------------- modules

  protected readonly module: Rule<ModuleDecl> = this.define("module", () => {
    const doc = this.docHere();
    const first = this.CONSUME(t.Module);
    const name = this.SUBRULE(this.ident);
    const params = this.SUBRULE(this.params);
    const where = this.SUBRULE(this.where);
    const members = this.SUBRULE(this.members);
    return this.ACTION(() => ({ kind: "module", ...doc, name, params, where, members, span: this.spanFrom(first) }));
  });

  protected readonly members: Rule<Member[]> = this.define("members", () => {
    const members: Member[] = [];
    this.CONSUME(t.LBrace, { ERR_MSG: "`{`" });
    this.entries(
      (entry) => this.MANY(() => entry(() => members.push(this.SUBRULE(this.member)))),
      () => this.stray("in a module", "a member of the module (`let`, `net`, `param`, `if`, `fn`)"),
    );
    this.CONSUME(t.RBrace);
    return members;
  });

  protected readonly member: Rule<Member> = this.define("member", () =>
    this.OR<Member>([
      { ALT: () => this.SUBRULE(this.letDecl) },
      { ALT: () => this.SUBRULE(this.net) },
      { ALT: () => this.SUBRULE(this.weight) },
      { ALT: () => this.SUBRULE(this.memberIf) },
      { ALT: () => this.SUBRULE(this.fn) },
    ]),
  );

  protected readonly letDecl: Rule<LetDecl> = this.define("letDecl", () => {
    const doc = this.docHere();
    const first = this.CONSUME(t.Let);
    const name = this.SUBRULE(this.ident);
    this.SUBRULE(this.equals);
    const value = this.SUBRULE(this.value);
    return this.ACTION(() => ({ kind: "let", ...doc, name, value, span: this.spanFrom(first) }));
  });

  protected readonly net: Rule<NetDecl> = this.define("net", () => {
    const doc = this.docHere();
    const first = this.CONSUME(t.Net);
    const name = this.SUBRULE(this.ident);
    this.SUBRULE(this.equals);
    const value = this.SUBRULE(this.value);
    return this.ACTION(() => ({ kind: "net", ...doc, name, value, span: this.spanFrom(first) }));
  });

  /** `param weight: f32[out, in] = zeros()`. One without a start is reported and starts with a hole. */
  protected readonly weight: Rule<WeightDecl> = this.define("weight", () => {
    const doc = this.docHere();
    const first = this.CONSUME(t.ParamWord);
    const name = this.SUBRULE(this.ident);
    this.CONSUME(t.Colon, { ERR_MSG: "`:` and the weight's type" });
    const type = this.SUBRULE(this.type);
    const init = this.OPTION(() => {
      this.SUBRULE(this.equals);
      return this.SUBRULE(this.value);
    });
    return this.ACTION(() => {
      const span = this.spanFrom(first);
      if (init === undefined) {
        const help = ["for example `= zeros()` or `= truncated_normal(std: 0.02)`"];
        this.report(diagnose("JM0015", { name: name.name }, [{ span, text: "" }], { help }));
      }
      return { kind: "weight", ...doc, name, type, init: init ?? { kind: "hole", span }, span };
    });
  });

  protected readonly memberIf: Rule<Member> = this.define("memberIf", () => {
    const arms: MemberArm[] = [];
    const first = this.LA(1);
    arms.push(this.SUBRULE(this.memberArm));
    this.MANY(() => {
      this.CONSUME(t.Else);
      arms.push(this.SUBRULE2(this.memberArm));
    });
    const last = this.OPTION(() => {
      this.CONSUME2(t.Else);
      return this.SUBRULE(this.members);
    });
    return this.ACTION(() => {
      if (arms.length > LONGEST_ROW) this.fail("fewer cases", first);
      const { end } = this.spanFrom(first);
      let otherwise: readonly Member[] = last ?? [];
      for (const { span, ...arm } of arms.toReversed()) otherwise = [{ kind: "member-if", ...arm, otherwise, span: { ...span, end } }];
      return otherwise[0]!;
    });
  });

  protected readonly memberArm: Rule<MemberArm> = this.define("memberArm", () => {
    const first = this.CONSUME(t.If);
    const condition = this.SUBRULE(this.condition);
    const then = this.SUBRULE(this.members);
    return this.ACTION(() => ({ condition, then, span: this.spanFrom(first) }));
  });

  // ------------------------------------------------------------- rules

  /** `optimizer SGD(lr: real) { update w by g { w = w - lr * g } }` */
  protected readonly rule: Rule<RuleDecl> = this.define("rule", () => {
    const doc = this.docHere();
    const states: RuleState[] = [];
    const updates: RuleUpdate[] = [];
    const word = this.OR([{ ALT: () => this.CONSUME(t.Optimizer) }, { ALT: () => this.CONSUME(t.Average) }]);
    const name = this.SUBRULE(this.ident);
    const params = this.SUBRULE(this.params);
    this.CONSUME(t.LBrace, { ERR_MSG: "`{`" });
    this.entries(
      (entry) =>
        this.MANY(() =>
          entry(() =>
            this.OR2([
              { ALT: () => states.push(this.SUBRULE(this.state)) },
              { ALT: () => updates.push(this.SUBRULE(this.update)) },
            ]),
          ),
        ),
      () => this.stray("in a rule", "`state` or `update`"),
    );
    this.CONSUME(t.RBrace);
    return this.ACTION(() => {
      const [update] = updates;
      const wrong = diagnose("JM0023", { found: updates.length }, [{ span: name.span, text: "" }]);
      if (update === undefined) return this.giveUp(wrong, word);
      if (updates.length > 1) this.report(wrong);
      const role = word.tokenType === t.Optimizer ? "optimizer" : "average";
      return { kind: "rule", role, ...doc, name, params, states, ...update, span: this.spanFrom(word) };
    });
  });

  protected readonly state: Rule<RuleState> = this.define("state", () => {
    const first = this.CONSUME(t.State);
    const name = this.SUBRULE(this.ident);
    this.SUBRULE(this.equals);
    const init = this.SUBRULE(this.value);
    return this.ACTION(() => ({ name, init, span: this.spanFrom(first) }));
  });

  protected readonly update: Rule<RuleUpdate> = this.define("update", () => {
    this.CONSUME(t.Update);
    const target = this.SUBRULE(this.ident);
    this.CONSUME(t.By);
    const source = this.SUBRULE2(this.ident);
    const body = this.SUBRULE(this.body);
    return { target, source, body };
  });

  /** `name: type` */
  protected readonly typed: Rule<{ readonly name: Ident; readonly type: TypeExpr }> = this.define("typed", () => {
    const name = this.SUBRULE(this.ident);
    this.CONSUME(t.Colon, { ERR_MSG: "`:` and a type" });
    const type = this.SUBRULE(this.type);
    return { name, type };
  });
}
