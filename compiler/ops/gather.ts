import { numberOf } from "../graph/attrs.ts";
import { OpError, type OpDef } from "./op.ts";
import { axisSize, expectDType, expectInputs, expectShape } from "./kit/expect.ts";
import { movement } from "./kit/movement.ts";

export const gather: OpDef = {
  name: "gather",
  doc: "Rows by number: (T[..P, N, ..Q], i32[..P, ..V]) -> T[..P, ..V, ..Q], where ..P are `batch` axes.",
  attrs: { batch: "number" },
  infer(inputs, attrs) {
    expectInputs(inputs, 2);
    const [x, at] = inputs;
    const batch = numberOf(attrs, "batch");
    expectDType(at!, ["i32"]);
    axisSize(x!, batch);
    if (at!.shape.length < batch) throw new OpError(`at least ${batch} axes of row numbers`, `${at!.shape.length}`);
    expectShape(at!.shape.slice(0, batch), x!.shape.slice(0, batch), "row numbers that begin with");
    return { dtype: x!.dtype, shape: [...at!.shape, ...x!.shape.slice(batch + 1)] };
  },
  vjp(node, ct, g) {
    const [x, at] = node.inputs;
    return [g.scatterAdd(at!, ct, numberOf(node.attrs, "batch"), x!.shape), null];
  },
  ...movement((node, at, x) => {
    const rank = node.inputs[1]!.shape.length;
    const row = x.load(1, at.slice(0, rank));
    return { kind: "element", input: 0, at: [...at.slice(0, numberOf(node.attrs, "batch")), row, ...at.slice(rank)] };
  }),
};
