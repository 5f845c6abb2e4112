import type { ConfigDecl, DimDecl, File, Ident, Import, InputDecl, Item, ModelDecl, ModelMember, OptimizeDecl, PresetDecl, TrainDecl } from "./ast.ts";
import { DeclarationGrammar } from "./grammar-declarations.ts";
import type { ParserInput, Rule } from "./parser-base.ts";
import * as t from "./tokens.ts";

type Setting = PresetDecl["settings"][number];

/** Models, and the file as a whole. */
export class Grammar extends DeclarationGrammar {
  constructor() {
    super();
    this.performSelfAnalysis();
  }

  /** The tree of a whole file, without its doc. */
  read(input: ParserInput): Omit<File, "doc"> {
    this.begin(input);
    this.inTrain = false;
    const { imports, items } = this.file();
    return { imports, items, broken: this.broken, span: { source: input.source, start: 0, end: input.source.text.length } };
  }

  readonly file: Rule<{ readonly imports: Import[]; readonly items: Item[] }> = this.define("file", () => {
    const imports: Import[] = [];
    const items: Item[] = [];
    this.entries(
      (entry) =>
        this.MANY(() =>
          entry(() =>
            this.OR([
              { ALT: () => imports.push(this.SUBRULE(this.importDecl)) },
              { ALT: () => items.push(this.SUBRULE(this.item)) },
            ]),
          ),
        ),
      () => this.stray("at the top level of a file", "a declaration (`import`, `fn`, `module`, `model`, `optimizer`, `average`, `let`)"),
    );
    return { imports, items };
  });

  protected readonly item: Rule<Item> = this.define("item", () =>
    this.OR<Item>([
      { ALT: () => this.SUBRULE(this.fn) },
      { ALT: () => this.SUBRULE(this.module) },
      { ALT: () => this.SUBRULE(this.model) },
      { ALT: () => this.SUBRULE(this.rule) },
      { ALT: () => this.SUBRULE(this.letDecl) },
    ]),
  );

  // ------------------------------------------------------------- the model

  protected readonly model: Rule<ModelDecl> = this.define("model", () => {
    const doc = this.docHere();
    const members: ModelMember[] = [];
    const first = this.CONSUME(t.Model);
    const name = this.SUBRULE(this.ident);
    const where = this.SUBRULE(this.where);
    this.CONSUME(t.LBrace, { ERR_MSG: "`where` or `{`" });
    this.entries(
      (entry) => this.MANY(() => entry(() => members.push(this.SUBRULE(this.modelMember)))),
      () => this.stray("in a model", "a member of the model (`config`, `dim`, `input`, `preset`, `let`, `net`, `train`, `optimize`, `fn`)"),
    );
    this.CONSUME(t.RBrace);
    return this.ACTION(() => ({ kind: "model", ...doc, name, where, members, span: this.spanFrom(first) }));
  });

  protected readonly modelMember: Rule<ModelMember> = this.define("modelMember", () =>
    this.OR<ModelMember>([
      { ALT: () => this.SUBRULE(this.config) },
      { ALT: () => this.SUBRULE(this.dim) },
      { ALT: () => this.SUBRULE(this.modelInput) },
      { ALT: () => this.SUBRULE(this.preset) },
      { ALT: () => this.SUBRULE(this.train) },
      { ALT: () => this.SUBRULE(this.optimize) },
      { ALT: () => this.SUBRULE(this.letDecl) },
      { ALT: () => this.SUBRULE(this.net) },
      { ALT: () => this.SUBRULE(this.fn) },
    ]),
  );

  protected readonly config: Rule<ConfigDecl> = this.define("config", () => {
    const doc = this.docHere();
    const first = this.CONSUME(t.Config);
    const name = this.SUBRULE(this.ident);
    this.SUBRULE(this.equals);
    const value = this.SUBRULE(this.value);
    return this.ACTION(() => ({ kind: "config", ...doc, name, value, span: this.spanFrom(first) }));
  });

  /** `dim M in 51..77`, `dim V in 51..76 = floor(...)`, `dim V = T - M` */
  protected readonly dim: Rule<DimDecl> = this.define("dim", () => {
    const doc = this.docHere();
    const first = this.CONSUME(t.Dim);
    const name = this.SUBRULE(this.ident);
    const range = this.OPTION(() => {
      this.CONSUME(t.In);
      const low = this.SUBRULE(this.expression);
      this.CONSUME(t.DotDot, { ERR_MSG: "`..` and the upper bound" });
      const high = this.SUBRULE2(this.expression);
      return { low, high };
    });
    const value = this.OPTION2(() => {
      this.SUBRULE(this.equals);
      return this.SUBRULE(this.value);
    });
    return this.ACTION(() => {
      if (!range && !value) this.fail("`in low..high` or `= size`");
      return { kind: "dim", ...doc, name, ...(range && { range }), ...(value && { value }), span: this.spanFrom(first) };
    });
  });

  /** `input clip: f32[batch, samples] from audio(rate: rate)`. */
  protected readonly modelInput: Rule<InputDecl> = this.define("modelInput", () => {
    const doc = this.docHere();
    const first = this.CONSUME(t.Input);
    const { name, type } = this.SUBRULE(this.typed);
    const source = this.OPTION(() => {
      this.CONSUME(t.From);
      const from = this.LA(1);
      const kind = this.SUBRULE2(this.ident);
      const args = this.SUBRULE(this.args);
      return this.ACTION(() => ({ name: kind, args, span: this.spanFrom(from) }));
    });
    return this.ACTION(() => ({ kind: "input", ...doc, name, type, ...(source && { source }), span: this.spanFrom(first) }));
  });

  protected readonly preset: Rule<PresetDecl> = this.define("preset", () => {
    const doc = this.docHere();
    const settings: Setting[] = [];
    const first = this.CONSUME(t.Preset);
    const name = this.SUBRULE(this.ident);
    this.CONSUME(t.LBrace, { ERR_MSG: "`{`" });
    this.entries(
      (entry) => this.MANY(() => entry(() => settings.push(this.SUBRULE(this.setting)))),
      () => this.stray("in a preset", "a setting `name = value`"),
    );
    this.CONSUME(t.RBrace);
    return this.ACTION(() => ({ kind: "preset", ...doc, name, settings, span: this.spanFrom(first) }));
  });

  protected readonly setting: Rule<Setting> = this.define("setting", () => {
    const first = this.LA(1);
    const name = this.SUBRULE(this.ident);
    this.SUBRULE(this.equals);
    const value = this.SUBRULE(this.value);
    return this.ACTION(() => ({ name, value, span: this.spanFrom(first) }));
  });

  protected readonly train: Rule<TrainDecl> = this.define("train", () => {
    const first = this.CONSUME(t.Train);
    this.ACTION(() => (this.inTrain = true));
    const body = this.SUBRULE(this.body);
    this.ACTION(() => (this.inTrain = false));
    return this.ACTION(() => ({ kind: "train", body, span: this.spanFrom(first) }));
  });

  /** `optimize encoder, predictor with AdamW(lr: 1e-3)` */
  protected readonly optimize: Rule<OptimizeDecl> = this.define("optimize", () => {
    const nets: Ident[] = [];
    const first = this.CONSUME(t.Optimize);
    nets.push(this.SUBRULE(this.ident));
    this.MANY(() => {
      this.CONSUME(t.Comma);
      nets.push(this.SUBRULE2(this.ident));
    });
    this.CONSUME(t.With, { ERR_MSG: "`,` or `with` and an optimizer" });
    const rule = this.SUBRULE3(this.ident);
    const args = this.SUBRULE(this.args);
    return this.ACTION(() => ({ kind: "optimize", nets, rule, args, span: this.spanFrom(first) }));
  });
}
