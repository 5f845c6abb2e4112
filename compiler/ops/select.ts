import { zeros } from "../graph/ndarray.ts";
import type { OpDef } from "./op.ts";
import { expectDType, expectInputs, expectShape } from "./kit/expect.ts";

export const select: OpDef = {
  name: "select",
  doc: "a where the condition holds, else b: (bool[..S], T[..S], T[..S]) -> T[..S]",
  attrs: {},
  infer(inputs) {
    expectInputs(inputs, 3);
    const [condition, a, b] = inputs;
    expectDType(condition!, ["bool"]);
    expectDType(b!, [a!.dtype]);
    expectShape(a!.shape, condition!.shape, "the condition's shape");
    expectShape(b!.shape, condition!.shape, "the condition's shape");
    return { dtype: a!.dtype, shape: a!.shape };
  },
  vjp(node, ct, g) {
    const condition = node.inputs[0]!;
    const zero = g.fill(0, ct);
    return [null, g.select(condition, ct, zero), g.select(condition, zero, ct)];
  },
  evaluate(node, [condition, a, b], env) {
    const result = zeros(node.dtype, env.shape(node));
    condition!.data.forEach((holds, i) => (result.data[i] = holds !== 0 ? a!.data[i]! : b!.data[i]!));
    return result;
  },
  lower: { kind: "elementwise", wgsl: ([condition, a, b]) => `select(${b}, ${a}, ${condition})` },
};
