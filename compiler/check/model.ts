import type { ConfigDecl, DimDecl, FnDecl, ModelDecl, ModelMember, OptimizeDecl, PresetDecl, TrainDecl } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { didYouMean } from "./suggestion.ts";
import type { Body, Context } from "./context.ts";
import type { FnDefinition } from "./definition.ts";
import { expectType } from "./expect.ts";
import { defineFn } from "./fn.ts";
import { checkInput } from "./inputs.ts";
import { netValue } from "./module.ts";
import { checkOptimizer } from "./rule.ts";
import { bound, Scope, type Binding } from "./scope.ts";
import { fixed, isLater, plain, unknown, type Type } from "./types.ts";
import { assuming } from "./where.ts";

/** A model: configs first, since `where` speaks of them; then its members in order; functions see all. */
export function checkModel(decl: ModelDecl, file: Context): void {
  const scope = new Scope(file.scope);
  const start = file.with({ scope, origins: new Map(file.origins) });
  scope.define("step", bound("step", start.atom("step", { stage: "step", from: new Set() })));
  const methods: FnDefinition[] = [];
  let finished = start;
  for (const member of decl.members) {
    if (member.kind === "config") defineConfig(start, member);
    else if (member.kind === "fn") defineMethod(start, member, decl, methods, () => finished);
  }
  for (const member of decl.members) {
    if (member.kind === "let" || member.kind === "net" || member.kind === "dim" || member.kind === "input") scope.announce(member);
  }
  const cx = assuming(start, decl.where);
  finished = cx;
  for (const member of decl.members) defineMember(cx, member);
  for (const method of methods) method.info();
  const trains = decl.members.filter((m) => m.kind === "train");
  for (const [i, train] of trains.entries()) {
    if (i > 0) cx.error("JM0415", { what: "train" }, [{ span: headOf(train), text: "a second one" }, { span: headOf(trains[0]!), text: "the first" }]);
    checkTrain(cx, train);
  }
  checkOptimized(cx, decl.members.filter((m) => m.kind === "optimize"), trains[0]);
}

/** The word that begins a member. */
function headOf({ span }: TrainDecl): Span {
  return { ...span, end: Math.min(span.end, span.start + "train".length) };
}

/** Defines a member's name, unless the model has it already. */
function define(cx: Context, member: { readonly name: { readonly name: string; readonly span: Span } }, binding: Binding): void {
  const { name, span } = member.name;
  const twin = cx.scope.own(name);
  if (twin === undefined) {
    cx.scope.define(name, { ...binding, span });
    return;
  }
  const first = twin.span === undefined ? [] : [{ span: twin.span, text: "declared first here" }];
  cx.error("JM0302", { name }, [{ span, text: name === "step" ? "every model has it: the number of the step" : "again here" }, ...first]);
}

function defineConfig(cx: Context, member: ConfigDecl): void {
  const found = cx.expr(member.value);
  let type: Type = unknown;
  if (found.kind === "scalar") {
    if (cx.require(found, "static", member.value.span, "as a config")) {
      type = found.of === "int" ? cx.atom(member.name.name, fixed) : plain(found.of, member.name.name, fixed);
    }
  } else if (found.kind !== "unknown") {
    cx.error("JM0416", { name: member.name.name, found: cx.show(found) }, [{ span: member.value.span, text: cx.show(found) }]);
  }
  define(cx, member, bound("config", type));
}

function defineMethod(cx: Context, fn: FnDecl, decl: ModelDecl, methods: FnDefinition[], finished: () => Context): void {
  if (fn.name === null) {
    cx.error("JM0417", { model: decl.name.name }, [{ span: fn.headSpan, text: "without a name" }]);
    return;
  }
  const definition = defineFn(fn, fn.name.name, finished);
  methods.push(definition);
  define(cx, { name: fn.name }, bound("fn", { kind: "fn", definition, scope: cx.scope }));
  if (!fn.exported) return;
  for (const param of fn.params) {
    if (param.type.kind === "tensor-type") continue;
    cx.error("JM0420", { name: fn.name.name, param: param.name.name }, [{ span: param.span, text: "a static value" }], { help: ["a number that the caller chooses is an `f32[]`"] });
  }
  if (fn.result.kind !== "tensor-type") cx.error("JM0420", { name: fn.name.name, param: null }, [{ span: fn.result.span, text: "a static value" }]);
}

function defineMember(cx: Context, member: ModelMember): void {
  switch (member.kind) {
    case "config":
    case "fn":
    case "train":
      return;
    case "let":
      return define(cx, member, bound("let", cx.expr(member.value)));
    case "net":
      return define(cx, member, bound("net", netValue(cx, member.value)));
    case "dim":
      return define(cx, member, bound("dim", dimType(cx, member)));
    case "input":
      return define(cx, member, bound("input", checkInput(cx, member)));
    case "preset":
      return checkPreset(cx, member);
    case "optimize":
      return checkOptimizer(cx, member);
  }
}

/** `dim M in a..b`, drawn evenly or by an expression; `dim V = T - M`, derived. */
function dimType(cx: Context, decl: DimDecl): Type {
  const { range, value } = decl;
  const bounds = range === undefined ? [] : [range.low, range.high];
  const limits = bounds.map((at) => {
    const type = cx.expr(at);
    if (type.kind === "unknown") return undefined;
    if (type.kind === "scalar" && type.of === "int") return cx.require(type, "static", at.span, "as a bound of a `dim`") ? type.size : undefined;
    cx.error("JM0222", { found: cx.show(type) }, [{ span: at.span, text: `${cx.show(type)}, used as a bound` }]);
    return undefined;
  });
  const [low, high] = limits;
  const room = low === undefined || high === undefined ? undefined : cx.facts.difference(high, low);
  if (room !== undefined && room < 0 && range !== undefined) {
    cx.error("JM0421", { name: decl.name.name }, [{ span: range.high.span, text: `less than ${cx.showSize(low!)}` }]);
  }
  const found = value === undefined ? undefined : cx.expr(value);
  if (found !== undefined && found.kind !== "unknown" && (found.kind !== "scalar" || found.of !== "int")) {
    cx.error("JM0222", { found: cx.show(found) }, [{ span: value!.span, text: `${cx.show(found)}, used as a size` }], {
      help: found.kind === "scalar" && found.of === "real" ? ["`floor(x)`, `ceil(x)`, `round(x)` make an int of a real"] : [],
    });
    return unknown;
  }
  if (range !== undefined) return cx.atom(decl.name.name, { stage: "size", from: new Set() });
  if (found?.kind !== "scalar") return unknown;
  if (isLater(cx.originOf(found).stage, "size")) {
    return cx.error("JM0422", { name: decl.name.name }, [{ span: value!.span, text: "changes from step to step" }], {
      help: [`give it bounds: \`dim ${decl.name.name} in 1..64 = ...\``],
    });
  }
  return found;
}

function checkPreset(cx: Context, decl: PresetDecl): void {
  const set = new Map<string, Span>();
  for (const { name, value } of decl.settings) {
    const found = cx.expr(value);
    const binding = cx.scope.own(name.name);
    const first = set.get(name.name);
    if (first !== undefined) cx.error("JM0306", { callee: `preset ${decl.name.name}`, name: name.name }, [{ span: name.span, text: "again here" }, { span: first, text: "given first here" }]);
    set.set(name.name, name.span);
    if (binding?.what !== "config") {
      const configs = cx.scope.names().filter((n) => cx.scope.own(n)?.what === "config");
      cx.error("JM0423", { name: name.name }, [{ span: name.span, text: "no config of that name" }], { help: didYouMean(name.name, configs) });
      continue;
    }
    const declared = binding.span === undefined ? undefined : { span: binding.span, text: cx.show(binding.type()) };
    if (expectType(cx, found, binding.type(), value, `\`${name.name}\``, declared) && found.kind === "scalar") {
      cx.require(found, "static", value.span, "as a config");
    }
  }
}

/** Exactly one `minimize` on the way through. */
function checkTrain(outer: Context, decl: TrainDecl): void {
  const body: Body = { role: "train", limits: new Map(), losses: [] };
  const cx = outer.with({ scope: new Scope(outer.scope), origins: new Map(outer.origins), body });
  cx.session.stmts(cx, decl.body);
  const [first, second] = body.losses;
  if (first === undefined && !cx.session.hasGaps(decl.span.source)) cx.error("JM0410", { found: 0 }, [{ span: headOf(decl), text: "minimizes nothing" }], { help: ["end it with `minimize loss`, where `loss` is an f32[]"] });
  else if (first !== undefined && second !== undefined) {
    cx.error("JM0410", { found: body.losses.length }, [{ span: second, text: "a second one" }, { span: first, text: "the first" }], {
      help: ["minimize a sum of both"],
    });
  }
}

function isTrainable(binding: Binding | undefined): boolean {
  const type = binding?.what === "net" ? binding.type() : undefined;
  return type !== undefined && !(type.kind === "net" && type.options.every((o) => o.average));
}

/** Each trained net has one optimizer; what `average` moves has none. */
function checkOptimized(cx: Context, decls: readonly OptimizeDecl[], train: TrainDecl | undefined): void {
  const seen = new Map<string, Span>();
  for (const { name, span } of decls.flatMap((d) => d.nets)) {
    const binding = cx.scope.find(name);
    const type = binding?.type();
    const first = seen.get(name);
    const nets = cx.scope.names().filter((n) => cx.scope.own(n)?.what === "net");
    if (binding === undefined) cx.error("JM0301", { name }, [{ span, text: "not declared" }], { help: didYouMean(name, nets) });
    else if (first !== undefined) cx.error("JM0425", { name }, [{ span, text: "again here" }, { span: first, text: "optimized first here" }]);
    else if (type?.kind !== "unknown" && binding.what !== "net") {
      cx.error("JM0424", { name, found: cx.show(type ?? unknown) }, [{ span, text: cx.show(type ?? unknown) }], { help: didYouMean(name, nets) });
    } else if (type?.kind === "net" && type.options.some((o) => o.average)) {
      cx.error("JM0426", { name }, [{ span, text: "an average" }, ...(binding.span === undefined ? [] : [{ span: binding.span, text: "declared here" }])]);
    }
    if (first === undefined) seen.set(name, span);
  }
  const trainable = cx.scope.names().find((name) => isTrainable(cx.scope.own(name)));
  if (train !== undefined && trainable !== undefined && decls.length === 0 && !cx.session.hasGaps(train.span.source)) {
    cx.error("JM0427", {}, [{ span: headOf(train), text: "trains nothing" }], { help: [`\`optimize ${trainable} with AdamW(lr: 1e-3)\``], severity: "warning" });
  }
}
