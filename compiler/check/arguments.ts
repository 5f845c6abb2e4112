import type { Arg, Expr, Param } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import type { Context } from "./context.ts";
import { nearest } from "./suggestion.ts";
import { unknown, type Type } from "./types.ts";

/** A parameter as a call sees it. */
export interface Slot {
  readonly name: string;
  readonly optional: boolean;
  /** Given by position only, by name only, or (absent) either way. */
  readonly by?: "position" | "name";
}

export interface Given {
  readonly value: Expr;
  readonly type: Type;
  readonly span: Span;
}

/** A call: who is called, for messages, and where. */
export interface Site {
  readonly callee: string;
  readonly span: Span;
  readonly args: readonly Arg[];
  /** Where the callee is declared, if in a file. */
  readonly declared?: Span;
  /** One line on how it is called. */
  readonly usage?: string;
}

export function slotsOf(params: readonly Param[]): Slot[] {
  return params.map((p) => ({ name: p.name.name, optional: p.fallback !== undefined }));
}

/** The signature in one line, for help: `Linear(in, out, std?)`. */
function signature(callee: string, slots: readonly Slot[]): string {
  return `${callee}(${slots.map((s) => s.name + (s.optional ? "?" : "")).join(", ")})`;
}

/**
 * Which argument goes to which parameter, each checked once. Undefined where they do not fit (reported); arguments
 * are checked for their own mistakes even then.
 */
export function matchArguments(cx: Context, slots: readonly Slot[], site: Site, expected?: ReadonlyMap<string, Type>): Map<string, Given> | undefined {
  const given = new Map<string, Given>();
  const help = [site.usage ?? `the parameters are ${signature(site.callee, slots)}`];
  let fits = true;
  let position = 0;
  let named = false;
  for (const arg of site.args) {
    const slot = slotOf(arg, slots, arg.name === undefined ? position++ : 0);
    const type = cx.expr(arg.value, slot === undefined ? undefined : expected?.get(slot.name));
    const entry: Given = { value: arg.value, type, span: arg.value.span };
    if (arg.name === undefined && named) {
      fits = false;
      cx.error("JM0307", { callee: site.callee }, [{ span: arg.span, text: "a positional argument" }], { help: ["give it a name, or move it to the front"] });
    } else if (slot === undefined) {
      fits = false;
      misplaced(cx, arg, slots, site, help);
    } else if (given.has(slot.name)) {
      fits = false;
      cx.error("JM0306", { callee: site.callee, name: slot.name }, [
        { span: arg.span, text: "again here" },
        { span: given.get(slot.name)!.span, text: "given first here" },
      ]);
    } else {
      given.set(slot.name, entry);
    }
    named ||= arg.name !== undefined;
  }
  const missing = slots.filter((s) => !s.optional && !given.has(s.name)).map((s) => s.name);
  if (fits && missing.length > 0) {
    fits = false;
    const labels = [{ span: site.span, text: "" }, ...(site.declared === undefined ? [] : [{ span: site.declared, text: "declared here" }])];
    cx.error("JM0304", { callee: site.callee, missing }, labels, { help });
  }
  return fits ? given : undefined;
}

function slotOf({ name }: Arg, slots: readonly Slot[], position: number): Slot | undefined {
  if (name !== undefined) return slots.find((s) => s.name === name.name && s.by !== "position");
  const slot = slots[position];
  return slot?.by === "name" ? undefined : slot;
}

function misplaced(cx: Context, arg: Arg, slots: readonly Slot[], site: Site, help: string[]): void {
  if (arg.name === undefined) {
    const most = slots.filter((s) => s.by !== "name").length;
    cx.error("JM0305", { callee: site.callee, most, found: site.args.filter((a) => a.name === undefined).length }, [{ span: arg.span, text: "one too many" }], { help });
    return;
  }
  const near = nearest(arg.name.name, slots.filter((s) => s.by !== "position").map((s) => s.name));
  const hint = near === undefined ? help : [`did you mean \`${near}\`?`, ...help];
  cx.error("JM0303", { callee: site.callee, name: arg.name.name }, [{ span: arg.name.span, text: "no such parameter" }], { help: hint });
}

/** Whether an argument is already reported. */
export function anyUnknown(given: ReadonlyMap<string, Given>): boolean {
  return [...given.values()].some((g) => g.type === unknown);
}
