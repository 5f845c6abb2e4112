import { textOf } from "../graph/attrs.ts";
import { source, namedValue } from "./kit/source.ts";

export const weight = source({
  name: "weight",
  doc: "A tensor kept between steps, by name (text): a parameter, an average or optimizer state.",
  attrs: { name: "text" },
  dtypes: ["f32", "i32", "bool"],
  evaluate: (node, env) => namedValue(textOf(node.attrs, "name"), node, env),
});
