import { numberOf } from "../graph/attrs.ts";
import { forEachIndex, zeros } from "../graph/ndarray.ts";
import { axisSize } from "./kit/expect.ts";
import { source } from "./kit/source.ts";

export const iota = source({
  name: "iota",
  doc: "Each element is its own index along `axis`: 0, 1, 2, ... (i32)",
  attrs: { axis: "number" },
  dtypes: ["i32"],
  check: (declared, attrs) => void axisSize(declared, numberOf(attrs, "axis")),
  evaluate(node, env) {
    const axis = numberOf(node.attrs, "axis");
    const result = zeros(node.dtype, env.shape(node));
    forEachIndex(result.shape, (index, at) => (result.data[at] = index[axis]!));
    return result;
  },
});
