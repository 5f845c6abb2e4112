import { hostSize } from "../../graph/host-size.ts";
import { numberOf } from "../../graph/attrs.ts";
import type { Node } from "../../graph/node.ts";
import { Indices } from "../../index/indices.ts";
import { headCount, headView } from "../../schedule/head-view.ts";
import type { Tensor } from "../../schedule/tensor.ts";
import type { Poly } from "../../size/poly.ts";
import { Interface } from "../interface.ts";
import type { Site, Store } from "../kernel.ts";
import { ValueWriter } from "../value-writer.ts";

/** An attention, or its derivative, and what of it is written. */
export interface AttentionWork {
  readonly node: Node;
  readonly stores: readonly Store[];
  isEnd(node: Node): boolean;
  tensorOf(node: Node): Tensor;
}

interface Rows {
  readonly binding: string;
  /** Stored as f16. */
  readonly half: boolean;
  readonly base: string;
  readonly step: string;
}

/**
 * What all back ends of attention share: sizes, which are parameters but for the channels, and access to operands and
 * results by head, token and four channels.
 */
export class AttentionText {
  readonly given = new Interface(true);
  readonly tokens: string;
  readonly heads: string;
  readonly scale: string;
  /** `fours`, as a parameter: drivers unroll loops of known length, and compile for seconds. */
  readonly turns: string;
  /** Channels of a head, in fours. */
  readonly fours: number;
  readonly shape: { readonly tokens: Poly; readonly heads: Poly };
  readonly #rows = new Map<string, readonly Rows[]>();
  readonly #sums = new Map<string, readonly string[]>();
  readonly #writer: ValueWriter;
  readonly #x: Indices;
  readonly #work: AttentionWork;

  constructor(work: AttentionWork, site: Site) {
    const { shape } = work.node.inputs[0]!;
    this.#work = work;
    this.#x = new Indices(site.box);
    // Bases are sums of variables: no element of a tensor is looked up for them.
    this.#writer = new ValueWriter({ x: this.#x, tensorOf: () => undefined }, this.given, true);
    this.shape = { tokens: shape.at(-3)!, heads: headCount(shape) };
    this.tokens = this.given.ownParam("u32", hostSize(this.shape.tokens));
    this.heads = this.given.ownParam("u32", hostSize(this.shape.heads));
    this.scale = this.given.ownParam("f32", numberOf(work.node.attrs, "scale"));
    this.fours = shape.at(-1)!.constant! / 4;
    this.turns = this.given.ownParam("u32", this.fours);
  }

  /** Names an input whose rows are read. */
  operand(name: string, node: Node): void {
    this.#addRows(name, node, (n) => this.#work.isEnd(n));
  }

  /** Names a result whose rows are written, to as many tensors as hold it; of stacked results, a part. */
  result(name: string, { node, to }: Store, part?: number): void {
    this.#addRows(name, node, (n) => n === node, part, to);
  }

  /** Names tensors with one number for each query of each head. */
  sums(name: string, tensors: readonly Tensor[]): void {
    for (const tensor of tensors) this.given.narrow.add(tensor);
    this.#sums.set(name, tensors.map((tensor) => this.given.binding(tensor)));
  }

  /** Statements that say where the head `z` begins in each tensor. */
  get bases(): string {
    return this.#writer.to.lines.map((line) => `  ${line}`).join("\n");
  }

  /** Four channels of a token. */
  load(name: string, token: string, four: string): string {
    const { binding, half, base, step } = this.#rows.get(name)![0]!;
    const word = `${binding}[${base} + ${token} * ${step} + ${four}]`;
    return half ? `vec4f(${word})` : word;
  }

  store(name: string, token: string, four: string, value: string): string {
    const all = this.#rows.get(name)!;
    return all.map(({ binding, half, base, step }) => `${binding}[${base} + ${token} * ${step} + ${four}] = ${half ? `vec4<f16>(${value})` : value};`).join("\n");
  }

  loadSum(name: string, token: string): string {
    return `${this.#sums.get(name)![0]!}[z * ${this.tokens} + ${token}]`;
  }

  storeSum(name: string, token: string, value: string): string {
    return this.#sums.get(name)!.map((binding) => `${binding}[z * ${this.tokens} + ${token}] = ${value};`).join("\n");
  }

  #addRows(name: string, node: Node, isEnd: (node: Node) => boolean, part?: number, to?: readonly Tensor[]): void {
    const view = headView(node, this.#x, isEnd, part)!;
    const base = `${name}_base`;
    this.#writer.to.line(`let ${base} = ${this.#writer.index.of(view.base)};`);
    const step = this.given.ownParam("u32", hostSize(view.step));
    const tensors = to ?? [this.#work.tensorOf(view.of)];
    this.#rows.set(name, tensors.map((tensor) => ({ binding: this.given.binding(tensor), half: tensor.half, base, step })));
  }
}
