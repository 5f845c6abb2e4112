import { count, zeros } from "../graph/ndarray.ts";
import type { Node } from "../graph/node.ts";
import { elements, showType } from "../graph/type.ts";
import { Poly } from "../size/poly.ts";
import { OpError, type OpDef } from "./op.ts";
import { expectDType, expectInputs, expectShape } from "./kit/expect.ts";

export const matmul: OpDef = {
  name: "matmul",
  doc: "Matrix products: (f32[..S, M, K], f32[..S, K, N]) -> f32[..S, M, N], or one f32[K, N] for all rows of f32[..S, K].",
  attrs: {},
  infer(inputs) {
    expectInputs(inputs, 2);
    const [a, b] = inputs;
    expectDType(a!, ["f32"]);
    expectDType(b!, ["f32"]);
    const rank = a!.shape.length;
    if (rank < 2 || (b!.shape.length !== 2 && b!.shape.length !== rank)) {
      throw new OpError("two tensors of one rank of at least 2, or a matrix second", `${showType(a!)}, ${showType(b!)}`);
    }
    const inner = a!.shape.at(-1)!;
    if (!b!.shape.at(-2)!.equals(inner)) throw new OpError(`a second tensor of ${inner.toString()} rows`, showType(b!));
    if (b!.shape.length > 2) expectShape(b!.shape.slice(0, -2), a!.shape.slice(0, -2), "a second tensor that begins with");
    return { dtype: "f32", shape: [...a!.shape.slice(0, -1), b!.shape.at(-1)!] };
  },
  vjp(node, ct, g) {
    const [a, b] = node.inputs;
    const da = g.matmul(ct, g.swapLast(b!));
    if (b!.shape.length === a!.shape.length) return [da, g.matmul(g.swapLast(a!), ct)];
    // One matrix for all rows: its cotangent is one product over all rows, not a sum of products.
    const rows = elements(a!.shape.slice(0, -1));
    const flat = (x: Node) => g.reshape(x, [rows, x.shape.at(-1)!]);
    return [da, g.matmul(g.swapLast(flat(a!)), flat(ct))];
  },
  evaluate(node, [a, b], env) {
    const result = zeros("f32", env.shape(node));
    const [m, k] = [a!.shape.at(-2)!, a!.shape.at(-1)!];
    const n = b!.shape.at(-1)!;
    const shared = b!.shape.length === 2;
    for (let row = 0; row < count(a!.shape.slice(0, -1)); row++) {
      const matrix = shared ? 0 : Math.floor(row / m) * k * n;
      for (let column = 0; column < n; column++) {
        let sum = 0;
        for (let i = 0; i < k; i++) sum += a!.data[row * k + i]! * b!.data[matrix + i * n + column]!;
        result.data[row * n + column] = sum;
      }
    }
    return result;
  },
  flops: (node) => elements(node.shape).mul(node.inputs[0]!.shape.at(-1)!).mul(Poly.constant(2)),
  lower: { kind: "kernel" },
};
