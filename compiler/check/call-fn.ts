import type { Label } from "../diagnostics/diagnostic.ts";
import type { Param } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { anyUnknown, matchArguments, slotsOf, type Given, type Site } from "./arguments.ts";
import { innerText, sourceText, stageText, type Context } from "./context.ts";
import type { FnDefinition, FnInfo } from "./definition.ts";
import { expectType } from "./expect.ts";
import { opaqueInt, real, truth } from "./static.ts";
import { bound, Scope } from "./scope.ts";
import { tensorType } from "./typeexpr.ts";
import { int, isLater, joined, plain, showType, tensor, unknown, type Scalar, type Tensor, type Type } from "./types.ts";
import { Unifier, type Clash } from "./unify.ts";
import { checkWhere } from "./where.ts";

/** A call of a function: its signature read with the caller's sizes in place of its parameters. */
export function callFn(cx: Context, definition: FnDefinition, home: Scope, site: Site, expected?: Type): Type {
  const { decl, title } = definition;
  const given = matchArguments(cx, slotsOf(decl.params), { ...site, declared: decl.headSpan });
  const info = definition.info();
  if (info === undefined) return cx.error("JM0311", { name: title }, [{ span: site.span, text: "calls what is being defined" }]);
  if (given === undefined || anyUnknown(given)) return unknown;

  const inside = cx.with({ scope: new Scope(home), quiet: true, makesNets: false });
  const scalars = bindScalars(cx, inside, decl.params, given, title);
  if (scalars === undefined) return unknown;
  const unifier = new Unifier(inside, definition.sizes());
  if (!bindTensors(cx, inside, unifier, decl.params, given, title)) return unknown;
  if (expected?.kind === "tensor" && decl.result.kind === "tensor-type") {
    const meetings = unifier.meet(decl.result.axes, expected.axes, site.span);
    if ("length" in meetings) unifier.solve(meetings, site.span);
  }
  const open = [...definition.sizes().names].filter((n) => unifier.isOpen(n)).concat([...definition.sizes().packs].filter((p) => inside.scope.own(`..${p}`) === undefined).map((p) => `..${p}`));
  if (open.length > 0) {
    return cx.error("JM0208", { callee: title, names: open }, [{ span: site.span, text: `${open.join(", ")} unknown` }, { span: decl.headSpan, text: "declared here" }], {
      help: ["a size that no argument tells is taken from the type of what is initialised: `param b: f32[D] = zeros()`"],
    });
  }
  if (!checkWhere(cx, inside, decl.where, site.span, title)) return unknown;
  if (!withinLimits(cx, inside, info, given, site.span, title)) return unknown;
  return info.sound ? result(cx, inside, definition, info, scalars, given) : unknown;
}

/** Static parameters take their values in order, so that a default may name an earlier one. Undefined: reported. */
export function bindScalars(cx: Context, inside: Context, params: readonly Param[], given: ReadonlyMap<string, Given>, title: string): Scalar[] | undefined {
  const values: Scalar[] = [];
  let fits = true;
  for (const param of params) {
    if (param.type.kind !== "scalar-type") continue;
    const { name } = param.name;
    const arg = given.get(name);
    const type = arg?.type ?? (param.fallback === undefined ? unknown : inside.expr(param.fallback));
    const wanted: Type = param.type.name === "int" ? int(0) : plain(param.type.name, name, { stage: "static", from: new Set() });
    const declared: Label = { span: param.span, text: "declared here" };
    if (arg !== undefined && !expectType(cx, type, wanted, arg.value, `\`${name}\` of ${title}`, declared)) fits = false;
    if (type.kind !== "scalar") {
      if (type.kind === "unknown") fits = false;
      continue;
    }
    const value = param.type.name === "real" && type.of === "int" ? real(cx, cx.text(type), [type]) : type;
    values.push(value);
    inside.scope.define(name, bound("parameter", value));
  }
  return fits ? values : undefined;
}

function bindTensors(cx: Context, inside: Context, unifier: Unifier, params: readonly Param[], given: ReadonlyMap<string, Given>, title: string): boolean {
  const tensors = params.flatMap((param) => {
    const arg = given.get(param.name.name);
    return param.type.kind === "tensor-type" && arg !== undefined ? [{ param, type: param.type, arg }] : [];
  });
  const met: { readonly param: Param; readonly arg: Given; readonly found: Tensor; readonly meetings: ReturnType<Unifier["meet"]> }[] = [];
  let fits = true;
  for (const { param, type, arg } of tensors) {
    const found = asTensor(arg.type, type.dtype);
    if (found === undefined || found.dtype !== type.dtype) {
      wrongElements(cx, param, arg, title);
      fits = false;
      continue;
    }
    met.push({ param, arg, found, meetings: unifier.meet(type.axes, found.axes, arg.span) });
  }
  const report = (entry: (typeof met)[number], clash: Clash) => {
    fits = false;
    clashError(cx, unifier, entry, clash, title);
  };
  while (met.some((m) => "length" in m.meetings && unifier.solve(m.meetings, m.arg.span)));
  for (const entry of met) {
    const clash = "length" in entry.meetings ? unifier.compare(entry.meetings) : entry.meetings;
    if (clash !== undefined) report(entry, clash);
  }
  for (const { param, found } of met) inside.scope.define(param.name.name, bound("parameter", found));
  return fits;
}

/** No tensor, or one of other elements. */
function wrongElements(cx: Context, param: Param, { type, value, span }: Given, title: string): void {
  if (param.type.kind !== "tensor-type") return;
  const { axes, dtype } = param.type;
  const fitsOtherwise = type.kind === "tensor" && (axes.length === type.axes.length || axes.some((a) => a.kind === "pack"));
  const parts = { what: `\`${param.name.name}\` of ${title}`, expected: sourceText(param.type), found: cx.show(type) };
  cx.error("JM0320", parts, [{ span, text: cx.show(type) }, { span: param.span, text: "declared here" }], {
    help: fitsOtherwise ? [`\`${dtype}(${innerText(value)})\` converts it`] : [],
  });
}

/** A static number stands for a tensor without axes. */
function asTensor(type: Type, dtype: Tensor["dtype"]): Tensor | undefined {
  if (type.kind === "tensor") return type;
  if (type.kind !== "scalar") return undefined;
  const fits = dtype === "f32" ? type.of === "real" || type.of === "int" : type.of === (dtype === "i32" ? "int" : "bool");
  return fits ? tensor(dtype, []) : undefined;
}

function clashError(cx: Context, unifier: Unifier, entry: { readonly param: Param; readonly arg: Given; readonly found: Tensor }, clash: Clash, title: string): void {
  const { param, arg, found } = entry;
  if (param.type.kind !== "tensor-type") return;
  const expected = `${param.type.dtype}[${param.type.axes.map((a) => unifier.showAxis(cx, a)).filter((t) => t !== "").join(", ")}]`;
  const labels: Label[] = [
    { span: arg.span, text: cx.show(found) },
    { span: param.span, text: "declared here" },
  ];
  const parts = { callee: title, name: param.name.name, expected, found: cx.show(found) };
  if (clash.why === "rank") {
    cx.error("JM0202", { ...parts, axes: found.axes.length }, labels);
    return;
  }
  if (clash.why === "unsolved") {
    cx.error("JM0208", { callee: title, names: clash.names }, labels);
    return;
  }
  const first = clash.name === undefined ? undefined : unifier.found.get(clash.name);
  const differs = found.axes[clash.at];
  const notes = differs === undefined ? [] : [`axis ${clash.at} is ${cx.showSize(differs)}${knownAs(cx, unifier, param, clash)}`];
  if (first !== undefined && first.span !== arg.span && clash.name !== undefined) {
    const value = first.dims.length === 1 ? cx.showSize(first.dims[0]!) : `[${first.dims.map((d) => cx.showSize(d)).join(", ")}]`;
    labels.splice(1, 0, { span: first.span, text: value === clash.name ? `${value} is found here` : `\`${clash.name}\` is ${value} here` });
  }
  cx.error("JM0204", parts, labels, { notes });
}

/** `, not D (the size in)` */
function knownAs(cx: Context, unifier: Unifier, param: Param, clash: Clash): string {
  if (clash.why !== "size" || clash.name === undefined || param.type.kind !== "tensor-type") return "";
  const axis = param.type.axes.find((a) => a.kind === "name" && a.name === clash.name);
  if (axis === undefined) return "";
  const value = unifier.showAxis(cx, axis);
  return value === clash.name ? `, not ${value}` : `, not ${value} (the size \`${clash.name}\`)`;
}

/** What the body asks of its parameters: that a loop bound be static, and so on. */
function withinLimits(cx: Context, inside: Context, info: FnInfo, given: ReadonlyMap<string, Given>, span: Span, title: string): boolean {
  let fits = true;
  for (const [name, limit] of info.limits) {
    const value = inside.scope.own(name)?.type();
    if (value?.kind !== "scalar") continue;
    const origin = cx.originOf(value);
    const at = given.get(name)?.span ?? span;
    if (isLater(origin.stage, limit.most)) {
      fits = false;
      cx.error("JM0330", { found: cx.showValue(value), stage: origin.stage, most: limit.most, why: limit.why }, [
        { span: at, text: stageText(origin.stage) },
        { span: limit.span, text: `\`${name}\` is used here ${limit.why}` },
      ]);
    } else {
      cx.require(value, limit.most, at, `${limit.why}, by ${title}`);
    }
  }
  return fits;
}

function result(cx: Context, inside: Context, definition: FnDefinition, info: FnInfo, scalars: readonly Scalar[], given: ReadonlyMap<string, Given>): Type {
  const { decl } = definition;
  if (decl.result.kind === "tensor-type") return tensorType(inside, decl.result);
  const used = [...info.result.from].flatMap((name) => {
    const type = inside.scope.own(name)?.type();
    return type?.kind === "scalar" ? [cx.originOf(type)] : [];
  });
  const origin = joined([info.result, ...used].map((o) => (o === info.result ? { stage: o.stage, from: new Set<string>() } : o)));
  const parts = plain("text", "", origin);
  const shown = [...scalars.map((s) => cx.text(s)), ...[...given.values()].filter((g) => g.type.kind === "tensor").map((g) => showType(g.type, cx.facts))];
  const text = `${decl.name?.name ?? definition.title}(${shown.join(", ")})`;
  if (decl.result.name === "int") return opaqueInt(cx, text, [parts]);
  if (decl.result.name === "bool") return truth(cx, text, [parts]);
  return decl.result.name === "real" ? real(cx, text, [parts]) : plain("text", text, origin);
}
