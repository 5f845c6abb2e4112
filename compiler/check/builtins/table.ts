import { arrangeBuiltins } from "./arrange.ts";
import type { Builtin } from "./builtin.ts";
import { elementwiseBuiltins } from "./elementwise.ts";
import { indexBuiltins } from "./index.ts";
import { reduceBuiltins } from "./reduce.ts";
import { sourceBuiltins } from "./source.ts";

/** All built-in functions by name. `rearrange`, `repeat` and `einsum` are special forms: see rearrange.ts. */
export const builtins: ReadonlyMap<string, Builtin> = new Map(
  [...elementwiseBuiltins, ...reduceBuiltins, ...arrangeBuiltins, ...indexBuiltins, ...sourceBuiltins].map((b) => [b.name, b]),
);

/** For completion and the docs: every built-in with its line. */
export const builtinDocs: readonly { readonly name: string; readonly doc: string }[] = [
  ...[...builtins.values()].map(({ name, doc }) => ({ name, doc })),
  { name: "rearrange", doc: "rearrange(x, b n (h k) -> b h n k, h: heads): axes by name, split and merged" },
  { name: "repeat", doc: "repeat(x, t -> (t f), f: 8): like rearrange, with new axes" },
  { name: "einsum", doc: "einsum(b n k, b m k -> b n m; q, k): products summed over the axes the result does not name" },
];
