import type { DispatchCost } from "@jepac/runtime/plan";
import { nodeCost } from "../graph/cost.ts";
import { hostSize } from "../graph/host-size.ts";
import type { SizeBox } from "../index/size-box.ts";
import { Poly } from "../size/poly.ts";
import type { Group } from "./group.ts";
import type { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";
import { shapeKey } from "./tuning.ts";

/** What a group's kernel computes and moves: the least it can, each tensor read once and written once. */
export function dispatchCost(group: Group, storage: Storage, box: SizeBox): DispatchCost {
  const members = [...group.members];
  const read = new Set([...group.reads].flatMap((node) => storage.tensorOf(node) ?? []));
  const written = new Set(members.flatMap((node) => storage.storesOf(node)));
  return {
    flops: hostSize(total(members.map((node) => nodeCost(node).flops))),
    bytes: hostSize(total([...read, ...written].map(bytesOf))),
    ...(group.form.kind === "product" && { shape: shapeKey(group.form.shape, box) }),
  };
}

function bytesOf({ elements, half }: Tensor): Poly {
  return elements.mul(Poly.constant(half ? 2 : 4));
}

function total(parts: readonly Poly[]): Poly {
  return parts.reduce((sum, part) => sum.add(part), Poly.constant(0));
}
