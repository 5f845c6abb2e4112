import type { BindingPlan, DispatchPlan, Limits, ParamPlan, PortPlan } from "@jepac/runtime/plan";
import { textOf } from "../graph/attrs.ts";
import { hostSize } from "../graph/host-size.ts";
import type { Node } from "../graph/node.ts";
import { SizeBox } from "../index/size-box.ts";
import { opNamed } from "../ops/table.ts";
import { elements } from "../graph/type.ts";
import type { Kernel } from "../wgsl/kernel.ts";
import { planArena, slabBytes, type Lifetime } from "./arena.ts";
import { checkInPlace } from "./check-in-place.ts";
import { dispatchCost } from "./dispatch-cost.ts";
import { orderGroups } from "./dispatch-order.ts";
import type { Group } from "./group.ts";
import { groupKernel } from "./group-kernel.ts";
import { groupRoots } from "./grouping.ts";
import { halfNodes } from "./half.ts";
import { LowerError } from "./lower-error.ts";
import { sumsBesideProducts } from "./operand-sums.ts";
import { outputRoots } from "./output-roots.ts";
import { rewrite } from "./rewrite.ts";
import { splitConcats } from "./split-concats.ts";
import { splitProducts } from "./split-products.ts";
import { splitReductions } from "./split-reductions.ts";
import { chooseRoots } from "./roots.ts";
import { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";
import { UNTUNED } from "./tuning.ts";
import type { LowerRequest, Lowered } from "./types.ts";
import { sourceLine } from "../syntax/source.ts";
import { topological } from "../graph/order.ts";

/** Turns a program's graph into dispatches of kernels and a memory plan. Throws `LowerError` where limits forbid it. */
export function lower(request: LowerRequest): Lowered {
  const { limits, fusion = "full", precision = "f32", tuning = UNTUNED } = request;
  const box = new SizeBox(request.graph.sizes);
  const maxBindings = limits.maxStorageBuffersPerShaderStage;
  const cut = [splitConcats(maxBindings), splitProducts(box, tuning)].reduce(rewrite, request.graph);
  const beside = fusion === "full" ? [sumsBesideProducts(cut, box)] : [];
  const graph = [...beside, splitReductions(box)].reduce(rewrite, cut);
  const outputs = outputRoots(graph);
  const roots = outputs.map(({ root }) => root);
  const nodes = topological(roots);
  const outputNodes = new Set(roots);
  const chosen = chooseRoots({ nodes, outputs: outputNodes, box, maxBindings, fusion });
  const groups = orderGroups(groupRoots({ nodes, roots: chosen, outputs: outputNodes, box, maxBindings, fusion }));
  const half = precision === "f16" ? halfNodes(nodes) : new Set<Node>();
  const storage = new Storage(request, nodes, outputs, groups, half);
  checkInPlace(groups, storage);
  const maxWorkgroups = limits.maxComputeWorkgroupsPerDimension;
  for (const group of groups) checkTensors(group, storage, limits, box);
  const kernels = groups.map((group) => groupKernel(group, { roots: chosen, storage, box, maxWorkgroups, tuning, half }));
  kernels.forEach((kernel, i) => checkBindings(kernel, groups[i]!, limits));

  const memory = placeTensors(kernels, storage, box, request);
  const { params, dispatches } = dispatchAll(kernels, groups, request, storage, box, memory.bind);
  const port = (node: Node, name: string, tensor: Tensor): PortPlan => {
    const { buffer, offset } = memory.bind(tensor);
    return { name, dtype: node.dtype, shape: node.shape.map(hostSize), buffer, offset };
  };
  return {
    sizes: graph.sizes.map((size) => size.name),
    inputs: [...storage.inputs].map(([node, tensor]) => port(node, textOf(node.attrs, "name"), tensor)),
    outputs: graph.outputs.map((output) => port(output.node, output.name, storage.outputs.get(output)!)),
    params,
    dispatches,
    arenaBytes: memory.bytes,
    stats: {
      flops: nodes.reduce((sum, node) => sum + box.most(opNamed(node.op).flops?.(node) ?? elements(node.shape)), 0),
      bytes: kernels.reduce((sum, k) => sum + k.tensors.reduce((s, tensor) => s + bytesOf(tensor, box), 0), 0),
    },
  };
}

/** Inputs stay for the whole program, so that it can run again on the same ones; outputs stay to its end. */
function placeTensors(kernels: readonly Kernel[], storage: Storage, box: SizeBox, { buffers, limits }: LowerRequest) {
  const lives = new Map<Tensor, Lifetime>();
  const touch = (tensor: Tensor, at: number) => {
    if (tensor.place !== undefined) return;
    const life = lives.get(tensor);
    lives.set(tensor, { bytes: bytesOf(tensor, box), from: life?.from ?? at, to: Math.max(life?.to ?? 0, at) });
  };
  for (const tensor of storage.inputs.values()) [0, kernels.length].forEach((at) => touch(tensor, at));
  kernels.forEach((kernel, at) => kernel.tensors.forEach((tensor) => touch(tensor, at)));
  for (const tensor of storage.outputs.values()) touch(tensor, kernels.length);
  const { offsets, bytes } = planArena([...lives.values()], slabBytes(limits));
  const offsetOf = new Map([...lives.keys()].map((tensor, i) => [tensor, offsets[i]!]));
  const bind = (tensor: Tensor): BindingPlan => ({
    buffer: tensor.place?.buffer ?? buffers.arena,
    offset: tensor.place?.byteOffset ?? offsetOf.get(tensor)!,
    size: bytesOf(tensor, box),
  });
  return { bytes, bind };
}

function dispatchAll(
  kernels: readonly Kernel[],
  groups: readonly Group[],
  { library }: LowerRequest,
  storage: Storage,
  box: SizeBox,
  bind: (tensor: Tensor) => BindingPlan,
) {
  const params: (readonly ParamPlan[])[] = [];
  const blocks = new Map<string, number>();
  const block = (fields: readonly ParamPlan[]): number => {
    if (fields.length === 0) return -1;
    const key = JSON.stringify(fields);
    const known = blocks.get(key) ?? params.push(fields) - 1;
    blocks.set(key, known);
    return known;
  };
  const dispatches = kernels.map((kernel, i): DispatchPlan => {
    const group = groups[i]!;
    const span = spanOf(group);
    return {
      kernel: library.add(kernel, span),
      bindings: kernel.tensors.map(bind),
      params: block(kernel.params),
      workgroups: kernel.variants.map((variant) => variant.workgroups),
      ...(span === undefined ? {} : { source: sourceLine(span) }),
      cost: dispatchCost(group, storage, box),
    };
  });
  return { params, dispatches };
}

/** Checked before kernels are written, whose grids then are bounded too. */
function checkTensors(group: Group, storage: Storage, limits: Limits, box: SizeBox): void {
  const limit = limits.maxStorageBufferBindingSize;
  const read = [...group.reads].flatMap((node) => storage.tensorOf(node) ?? []);
  for (const tensor of [...read, ...[...group.members].flatMap((node) => storage.storesOf(node))]) {
    const bytes = bytesOf(tensor, box);
    if (bytes > limit) throw new LowerError(tensor.name, "maxStorageBufferBindingSize", bytes, limit, tensor.span);
  }
}

function checkBindings(kernel: Kernel, group: Group, limits: Limits): void {
  const count = kernel.tensors.length;
  const limit = limits.maxStorageBuffersPerShaderStage;
  if (count > limit) throw new LowerError(kernel.name, "maxStorageBuffersPerShaderStage", count, limit, spanOf(group));
}

/** The line a person would look for: that of a product or sort, else of the first operation. */
function spanOf({ form, members }: Group) {
  if ("node" in form && form.node.span !== undefined) return form.node.span;
  return [...members].find((node) => node.span !== undefined)?.span;
}

function bytesOf(tensor: Tensor, box: SizeBox): number {
  // Bindings are whole words.
  return Math.max(4, 4 * Math.ceil((box.most(tensor.elements) * (tensor.half ? 2 : 4)) / 4));
}
