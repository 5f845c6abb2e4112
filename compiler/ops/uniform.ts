import { evaluateHost, randomKey, uniformAt } from "@jepac/runtime/plan";
import { hostOf, numberOf } from "../graph/attrs.ts";
import { elements } from "../graph/type.ts";
import type { OpDef } from "./op.ts";
import { fillBy, source } from "./kit/source.ts";

/** The same number again for the same (seed, step, site) and position, on every device. */
export const uniform: OpDef = {
  ...source({
    name: "uniform",
    doc: "Random numbers in [0, 1): a function of seed, step, `site` and the element's row-major position, counted from `first`.",
    attrs: { site: "number", first: "host" },
    dtypes: ["f32"],
    evaluate(node, env) {
      const key = randomKey(env.seed, env.step, numberOf(node.attrs, "site"));
      const first = evaluateHost(hostOf(node.attrs, "first"), env);
      return fillBy(node, env, (i) => uniformAt(key, first + i));
    },
  }),
  flops: (node) => elements(node.shape),
};
