import { numberOf } from "../graph/attrs.ts";
import { fillBy, source } from "./kit/source.ts";

export const constant = source({
  name: "constant",
  doc: "A tensor of any shape whose elements all are `value` (number; of bool, 1 or 0).",
  attrs: { value: "number" },
  dtypes: ["f32", "i32", "bool"],
  evaluate: (node, env) => fillBy(node, env, () => numberOf(node.attrs, "value")),
});
