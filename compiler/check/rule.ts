import type { OptimizeDecl, RuleDecl, Stmt } from "../syntax/ast.ts";
import type { Label } from "../diagnostics/diagnostic.ts";
import { matchArguments, slotsOf, type Given, type Site } from "./arguments.ts";
import { sourceText, stageText, type Body, type Context, type Limit } from "./context.ts";
import { bindScalars } from "./call-fn.ts";
import { defineScalars } from "./fn.ts";
import { expectType } from "./expect.ts";
import { bound, Scope } from "./scope.ts";
import { isLater, plain, tensor, unknown, type Callable, type Type } from "./types.ts";

type Rule = Callable & { kind: "rule" };

/** The name of what a rule moves, as axes: any shape, the same for weight, gradient and state. */
const FLAT = tensor("f32", [{ pack: "weight" }]);

/** Checks an update rule's body where it is declared. Gives what it asks of its parameters. */
export function checkRule(decl: RuleDecl, file: Context): ReadonlyMap<string, Limit> {
  const body: Body = { role: "update", limits: new Map(), losses: [] };
  const scope = new Scope(file.scope);
  const cx = file.with({ scope, origins: new Map(file.origins), body });
  scope.define("step", bound("step", cx.atom("step", { stage: "step", from: new Set() })));
  for (const param of decl.params) {
    if (param.type.kind === "tensor-type") {
      cx.error("JM0401", { name: param.name.name, module: decl.name.name }, [{ span: param.type.span, text: "a tensor" }], {
        help: ["a rule keeps tensors as `state`"],
      });
    }
  }
  defineScalars(cx, decl.params);
  for (const state of decl.states) {
    const start = cx.expr(state.init);
    expectType(cx, start, plain("real", "", { stage: "static", from: new Set() }), state.init, `the start of \`${state.name.name}\``);
    scope.define(state.name.name, bound("state", FLAT, { span: state.name.span, mutable: true }));
  }
  scope.define(decl.target.name, bound("weight", FLAT, { span: decl.target.span, mutable: true }));
  scope.define(decl.source.name, bound(decl.role === "average" ? "followed weight" : "gradient", FLAT, { span: decl.source.span }));
  cx.session.stmts(cx.with({ scope: new Scope(scope) }), decl.body);
  if (!assigns(decl.body, decl.target.name) && !cx.session.hasGaps(decl.span.source)) {
    cx.error("JM0418", { name: decl.target.name }, [{ span: decl.target.span, text: "never assigned" }], {
      help: [`\`${decl.target.name} = ${decl.target.name} - lr * ${decl.source.name}\`, for example`],
    });
  }
  return body.limits;
}

function assigns(stmts: readonly Stmt[], name: string): boolean {
  return stmts.some((s) => {
    if (s.kind === "assign") return s.name.name === name;
    if (s.kind === "for") return assigns(s.body, name);
    return s.kind === "if-stmt" && (assigns(s.then, name) || assigns(s.otherwise, name));
  });
}

/** `ema(encoder, decay: 0.99)`: a net like the one it follows. */
export function averageOf(cx: Context, rule: Rule, site: Site): Type {
  const [first, ...others] = site.args;
  if (first === undefined || first.name !== undefined) {
    checkRuleArguments(cx, rule, site);
    return cx.error("JM0411", { name: rule.decl.name.name, found: "nothing" }, [{ span: site.span, text: "no net to follow" }], {
      help: [`\`${rule.decl.name.name}(encoder, ...)\`: the first argument is the net it follows`],
    });
  }
  const followed = cx.expr(first.value);
  const fits = checkRuleArguments(cx, rule, { ...site, args: others });
  if (followed.kind === "unknown") return unknown;
  if (followed.kind !== "net") {
    return cx.error("JM0411", { name: rule.decl.name.name, found: cx.show(followed) }, [{ span: first.span, text: cx.show(followed) }], {
      help: [`the first argument of \`${rule.decl.name.name}\` is the net it follows`],
    });
  }
  if (!fits) return unknown;
  return { kind: "net", options: followed.options.map((o) => ({ ...o, average: true })) };
}

/** A rule's arguments may change from step to step, unless its body needs them static. */
function checkRuleArguments(cx: Context, rule: Rule, site: Site): boolean {
  const { decl } = rule;
  const given = matchArguments(cx, slotsOf(decl.params), { ...site, declared: decl.name.span });
  if (given === undefined) return false;
  const inside = cx.with({ scope: new Scope(rule.scope), quiet: true });
  if (bindScalars(cx, inside, decl.params, given, decl.name.name) === undefined) return false;
  return staticWhereAsked(cx, rule.limits(), given);
}

function staticWhereAsked(cx: Context, limits: ReadonlyMap<string, Limit>, given: ReadonlyMap<string, Given>): boolean {
  for (const [name, arg] of given) {
    const limit = limits.get(name);
    if (limit === undefined || arg.type.kind !== "scalar") continue;
    const { stage } = cx.originOf(arg.type);
    if (!isLater(stage, limit.most)) continue;
    const labels: Label[] = [
      { span: arg.span, text: stageText(stage) },
      { span: limit.span, text: `\`${name}\` is used here ${limit.why}` },
    ];
    cx.error("JM0330", { found: cx.showValue(arg.type), stage, most: limit.most, why: limit.why }, labels);
    return false;
  }
  return true;
}

/** `optimize encoder with AdamW(...)`: the rule and its arguments. */
export function checkOptimizer(cx: Context, decl: OptimizeDecl): void {
  const { name, span } = decl.rule;
  const type = cx.expr({ kind: "name", name, span });
  if (type.kind === "rule" && type.decl.role === "optimizer") {
    checkRuleArguments(cx, type, { callee: name, span: decl.span, args: decl.args });
    return;
  }
  for (const arg of decl.args) cx.expr(arg.value);
  if (type.kind === "unknown") return;
  cx.error("JM0412", { name, found: cx.show(type) }, [{ span, text: cx.show(type) }], {
    help: [`an optimizer is declared by \`optimizer ${sourceText(decl.rule)}(...) { update w by g { ... } }\`; \`AdamW\` and \`SGD\` are in "std/optimizers"`],
  });
}
