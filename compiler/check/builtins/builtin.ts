import type { Span } from "../../syntax/source.ts";
import type { Given, Slot } from "../arguments.ts";
import { sourceText, type Context } from "../context.ts";
import { isPack, type Scalar, type Tensor, type Type } from "../types.ts";

/** One built-in function: its parameters and its type rule. */
export interface Builtin {
  readonly name: string;
  /** One line for completion and the docs: the signature, and what it does. */
  readonly doc: string;
  readonly params: readonly Slot[];
  /** Works element by element, also on the flat memory of an update rule. */
  readonly elementwise?: boolean;
  check(call: BuiltinCall): Type;
}

export interface BuiltinCall {
  readonly cx: Context;
  readonly span: Span;
  readonly name: string;
  /** By parameter; none of unknown type. */
  readonly given: ReadonlyMap<string, Given>;
}

/** `"x axis:? keep:?"`: a colon marks what is given by name only, `=` what may be, a question mark what may be left out. */
export function slots(text: string): Slot[] {
  return text.split(" ").filter((t) => t !== "").map((t) => {
    const name = t.replace(/[:=?]/g, "");
    const optional = t.endsWith("?");
    if (t.includes("=")) return { name, optional };
    return { name, optional, by: t.includes(":") ? "name" : "position" };
  });
}

/** An argument that must be there: `matchArguments` has seen to that. */
export function argument(call: BuiltinCall, name: string): Given {
  const given = call.given.get(name);
  if (given === undefined) throw new Error(`the argument ${name} of ${call.name} passed the count`);
  return given;
}

/** Reports an argument of the wrong type. */
export function refuse(call: BuiltinCall, given: Given, name: string, expected: string, help: readonly string[] = []) {
  const found = call.cx.show(given.type);
  return call.cx.error("JM0320", { what: `\`${name}\` of ${call.name}`, expected, found }, [{ span: given.span, text: found }], { help });
}

/** A tensor argument of one of these element types, or undefined (reported). */
export function tensorArgument(call: BuiltinCall, name: string, dtypes: readonly Tensor["dtype"][]): Tensor | undefined {
  const given = argument(call, name);
  if (given.type.kind === "tensor" && dtypes.includes(given.type.dtype)) return given.type;
  const help = given.type.kind === "tensor" && dtypes[0] !== undefined ? [`\`${dtypes[0]}(${sourceText(given.value)})\` converts it`] : [];
  const expected = dtypes.length === 3 ? "a tensor" : `${dtypes[0] === "i32" ? "an i32" : "an f32"} tensor`;
  refuse(call, given, name, expected, help);
  return undefined;
}

/** A static scalar argument of one of these types, or undefined (absent, or reported). */
export function scalarArgument(call: BuiltinCall, name: string, of: readonly Scalar["of"][]): Scalar | undefined {
  const given = call.given.get(name);
  if (given === undefined) return undefined;
  if (given.type.kind === "scalar" && of.includes(given.type.of)) return given.type;
  refuse(call, given, name, of.map((o) => (o === "int" ? "an int" : `a ${o}`)).join(" or "));
  return undefined;
}

/** A literal axis as a position in the tensor's axes; undefined (reported) if there is no such axis. */
export function axisPosition(call: BuiltinCall, axis: number, x: Tensor, at: Given): number | undefined {
  const rank = x.axes.length;
  const pack = x.axes.findIndex(isPack);
  const position = axis < 0 ? rank + axis : axis;
  const shown = { span: argument(call, call.given.has("x") ? "x" : "parts").span, text: call.cx.show(x) };
  if (pack >= 0 && (axis < 0 ? position <= pack : position >= pack)) {
    const help = axis >= 0 && pack === 0 && rank > 1 ? ["count from the end: the last axis is -1"] : [];
    call.cx.error("JM0218", {}, [{ span: at.span, text: `axis ${axis} is not known` }, shown], { help });
    return undefined;
  }
  if (position < 0 || position >= rank) {
    call.cx.error("JM0217", { axis, axes: rank }, [{ span: at.span, text: "no such axis" }, shown]);
    return undefined;
  }
  return position;
}

/** `axis: -1` or `axis: [0, 1]`: numbers known while compiling; undefined if reported. */
export function axisNumbers(call: BuiltinCall, given: Given): readonly number[] | undefined {
  const types = given.type.kind === "list" && !given.type.repeated ? given.type.items : [given.type];
  const numbers: number[] = [];
  for (const type of types) {
    const value = type.kind === "scalar" && type.of === "int" ? call.cx.facts.normal(type.size).constant : undefined;
    if (value === undefined) {
      call.cx.error("JM0335", { what: `\`axis\` of ${call.name}` }, [{ span: given.span, text: call.cx.show(given.type) }]);
      return undefined;
    }
    numbers.push(value);
  }
  return numbers;
}
