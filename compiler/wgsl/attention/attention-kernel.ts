import { hostCall } from "../../graph/host-call.ts";
import { hostSize } from "../../graph/host-size.ts";
import type { Node } from "../../graph/node.ts";
import { ceilDiv, fold, gridFor } from "../grid.ts";
import type { Kernel, Site, Variant, Workgroups } from "../kernel.ts";
import { AttentionText, type AttentionWork } from "./attention-text.ts";
import { PLAIN_LANES, plainForward, plainGradient } from "./plain.ts";
import { SUBGROUP, SUBGROUP_ROWS, subgroupForward, subgroupGradient } from "./subgroup.ts";
import { tileForward, tileGradient, tileShape } from "./tile.ts";

/** Attention (with the sums that its derivative wants) or its derivative, in all back ends. */
export function attentionKernel(name: string, work: AttentionWork, site: Site): Kernel {
  const text = new AttentionText(work, site);
  const backward = work.node.op === "attention_grad";
  if (backward) nameGradient(text, work);
  else nameForward(text, work);
  const tile = tileShape(text.fours);
  const write = (main: (text: AttentionText) => string, enable = "") => `${enable}${text.given.text()}${main(text)}`;
  const shares = tile.lanes > 1;
  const variants: Variant[] = [
    {
      text: write(backward ? subgroupGradient : subgroupForward, "enable subgroups;\n"),
      requires: ["subgroups"],
      adapter: "software",
      subgroupSize: SUBGROUP,
      workgroups: bands(text, SUBGROUP_ROWS, site),
    },
    {
      text: write(backward ? tileGradient : tileForward, shares ? "enable subgroups;\n" : ""),
      requires: shares ? ["subgroups"] : [],
      adapter: "hardware",
      workgroups: bands(text, tile.rows, site),
    },
    {
      text: write(backward ? plainGradient : plainForward),
      requires: [],
      workgroups: gridFor(text.shape.tokens.mul(text.shape.heads), PLAIN_LANES, site),
    },
  ];
  return { name, tensors: text.given.tensors, params: text.given.params, variants };
}

/** The sums alone are a case for completeness: they come with the attention wherever there is one. */
function nameForward(text: AttentionText, { node, stores }: AttentionWork): void {
  const [q, k, v] = node.inputs;
  text.operand("q", q!);
  text.operand("k", k!);
  text.operand("v", v ?? k!);
  const of = (op: string) => stores.find((store) => store.node.op === op);
  const result = of("attention");
  text.result("o", result ?? { node: k!, to: [] });
  text.sums("lse", of("attention_lse")?.to ?? []);
}

function nameGradient(text: AttentionText, work: AttentionWork): void {
  const [q, k, v, o, lse, ct] = work.node.inputs as [Node, Node, Node, Node, Node, Node];
  Object.entries({ q, k, v, o, ct }).forEach(([name, input]) => text.operand(name, input));
  text.sums("lse", [work.tensorOf(lse)]);
  ["dq", "dk", "dv"].forEach((name, part) => text.result(name, work.stores[0]!, part));
}

/** A workgroup for every so many tokens of each head. */
function bands({ shape }: AttentionText, rows: number, { box, maxWorkgroups }: Site): Workgroups {
  const groups = hostCall("mul", hostSize(shape.heads), ceilDiv(hostSize(shape.tokens), rows));
  return fold(groups, box.most(shape.heads) * Math.ceil(box.most(shape.tokens) / rows), maxWorkgroups);
}
