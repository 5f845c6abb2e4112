import { textOf } from "../graph/attrs.ts";
import { source, namedValue } from "./kit/source.ts";

export const input = source({
  name: "input",
  doc: "What the caller of a program brings each run, by name (text).",
  attrs: { name: "text" },
  dtypes: ["f32", "i32", "bool"],
  evaluate: (node, env) => namedValue(textOf(node.attrs, "name"), node, env),
});
