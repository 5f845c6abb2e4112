import type { ConfigDecl, ModelDecl } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { diagnose } from "../diagnostics/codes.ts";
import { nearest } from "../diagnostics/suggest.ts";
import { fail } from "./failure.ts";
import type { Interpreter, Layers } from "./interpreter.ts";
import type { Scope } from "./scope.ts";
import { asScalar } from "./want.ts";
import { bool, int, real, type Value } from "./value.ts";

/** What the user chose: a preset, then single values over it. */
export interface Choices {
  readonly preset?: string;
  /** `--set depth=4`: texts as typed. */
  readonly set?: Readonly<Record<string, string>>;
  /** Whether the backward pass keeps what the nets of lists made, or computes it again; kept when not given. */
  readonly layers?: Layers;
}

/** Declares every config of the model in `scope`, with its default or the chosen value; gives back plain values. */
export function applyConfig(it: Interpreter, model: ModelDecl, choices: Choices, scope: Scope): Record<string, number | string | boolean> {
  const configs = model.members.filter((m): m is ConfigDecl => m.kind === "config");
  const presets = model.members.filter((m) => m.kind === "preset");
  const chosen = presets.find((p) => p.name.name === choices.preset);
  if (choices.preset !== undefined && chosen === undefined) {
    const names = presets.map((p) => p.name.name);
    fail(
      diagnose("JM0504", { name: choices.preset, model: model.name.name }, [{ span: model.name.span, text: "" }], {
        help: names.length === 0 ? ["the model declares no presets"] : [`presets: ${names.join(", ")}`],
      }),
    );
  }
  for (const name of Object.keys(choices.set ?? {})) {
    if (configs.some((c) => c.name.name === name)) continue;
    const names = configs.map((c) => c.name.name);
    const close = nearest(name, names);
    fail(
      diagnose("JM0502", { name, model: model.name.name }, [{ span: model.name.span, text: "" }], {
        help: [close === undefined ? `configs: ${names.join(", ")}` : `did you mean \`${close}\`?`],
      }),
    );
  }
  const plain: Record<string, number | string | boolean> = {};
  for (const config of configs) {
    const name = config.name.name;
    const standard = it.evaluate(config.value, scope);
    const preset = chosen?.settings.find((s) => s.name.name === name);
    const typed = choices.set?.[name];
    let value = standard;
    if (preset !== undefined) value = fit(name, standard, it.evaluate(preset.value, scope), preset.span, sourceText(preset.value.span));
    if (typed !== undefined) value = fit(name, standard, readTyped(typed), config.span, typed);
    scope.declare(name, value);
    plain[name] = value.kind === "text" ? value.text : plainScalar(it, value, config.span);
  }
  return plain;
}

function plainScalar(it: Interpreter, value: Value, span: Span): number | boolean {
  const scalar = asScalar(it, value, span);
  if (typeof scalar.host !== "number") it.fail("JM0508", { what: "a config", found: "a value that changes from step to step" }, span);
  return scalar.type === "bool" ? scalar.host !== 0 : scalar.host;
}

/** A value typed on the command line. */
function readTyped(text: string): Value {
  if (text === "true" || text === "false") return bool(Number(text === "true"));
  const digits = text.replaceAll("_", "");
  if (/^[+-]?\d+$/.test(digits)) return int(Number(digits));
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits)) return real(Number(digits));
  return { kind: "text", text };
}

/** Checks that a chosen value has the type of the default; ints become reals where a real stands. */
function fit(name: string, standard: Value, chosen: Value, span: Span, shown: string): Value {
  const type = (v: Value): string => (v.kind === "scalar" ? v.type : v.kind);
  if (type(standard) === type(chosen)) return chosen;
  if (chosen.kind === "scalar" && type(standard) === "real" && type(chosen) === "int") return real(chosen.host);
  return fail(
    diagnose("JM0503", { name, expected: type(standard), found: `${type(chosen)} \`${shown}\`` }, [{ span, text: `${type(standard)} by its default` }]),
  );
}

function sourceText(span: Span): string {
  return span.source.text.slice(span.start, span.end);
}
