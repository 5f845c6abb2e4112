import { evaluateHost } from "@jepac/runtime/plan";
import { hostOf } from "../graph/attrs.ts";
import { showShape } from "../graph/type.ts";
import { OpError } from "./op.ts";
import { fillBy, source } from "./kit/source.ts";

export const scalar = source({
  name: "scalar",
  doc: "One number that the host computes anew each step from `expr`: () -> f32[] or i32[]",
  attrs: { expr: "host" },
  dtypes: ["f32", "i32"],
  check(declared) {
    if (declared.shape.length !== 0) throw new OpError("a scalar", showShape(declared.shape));
  },
  evaluate: (node, env) => fillBy(node, env, () => evaluateHost(hostOf(node.attrs, "expr"), env)),
});
