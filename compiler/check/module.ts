import type { Member, ModuleDecl } from "../syntax/ast.ts";
import { bindScalars } from "./call-fn.ts";
import { anyUnknown, matchArguments, slotsOf, type Site } from "./arguments.ts";
import type { Context } from "./context.ts";
import { ModuleDefinition, type FnDefinition, type ModuleInfo } from "./definition.ts";
import { expectType } from "./expect.ts";
import { defineFn, defineScalars } from "./fn.ts";
import { bound, once, Scope } from "./scope.ts";
import { invertedText } from "./static.ts";
import { tensorType } from "./typeexpr.ts";
import { unknown, type NetInstance, type Type } from "./types.ts";
import { assuming, checkWhere } from "./where.ts";

/** A module declared in the file that `file` is the context of. */
export function defineModule(decl: ModuleDecl, file: () => Context): ModuleDefinition {
  return new ModuleDefinition(decl, () => build(decl, file()));
}

/** Members in order, each seeing those before it; functions see all. */
function build(decl: ModuleDecl, file: Context): ModuleInfo {
  const scope = new Scope(file.scope);
  const start = file.with({ scope, origins: new Map(file.origins), body: undefined });
  for (const param of decl.params) {
    if (param.type.kind === "tensor-type") {
      start.error("JM0401", { name: param.name.name, module: decl.name.name }, [{ span: param.type.span, text: "a tensor" }], {
        help: ["tensors are parameters of the module's functions"],
      });
    }
  }
  defineScalars(start, decl.params, false);
  const methods = new Map<string, FnDefinition>();
  let finished: Context = start;
  const addMethod = (fn: Extract<Member, { kind: "fn" }>) => {
    const name = fn.name?.name ?? "";
    const twin = methods.get(name);
    const title = name === "" ? decl.name.name : `${decl.name.name}.${name}`;
    if (twin !== undefined) {
      start.error("JM0402", { name, module: decl.name.name }, [
        { span: fn.headSpan, text: "again here" },
        { span: twin.decl.headSpan, text: "declared first here" },
      ]);
      return;
    }
    const definition = defineFn(fn, title, () => finished);
    methods.set(name, definition);
    if (name !== "") scope.define(name, bound("fn", { kind: "fn", definition, scope }, { span: fn.name?.span }));
  };
  for (const member of decl.members) if (member.kind === "fn") addMethod(member);
  announceMembers(scope, decl.members);
  const cx = assuming(start, decl.where);
  finished = cx;
  defineMembers(cx, decl.members, []);
  return { cx, methods };
}

function announceMembers(scope: Scope, members: readonly Member[]): void {
  for (const member of members) {
    if (member.kind === "member-if") [member.then, member.otherwise].forEach((branch) => announceMembers(scope, branch));
    else if (member.kind !== "fn") scope.announce(member);
  }
}

function defineMembers(cx: Context, members: readonly Member[], needs: readonly string[]): void {
  for (const member of members) {
    switch (member.kind) {
      case "fn":
        if (needs.length > 0) cx.error("JM0403", {}, [{ span: member.headSpan, text: "inside an `if`" }]);
        break;
      case "member-if": {
        const condition = cx.expr(member.condition);
        const text = staticCondition(cx, condition, member.condition);
        defineMembers(text === undefined ? cx : cx.with({ assumed: new Set([...cx.assumed, text]) }), member.then, [...needs, text ?? ""]);
        const opposite = text === undefined ? "" : invertedText(text);
        defineMembers(cx.with({ assumed: new Set([...cx.assumed, opposite]) }), member.otherwise, [...needs, opposite]);
        break;
      }
      default:
        defineMember(cx, member, needs);
    }
  }
}

function defineMember(cx: Context, member: Exclude<Member, { kind: "fn" | "member-if" }>, needs: readonly string[]): void {
  const { name, span } = member.name;
  const twin = cx.scope.own(name);
  const type = memberType(cx, member);
  const both = twin?.needs !== undefined && needs.length > 0 && opposite(twin.needs, needs);
  if (twin !== undefined && !both) {
    cx.error("JM0302", { name }, [{ span, text: "again here" }, ...(twin.span === undefined ? [] : [{ span: twin.span, text: "declared first here" }])]);
    return;
  }
  const known = both ? merged(twin.type(), type) : undefined;
  const whole = known === undefined ? needs : needs.slice(0, -1);
  const what = member.kind === "weight" ? "param" : member.kind;
  cx.scope.define(name, bound(what, known ?? type, { span, ...(whole.length > 0 ? { needs: whole } : {}) }));
}

function memberType(cx: Context, member: Exclude<Member, { kind: "fn" | "member-if" }>): Type {
  if (member.kind === "let") return cx.expr(member.value);
  if (member.kind === "net") return netValue(cx, member.value);
  if (member.type.kind !== "tensor-type") {
    return cx.error("JM0404", { name: member.name.name }, [{ span: member.type.span, text: "no tensor type" }], { help: ["a number that is trained is an `f32[]`"] });
  }
  const type = tensorType(cx, member.type);
  if (type.kind === "unknown") return type;
  if (type.dtype !== "f32") cx.error("JM0405", { name: member.name.name, found: type.dtype }, [{ span: member.type.span, text: `${type.dtype}, not f32` }]);
  const found = cx.expr(member.init, type);
  expectType(cx, found, type, member.init, `the start value of \`${member.name.name}\``, { span: member.type.span, text: "declared here" });
  return type;
}

/** What `net x = ...` makes: a net, or a list of nets. */
export function netValue(cx: Context, value: Extract<Member, { kind: "net" }>["value"]): Type {
  const type = cx.with({ makesNets: true }).expr(value);
  const isNets = type.kind === "net" || (type.kind === "list" && type.items.every((i) => i.kind === "net" || i.kind === "unknown"));
  if (isNets || type.kind === "unknown") return type;
  const help = type.kind === "module" ? [`\`${type.decl.name.name}(...)\` makes an instance`] : ["a value that is no net is declared with `let`"];
  return cx.error("JM0406", { found: cx.show(type) }, [{ span: value.span, text: cx.show(type) }], { help });
}

function staticCondition(cx: Context, type: Type, at: Extract<Member, { kind: "member-if" }>["condition"]): string | undefined {
  if (type.kind === "unknown") return undefined;
  if (type.kind === "scalar" && type.of === "bool") return cx.text(type);
  cx.error("JM0323", { found: cx.show(type) }, [{ span: at.span, text: cx.show(type) }]);
  return undefined;
}

function opposite(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.slice(0, -1).every((x, i) => x === b[i]) && invertedText(a.at(-1) ?? "") === b.at(-1);
}

/** One name for either of two nets. */
export function merged(a: Type, b: Type): Type | undefined {
  if (a.kind !== "net" || b.kind !== "net") return undefined;
  const options = new Map([...a.options, ...b.options].map((o) => [o.key, o]));
  return { kind: "net", options: [...options.values()] };
}

/** `Linear(D, 3 * D)`: an instance, its module's names bound to what is given. */
export function instantiate(cx: Context, definition: ModuleDefinition, site: Site): Type {
  const { decl } = definition;
  const given = matchArguments(cx, slotsOf(decl.params), { ...site, declared: decl.name.span });
  const info = definition.info();
  if (info === undefined) return cx.error("JM0311", { name: decl.name.name }, [{ span: site.span, text: "makes what is being defined" }]);
  if (given === undefined || anyUnknown(given)) return unknown;
  const scope = new Scope(info.cx.scope.parent);
  const inside = cx.with({ scope, quiet: true, makesNets: true });
  const values = bindScalars(cx, inside, decl.params, given, decl.name.name);
  if (values === undefined) return unknown;
  for (const [name, arg] of given) {
    if (arg.type.kind === "scalar" && !cx.require(arg.type, "static", arg.span, `as \`${name}\` of a module`)) return unknown;
  }
  if (!checkWhere(cx, inside, decl.where, site.span, decl.name.name)) return unknown;
  bindMembers(inside, decl.members);
  for (const [name, method] of info.methods) if (name !== "") scope.define(name, bound("fn", { kind: "fn", definition: method, scope }));
  const instance: NetInstance = { module: definition, scope, key: `${decl.name.name}(${values.map((v) => cx.text(v)).join(", ")})`, average: false };
  return { kind: "net", options: [instance] };
}

/** Lets of the instance, for signatures that name them. */
function bindMembers(inside: Context, members: readonly Member[]): void {
  for (const member of members) {
    if (member.kind === "let") {
      const type = once<Type>(() => inside.expr(member.value), () => unknown);
      inside.scope.define(member.name.name, { what: "let", type });
    }
  }
}
