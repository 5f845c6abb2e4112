import type { Expr } from "../syntax/ast.ts";
import type { Site } from "./arguments.ts";
import { callFn } from "./call-fn.ts";
import type { Context } from "./context.ts";
import type { NetInstance, Net, Type } from "./types.ts";
import { misfit } from "./fits.ts";
import { didYouMean } from "./suggestion.ts";
import { unknown } from "./types.ts";

/** `encoder(x)` and `encoder.visible(x, at)`: of a net that a static `if` chose, every choice must give the same type. */
export function callNet(cx: Context, net: Net, method: (Expr & { kind: "member" }) | undefined, site: Site, expected?: Type): Type {
  let first: Type | undefined;
  for (const option of net.options) {
    const type = callOption(cx, option, method, site, expected);
    if (type.kind === "unknown") return unknown;
    if (first !== undefined && misfit(cx.facts, first, type) !== undefined) {
      return cx.error("JM0326", { a: cx.show(first), b: cx.show(type) }, [{ span: site.span, text: `${cx.show(first)} or ${cx.show(type)}` }], {
        notes: ["the net is one of several modules, chosen by a static `if`"],
      });
    }
    first ??= type;
  }
  return first ?? unknown;
}

function callOption(cx: Context, option: NetInstance, method: (Expr & { kind: "member" }) | undefined, site: Site, expected?: Type): Type {
  const module = option.module.decl.name.name;
  const methods = option.module.info()?.methods;
  if (methods === undefined) return cx.error("JM0311", { name: module }, [{ span: site.span, text: "uses what is being defined" }]);
  const name = method?.name.name ?? "";
  const definition = methods.get(name);
  if (definition !== undefined) return callFn(cx, definition, option.scope, { ...site, callee: definition.title }, expected);
  for (const arg of site.args) cx.expr(arg.value);
  const named = [...methods.keys()].filter((m) => m !== "");
  const has = [{ span: option.module.decl.name.span, text: "declared here" }];
  if (method === undefined) {
    const help = named.map((m) => `\`${site.callee}.${m}(...)\` calls its function \`${m}\``);
    return cx.error("JM0407", { module }, [{ span: site.span, text: "" }, ...has], { help });
  }
  const isMember = option.module.decl.members.some((m) => m.kind !== "member-if" && m.name?.name === name);
  const help = isMember ? ["from outside a module only its functions are seen"] : didYouMean(name, named);
  const list = named.length > 0 ? [`its functions are ${named.map((m) => `\`${m}\``).join(", ")}`] : [];
  return cx.error("JM0309", { module, name }, [{ span: method.name.span, text: "not a function of the module" }, ...has], { help: [...help, ...list] });
}
