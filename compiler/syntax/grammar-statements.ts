import { diagnose } from "../diagnostics/codes.ts";
import type { Expr, Ident, Stmt } from "./ast.ts";
import { unvalued, type RawBlock, type RawEntry } from "./blocks.ts";
import { PatternGrammar } from "./grammar-patterns.ts";
import type { Token } from "./lexer.ts";
import type { Rule } from "./parser-base.ts";
import * as t from "./tokens.ts";

/** Statements and blocks. */
export abstract class StatementGrammar extends PatternGrammar {
  /** Whether `minimize` and `report` may stand here. */
  protected inTrain = false;

  protected readonly rawBlock: Rule<RawBlock> = this.define("rawBlock", () => {
    const entries: RawEntry[] = [];
    const first = this.CONSUME(t.LBrace, { ERR_MSG: "an operator or `{`" });
    this.entries(
      (entry) => this.MANY(() => entry(() => entries.push(this.SUBRULE(this.blockEntry)))),
      () => this.stray("in a block", "a statement or an expression"),
    );
    this.CONSUME(t.RBrace);
    return this.ACTION(() => ({ entries, span: this.spanFrom(first) }));
  });

  /** An expression that is read but whose value is a hole if it cannot be. */
  protected readonly value: Rule<Expr> = this.define("value", () => this.orHole(() => this.SUBRULE(this.expression)));

  protected readonly blockEntry: Rule<RawEntry> = this.define("blockEntry", () => {
    this.ACTION(() => this.excuseForeignStatement() || this.excuseMisspelling("a statement or an expression"));
    return this.OR<RawEntry>({
      DEF: [
        { ALT: () => this.#statement(this.SUBRULE(this.bind)) },
        { ALT: () => this.#statement(this.SUBRULE(this.forLoop)) },
        { ALT: () => this.#statement(this.SUBRULE(this.minimize)) },
        { GATE: () => this.nextIs(t.AnyName, 2) && this.LA(2).startLine === this.LA(1).startLine, ALT: () => this.#statement(this.SUBRULE(this.reported)) },
        { ALT: () => this.#statement(this.SUBRULE(this.assign)) },
        { ALT: () => ({ kind: "choice", choice: this.SUBRULE(this.choice) }) },
        { ALT: () => this.SUBRULE(this.lastValue) },
      ],
      ERR_MSG: "a statement or an expression",
      IGNORE_AMBIGUITIES: true,
    });
  });

  #statement(stmt: Stmt): RawEntry {
    return { kind: "stmt", stmt };
  }

  /** An expression that stands alone: the block's value, which nothing follows. */
  protected readonly lastValue: Rule<RawEntry> = this.define("lastValue", () => {
    const first = this.LA(1);
    const runsOn = !this.RECORDING_PHASE && this.onSameLine() && this.LA(0).tokenType !== t.LBrace && this.LA(0).tokenType !== t.Semicolon;
    const value = this.SUBRULE(this.expression);
    this.ACTION(() => {
      if (runsOn && !this.nextIs(t.RBrace)) this.fail("an operator, a new statement or `}`", first);
      const isStatement = this.nextIs(t.Label) && (!this.nextIs(t.AnyName) || this.nextIs(t.Equals, 2));
      const ends = this.nextIs(t.RBrace) || this.nextIs(t.Semicolon) || this.nextIs(t.Equals);
      if (this.onSameLine() && !ends && !isStatement) this.fail("an operator, a new statement or `}`");
      if (this.nextIs(t.Equals)) this.fail(value.kind === "call" ? "a new statement or `}`" : "a single name before `=`");
    });
    return { kind: "value", value };
  });

  /** `let x = e`, `let [q, k, v] = e`, `var h = e` */
  protected readonly bind: Rule<Stmt> = this.define("bind", () => {
    const names: Ident[] = [];
    let list = false;
    const word = this.OR([{ ALT: () => this.CONSUME(t.Let) }, { ALT: () => this.CONSUME(t.Var) }]);
    this.ACTION(() => this.excuseKeyword());
    this.OR2({
      DEF: [
        {
          ALT: () => {
            list = true;
            this.CONSUME(t.LBracket);
            names.push(this.SUBRULE(this.ident));
            this.MANY(() => {
              this.CONSUME(t.Comma);
              names.push(this.SUBRULE2(this.ident));
            });
            this.CONSUME(t.RBracket, { ERR_MSG: "`,` or `]`" });
          },
        },
        { ALT: () => names.push(this.SUBRULE3(this.ident)) },
      ],
      ERR_MSG: "a name or `[`",
    });
    this.SUBRULE(this.equals);
    const value = this.SUBRULE(this.value);
    return this.ACTION(() => ({ kind: "bind", mutable: word.tokenType === t.Var, names, list, value, span: this.spanFrom(word) }));
  });

  /** `h = block(h)` */
  protected readonly assign: Rule<Stmt> = this.define("assign", () => {
    const first = this.LA(1);
    const name = this.SUBRULE(this.ident);
    this.CONSUME(t.Equals);
    const value = this.SUBRULE(this.value);
    return this.ACTION(() => ({ kind: "assign", name, value, span: this.spanFrom(first) }));
  });

  /** `for block in blocks { h = block(h) }` */
  protected readonly forLoop: Rule<Stmt> = this.define("forLoop", () => {
    const word = this.CONSUME(t.For);
    const name = this.SUBRULE(this.ident);
    this.CONSUME(t.In);
    const over = this.SUBRULE(this.rangeOr);
    const body = this.SUBRULE(this.body);
    return this.ACTION(() => ({ kind: "for", name, over, body, span: this.spanFrom(word) }));
  });

  /** A block used for what its statements do. */
  protected readonly body: Rule<readonly Stmt[]> = this.define("body", () => {
    const block = this.SUBRULE(this.rawBlock);
    return this.ACTION(() => unvalued(block, this.at.bag));
  });

  protected readonly minimize: Rule<Stmt> = this.define("minimize", () => {
    const word = this.CONSUME(t.Minimize);
    this.ACTION(() => this.#onlyInTrain(word));
    const value = this.SUBRULE(this.value);
    return this.ACTION(() => ({ kind: "minimize", value, span: this.spanFrom(word) }));
  });

  protected readonly reported: Rule<Stmt> = this.define("reported", () => {
    const word = this.CONSUME(t.Report);
    this.ACTION(() => this.#onlyInTrain(word));
    const name = this.SUBRULE(this.ident);
    this.SUBRULE(this.equals);
    const value = this.SUBRULE(this.value);
    return this.ACTION(() => ({ kind: "report", name, value, span: this.spanFrom(word) }));
  });

  #onlyInTrain(word: Token): void {
    if (this.inTrain) return;
    const parts = { word: word.image, place: "in a function or a rule", belongs: "`train`" };
    this.report(diagnose("JM0022", parts, [{ span: this.spanOf(word), text: "" }]));
  }
}
