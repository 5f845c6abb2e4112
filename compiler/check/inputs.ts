import type { InputDecl } from "../syntax/ast.ts";
import { matchArguments, type Slot } from "./arguments.ts";
import type { Context } from "./context.ts";
import { expectType } from "./expect.ts";
import { didYouMean } from "./suggestion.ts";
import { tensorType } from "./typeexpr.ts";
import { fixed, int, plain, type Scalar, type Type } from "./types.ts";

interface Source {
  readonly slots: readonly Slot[];
  readonly types: ReadonlyMap<string, Scalar>;
  readonly dtype: "f32" | "i32";
  readonly axes: number;
  readonly shape: string;
}

/** What a trainer can fill an input with: clips of audio, and how many of their samples are real. */
const sources: ReadonlyMap<string, Source> = new Map([
  [
    "audio",
    {
      slots: [{ name: "rate", optional: false }, { name: "crop", optional: true }],
      types: new Map<string, Scalar>([["rate", int(0)], ["crop", plain("text", "", fixed)]]),
      dtype: "f32",
      axes: 2,
      shape: "f32[clips, samples]",
    },
  ],
  ["valid", { slots: [], types: new Map(), dtype: "i32", axes: 1, shape: "i32[clips]" }],
]);

/** `input clip: f32[batch, samples] from audio(rate: rate)` */
export function checkInput(cx: Context, decl: InputDecl): Type {
  if (decl.type.kind !== "tensor-type") {
    return cx.error("JM0404", { name: decl.name.name }, [{ span: decl.type.span, text: "no tensor type" }], { help: ["a number that stays the same is a `config`"] });
  }
  const type = tensorType(cx, decl.type);
  const { source } = decl;
  if (source === undefined) return type;
  const known = sources.get(source.name.name);
  if (known === undefined) {
    for (const arg of source.args) cx.expr(arg.value);
    const help = didYouMean(source.name.name, sources.keys());
    cx.error("JM0413", { name: source.name.name }, [{ span: source.name.span, text: "no such source" }], {
      help: help.length > 0 ? help : [`the sources are ${[...sources.keys()].map((s) => `\`${s}\``).join(" and ")}; an input without \`from\` is filled by the caller`],
    });
    return type;
  }
  const given = matchArguments(cx, known.slots, { callee: source.name.name, span: source.span, args: source.args });
  for (const [name, arg] of given ?? []) {
    const wanted = known.types.get(name);
    if (wanted !== undefined && expectType(cx, arg.type, wanted, arg.value, `\`${name}\` of ${source.name.name}`) && arg.type.kind === "scalar") {
      cx.require(arg.type, "static", arg.span, "to read the data");
    }
  }
  if (type.kind === "tensor" && (type.dtype !== known.dtype || type.axes.length !== known.axes)) {
    cx.error("JM0414", { source: source.name.name, expected: known.shape, found: cx.show(type) }, [
      { span: decl.type.span, text: cx.show(type) },
      { span: source.span, text: `gives ${known.shape}` },
    ]);
  }
  return type;
}
