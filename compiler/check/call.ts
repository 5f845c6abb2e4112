import type { Expr } from "../syntax/ast.ts";
import { builtins } from "./builtins/table.ts";
import type { Builtin } from "./builtins/builtin.ts";
import { anyUnknown, matchArguments, type Site } from "./arguments.ts";
import { callFn } from "./call-fn.ts";
import { sourceText, type Context } from "./context.ts";
import { callNet } from "./nets.ts";
import { instantiate } from "./module.ts";
import { averageOf } from "./rule.ts";
import { unknown, type Type } from "./types.ts";
import { unknownName } from "./unknown-name.ts";

type CallExpr = Expr & { kind: "call" };

/** `f(x)`: a built-in, a function, a module (which makes a net), a net or one of its functions, an average. */
export function checkCall(cx: Context, expr: CallExpr, expected?: Type): Type {
  const { callee } = expr;
  const site: Site = { callee: sourceText(callee), span: expr.span, args: expr.args };
  if (callee.kind === "name" && cx.scope.find(callee.name) === undefined) {
    const builtin = builtins.get(callee.name);
    return builtin === undefined ? noFunction(cx, expr, callee) : callBuiltin(cx, builtin, site);
  }
  if (callee.kind === "member") {
    const object = cx.expr(callee.object);
    if (object.kind === "net") return callNet(cx, object, callee, { ...site, callee: sourceText(callee.object) }, expected);
    return object.kind === "unknown" ? silent(cx, expr) : notANet(cx, expr, callee, object);
  }
  const type = cx.expr(callee);
  switch (type.kind) {
    case "unknown":
      return silent(cx, expr);
    case "fn":
      return callFn(cx, type.definition, type.scope, { ...site, callee: type.definition.title }, expected);
    case "net":
      return callNet(cx, type, undefined, site, expected);
    case "module":
      return cx.makesNets ? instantiate(cx.with({ makesNets: false }), type.definition, site) : netElsewhere(cx, expr, type.decl.name.name);
    case "rule":
      if (type.decl.role === "average" && cx.makesNets) return averageOf(cx.with({ makesNets: false }), type, site);
      silent(cx, expr);
      return cx.error("JM0312", { name: type.decl.name.name, role: type.decl.role }, [{ span: expr.span, text: "" }], {
        help: [type.decl.role === "average" ? "`net target = ema(encoder, ...)` makes a net that follows another" : "`optimize encoder with AdamW(...)` uses an optimizer"],
      });
    default:
      return notCallable(cx, expr, type);
  }
}

/** The arguments' own mistakes are still worth reporting. */
function silent(cx: Context, expr: CallExpr): Type {
  for (const arg of expr.args) cx.expr(arg.value);
  return unknown;
}

function callBuiltin(cx: Context, builtin: Builtin, site: Site): Type {
  const given = matchArguments(cx, builtin.params, { ...site, usage: builtin.doc });
  if (given === undefined || anyUnknown(given)) return unknown;
  if (cx.body?.role === "update" && builtin.elementwise !== true) {
    return cx.error("JM0419", { name: builtin.name }, [{ span: site.span, text: "not element by element" }]);
  }
  return builtin.check({ cx, span: site.span, name: builtin.name, given });
}

function noFunction(cx: Context, expr: CallExpr, callee: Expr & { kind: "name" }): Type {
  silent(cx, expr);
  return unknownName(cx, callee.name, callee.span, [...cx.scope.names(), ...builtins.keys()]);
}

function notANet(cx: Context, expr: CallExpr, callee: Expr & { kind: "member" }, object: Type): Type {
  silent(cx, expr);
  return cx.error("JM0310", { found: cx.show(object), name: callee.name.name }, [{ span: callee.object.span, text: cx.show(object) }], {
    help: [`write \`${callee.name.name}(${sourceText(callee.object)}, ...)\` or \`${sourceText(callee.object)} |> ${callee.name.name}(...)\``],
  });
}

function netElsewhere(cx: Context, expr: CallExpr, module: string): Type {
  silent(cx, expr);
  return cx.error("JM0313", { module }, [{ span: expr.span, text: "a net made in an expression" }], {
    help: [`declare it as a member: \`net ${module.toLowerCase()} = ${sourceText(expr)}\`, then call it`],
  });
}

function notCallable(cx: Context, expr: CallExpr, type: Type): Type {
  silent(cx, expr);
  const { callee } = expr;
  const help: string[] = [];
  if (callee.kind === "name") {
    const hidden = builtins.has(callee.name) || outer(cx, callee.name)?.kind === "fn";
    if (hidden) help.push(`the function \`${callee.name}\` is hidden by this name; rename one of them`);
    else if (type.kind === "tensor") help.push(`\`${callee.name}[...]\` takes a part of a tensor`);
  }
  const declared = callee.kind === "name" ? cx.scope.find(callee.name)?.span : undefined;
  return cx.error("JM0308", { name: sourceText(callee), found: cx.show(type) }, [
    { span: callee.span, text: cx.show(type) },
    ...(declared === undefined ? [] : [{ span: declared, text: "declared here" }]),
  ], { help });
}

/** What the name would mean in the outermost scope. */
function outer(cx: Context, name: string): Type | undefined {
  let { scope } = cx;
  while (scope.parent !== undefined) scope = scope.parent;
  return scope.own(name)?.type();
}
