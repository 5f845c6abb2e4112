import { numberOf } from "../graph/attrs.ts";
import { count, forEachIndex, position, zeros } from "../graph/ndarray.ts";
import { elements } from "../graph/type.ts";
import { OpError, type OpDef } from "./op.ts";
import { axisSize, expectDType, expectDeclared, expectInputs, expectShape } from "./kit/expect.ts";

export const scatterAdd: OpDef = {
  name: "scatter_add",
  doc: "Adds rows into zeros: (i32[..P, ..V], f32[..P, ..V, ..Q]) -> f32[..P, N, ..Q], where ..P are `batch` axes. The adjoint of gather.",
  attrs: { batch: "number" },
  infer(inputs, attrs, declared) {
    expectInputs(inputs, 2);
    const [at, updates] = inputs;
    const type = expectDeclared(declared);
    const batch = numberOf(attrs, "batch");
    expectDType(at!, ["i32"]);
    expectDType(updates!, ["f32"]);
    expectDType(type, ["f32"]);
    axisSize(type, batch);
    if (at!.shape.length < batch) throw new OpError(`at least ${batch} axes of row numbers`, `${at!.shape.length}`);
    expectShape(at!.shape.slice(0, batch), type.shape.slice(0, batch), "row numbers that begin with");
    expectShape(updates!.shape, [...at!.shape, ...type.shape.slice(batch + 1)], "updates of shape");
    return { dtype: "f32", shape: type.shape };
  },
  vjp(node, ct, g) {
    return [null, g.gather(ct, node.inputs[0]!, numberOf(node.attrs, "batch"))];
  },
  evaluate(node, [at, updates], env) {
    const batch = numberOf(node.attrs, "batch");
    const result = zeros("f32", env.shape(node));
    const width = count(result.shape.slice(batch + 1));
    forEachIndex(at!.shape, (index, i) => {
      const row = position(result.shape.slice(0, batch + 1), [...index.slice(0, batch), at!.data[i]!]);
      for (let q = 0; q < width; q++) result.data[row * width + q]! += updates!.data[i * width + q]!;
    });
    return result;
  },
  flops: (node) => elements(node.inputs[1]!.shape),
  lower: { kind: "kernel" },
};
