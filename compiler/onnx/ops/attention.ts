import { numberOf } from "../../graph/attrs.ts";
import type { Node } from "../../graph/node.ts";
import type { Lowering, LowerOp } from "../lowering.ts";
import { OnnxUnsupported } from "../unsupported.ts";

/** Attention as the chain that onnxruntime knows how to fuse; tokens stand before heads in its inputs and result. */
export const attention: Readonly<Record<string, LowerOp>> = {
  attention(node, to) {
    const v = headsFirst(node.inputs[2]!, to);
    const mixed = to.writer.op("MatMul", [to.writer.op("Softmax", [scores(node, to)], { axis: -1 }), v]);
    return { name: to.writer.op("Transpose", [mixed], { perm: swapped(node) }), shape: node.shape };
  },
  attention_lse: (node, to) => ({ name: to.writer.op("ReduceLogSumExp", [scores(node, to), to.writer.ints([-1])], { keepdims: 0 }), shape: node.shape }),
  attention_grad(node) {
    throw new OnnxUnsupported("computes a gradient", node.span);
  },
};

/** `scale` · q kᵀ: [..S, H, N, N]. */
function scores(node: Node, to: Lowering): string {
  const { writer } = to;
  const [q, k] = node.inputs;
  const axes = swapped(k!);
  const byChannel = writer.op("Transpose", [to.full(k!)], { perm: [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!] });
  return writer.op("Mul", [writer.op("MatMul", [headsFirst(q!, to), byChannel]), writer.float(numberOf(node.attrs, "scale"))]);
}

/** [..S, N, H, K] as [..S, H, N, K]. */
function headsFirst(x: Node, to: Lowering): string {
  return to.writer.op("Transpose", [to.full(x)], { perm: swapped(x) });
}

function swapped({ shape }: Node): number[] {
  const axes = shape.map((_, axis) => axis);
  const [tokens, heads, channels] = axes.slice(-3) as [number, number, number];
  return [...axes.slice(0, -3), heads, tokens, channels];
}
