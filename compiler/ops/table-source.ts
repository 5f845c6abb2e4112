import { dataOf } from "../graph/attrs.ts";
import { count } from "../graph/ndarray.ts";
import { constantShape, showShape } from "../graph/type.ts";
import { OpError } from "./op.ts";
import { fillBy, source } from "./kit/source.ts";

/** The operation `table`. (The table of operations is table.ts.) */
export const tableSource = source({
  name: "table",
  doc: "A tensor known when the model is built: `data` in row-major order.",
  attrs: { data: "data" },
  dtypes: ["f32", "i32", "bool"],
  check(declared, attrs) {
    const shape = constantShape(declared.shape);
    if (shape === undefined) throw new OpError("a shape without runtime sizes", showShape(declared.shape));
    const { length } = dataOf(attrs, "data");
    if (length !== count(shape)) throw new OpError(`${count(shape)} elements for ${showShape(declared.shape)}`, `${length}`);
  },
  evaluate(node, env) {
    const data = dataOf(node.attrs, "data");
    return fillBy(node, env, (i) => data[i]!);
  },
});
