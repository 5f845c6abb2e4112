import type { FnDecl, Param, TypeExpr } from "../syntax/ast.ts";
import type { Body, Context } from "./context.ts";
import { FnDefinition, type FnInfo, type SizeParams } from "./definition.ts";
import { expectType } from "./expect.ts";
import { bound, packName, Scope } from "./scope.ts";
import { namesIn, tensorType } from "./typeexpr.ts";
import { fixed, int, plain, type Origin, type Type } from "./types.ts";
import { assuming } from "./where.ts";

/** A function declared where `cx` is; `cx` is asked for when the body is checked. */
export function defineFn(decl: FnDecl, title: string, cx: () => Context): FnDefinition {
  let sizes: SizeParams | undefined;
  const definition = new FnDefinition(
    decl,
    title,
    () => (sizes ??= sizeParams(decl, cx().scope)),
    (self) => checkFn(self, cx()),
  );
  return definition;
}

/** Names in the signature's types that are no size yet where the function is declared. */
function sizeParams(decl: FnDecl, scope: Scope): SizeParams {
  const names = new Set<string>();
  const packs = new Set<string>();
  const own = new Set(decl.params.filter((p) => p.type.kind === "scalar-type").map((p) => p.name.name));
  for (const type of [...decl.params.map((p) => p.type), decl.result]) {
    if (type.kind !== "tensor-type") continue;
    for (const axis of type.axes) {
      if (axis.kind === "pack") packs.add(axis.name.name);
      else for (const name of namesIn(axis)) if (!own.has(name) && !isStatic(scope, name)) names.add(name);
    }
  }
  return { names, packs };
}

function isStatic(scope: Scope, name: string): boolean {
  const later = scope.announced(name)?.kind;
  if (scope.find(name) === undefined) return later === "let" || later === "dim" || later === "config";
  const type = scope.find(name)?.type();
  return type?.kind === "scalar" || (type?.kind === "unknown" && scope.find(name)?.what !== "fn");
}

/** Checks the body against the signature, with sizes as names. */
function checkFn(definition: FnDefinition, outer: Context): FnInfo {
  const { decl, title } = definition;
  const body: Body = { role: "fn", limits: new Map(), losses: [] };
  const scope = new Scope(outer.scope);
  const start = outer.with({ scope, origins: new Map(outer.origins), body, makesNets: false });
  const { names, packs } = definition.sizes();
  for (const name of names) scope.define(name, bound("size", start.atom(name, { stage: "static", from: new Set([name]) })));
  for (const name of packs) scope.define(packName(name), bound("sizes", { kind: "sizes", axes: [{ pack: name }] }));
  defineScalars(start, decl.params);
  const cx = assuming(start, decl.where);
  for (const param of decl.params) {
    if (param.type.kind === "tensor-type") scope.define(param.name.name, bound("parameter", tensorType(cx, param.type), { span: param.name.span }));
  }
  const wanted = resultType(cx, decl.result);
  const found = cx.session.block(cx.with({ scope: new Scope(scope) }), decl.body, wanted);
  let sound = true;
  if (decl.body.value !== undefined) {
    sound = expectType(cx, found, wanted, decl.body.value, `the result of ${title}`, { span: decl.result.span, text: "declared here" });
  }
  return { limits: body.limits, result: found.kind === "scalar" ? cx.originOf(found) : fixed, sound };
}

function resultType(cx: Context, type: TypeExpr): Type {
  if (type.kind === "tensor-type") return tensorType(cx, type);
  return type.name === "int" ? int(0) : plain(type.name, "", fixed);
}

/** Binds static parameters to themselves, and checks their defaults. `tracked`: whether uses of them are noted. */
export function defineScalars(cx: Context, params: readonly Param[], tracked = true): void {
  for (const param of params) {
    const { name, span } = param.name;
    const twin = cx.scope.own(name);
    if (twin !== undefined && twin.what === "parameter") {
      cx.error("JM0302", { name }, [{ span, text: "again here" }, ...(twin.span === undefined ? [] : [{ span: twin.span, text: "declared first here" }])]);
    }
    if (param.type.kind !== "scalar-type") continue;
    const origin: Origin = { stage: "static", from: new Set(tracked ? [name] : []) };
    const type: Type = param.type.name === "int" ? cx.atom(name, origin) : plain(param.type.name, name, origin);
    if (param.fallback !== undefined) {
      const found = cx.expr(param.fallback);
      expectType(cx, found, type, param.fallback, `the default of \`${name}\``, { span: param.type.span, text: "declared here" });
    }
    cx.scope.define(name, bound("parameter", type, { span }));
  }
}

