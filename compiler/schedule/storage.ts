import { dataOf, textOf } from "../graph/attrs.ts";
import type { Node, Output } from "../graph/node.ts";
import { elements } from "../graph/type.ts";
import type { Group } from "./group.ts";
import { storedHalf } from "./half.ts";
import type { Place, Tensor } from "./tensor.ts";
import type { LowerRequest } from "./types.ts";
import { isBuffer } from "./uses.ts";
import type { OutputRoot } from "./output-roots.ts";

/** Where everything lies: a tensor for each buffer, for each root that leaves its kernel, and for each output. */
export class Storage {
  readonly inputs = new Map<Node, Tensor>();
  readonly outputs = new Map<Output, Tensor>();
  readonly #tensors = new Map<Node, Tensor>();
  readonly #stores = new Map<Node, Tensor[]>();
  readonly #placed = new Map<string, Tensor>();

  constructor(request: LowerRequest, nodes: readonly Node[], outputs: readonly OutputRoot[], groups: readonly Group[], half: ReadonlySet<Node>) {
    const stored = storedHalf(nodes, groups, half);
    for (const node of nodes) if (isBuffer(node)) this.#addBuffer(node, request);
    for (const { output, root } of outputs) {
      const place = request.outputs.get(output.name);
      const tensor = this.#tensorFor(root, output.name, place);
      const known = this.#stores.get(root);
      if (known === undefined) {
        this.#tensors.set(root, tensor);
        this.#stores.set(root, [tensor]);
      } else known.push(tensor);
      this.outputs.set(output, tensor);
    }
    for (const group of groups) {
      for (const node of group.reads) {
        if (this.#tensors.has(node)) continue;
        const tensor: Tensor = { ...this.#tensorFor(node, `${node.op}${node.id}`), half: stored.has(node) };
        this.#tensors.set(node, tensor);
        this.#stores.set(node, [tensor]);
      }
    }
  }

  /** Where to read a node's elements. */
  tensorOf(node: Node): Tensor | undefined {
    return this.#tensors.get(node);
  }

  /** Where a root's kernel writes it: nowhere, if only that kernel uses it. */
  storesOf(node: Node): readonly Tensor[] {
    return this.#stores.get(node) ?? [];
  }

  #addBuffer(node: Node, { weights, library, buffers }: LowerRequest): void {
    let place: Place | undefined;
    if (node.op === "weight") {
      const name = textOf(node.attrs, "name");
      place = weights.get(name);
      if (place === undefined) throw new Error(`weight '${name}' has no place`);
    } else if (node.op === "table") {
      place = { buffer: buffers.constants, byteOffset: library.addTable(dataOf(node.attrs, "data"), node.dtype) };
    }
    const tensor = this.#tensorFor(node, node.op === "table" ? `table${node.id}` : textOf(node.attrs, "name"), place);
    if (node.op === "input") this.inputs.set(node, tensor);
    this.#tensors.set(node, tensor);
  }

  /** One tensor for each place: what is read and written at one place is bound once. */
  #tensorFor(node: Node, name: string, place?: Place): Tensor {
    const key = place === undefined ? undefined : `${place.buffer}:${place.byteOffset}`;
    const known = key === undefined ? undefined : this.#placed.get(key);
    if (known !== undefined) return known;
    const tensor: Tensor = {
      name,
      dtype: node.dtype,
      elements: elements(node.shape),
      half: false,
      ...(place && { place }),
      ...(node.span && { span: node.span }),
    };
    if (key !== undefined) this.#placed.set(key, tensor);
    return tensor;
  }
}
