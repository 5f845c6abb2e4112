import { Poly } from "../size/poly.ts";
import { showType } from "./type.ts";
import type { Attr, Node, TensorType } from "./node.ts";

/** Keeps one node for each distinct (operation, inputs, attributes, type), so that equal expressions are the same node. */
export class Interner {
  readonly #nodes: Node[] = [];
  readonly #byKey = new Map<string, Node>();
  readonly #tables = new Map<string, Float64Array[]>();

  intern(node: Omit<Node, "id">): Node {
    const key = this.#key(node);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const fresh: Node = { id: this.#nodes.length, ...node };
    this.#nodes.push(fresh);
    this.#byKey.set(key, fresh);
    return fresh;
  }

  get size(): number {
    return this.#nodes.length;
  }

  owns(node: Node): boolean {
    return this.#nodes[node.id] === node;
  }

  #key(node: Pick<Node, "op" | "inputs" | "attrs"> & TensorType): string {
    const inputs = node.inputs.map((input) => input.id).join(",");
    const attrs = Object.keys(node.attrs)
      .sort()
      .map((name) => `${name}=${this.#attrKey(node.attrs[name]!)}`);
    return `${node.op}(${inputs})${attrs.join(";")}:${showType(node)}`;
  }

  #attrKey(value: Attr): string {
    if (value instanceof Float64Array) return this.#tableKey(value);
    if (value instanceof Poly) return value.key;
    if (Array.isArray(value)) return value.map((item) => (item instanceof Poly ? item.key : `${item}`)).join(",");
    // -0 and 0 differ as constants (1/x), and JSON does not tell them apart.
    if (typeof value === "number") return Object.is(value, -0) ? "-0" : `${value}`;
    return JSON.stringify(value);
  }

  /** Tables are long: a cheap digest finds candidates, and contents decide. */
  #tableKey(data: Float64Array): string {
    const bytes = new Uint32Array(data.buffer, data.byteOffset, data.length * 2);
    let digest = 0x811c9dc5;
    for (const word of bytes) digest = Math.imul(digest ^ word, 0x01000193) >>> 0;
    const bucket = `${data.length}/${digest}`;
    const candidates = this.#tables.get(bucket) ?? [];
    this.#tables.set(bucket, candidates);
    let index = candidates.findIndex((other) => other.every((value, i) => Object.is(value, data[i])));
    if (index < 0) index = candidates.push(data) - 1;
    return `${bucket}/${index}`;
  }
}
