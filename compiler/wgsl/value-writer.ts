import { hostOf, numberOf } from "../graph/attrs.ts";
import type { Node } from "../graph/node.ts";
import type { Sum } from "../index/expression.ts";
import type { Indices } from "../index/indices.ts";
import type { Moved } from "../ops/op.ts";
import { opNamed } from "../ops/table.ts";
import type { Tensor } from "../schedule/tensor.ts";
import { storedType, WGSL_TYPE, type Interface } from "./interface.ts";
import { IndexText } from "./index-text.ts";
import { literal, RANDOM } from "./literal.ts";
import { Statements } from "./statements.ts";

/** What a kernel sees of its surroundings. */
export interface Surroundings {
  readonly x: Indices;
  /** Where a node lies in memory, if this kernel is to read it there. */
  tensorOf(node: Node): Tensor | undefined;
}

/** Writes the value of any node at any index: from memory, or computed on the spot through what it is made of. */
export class ValueWriter {
  readonly to = new Statements();
  readonly given: Interface;
  readonly index: IndexText;
  readonly x: Indices;
  readonly #around: Surroundings;
  /** Values the kernel's own template has computed: results of reductions and products, by node and position. */
  readonly #provided = new Map<string, { readonly name: string; readonly depth: number }>();

  constructor(around: Surroundings, given: Interface, shared = false) {
    this.#around = around;
    this.x = around.x;
    this.given = given;
    this.index = new IndexText(this.to, given, shared, ({ node, at }) => `u32(${this.value(node, at)})`);
  }

  provide(node: Node, position: Sum, name: string): void {
    this.#provided.set(`${node.id}@${position.key}`, { name, depth: this.to.depth });
  }

  value(node: Node, at: readonly Sum[]): string {
    return this.#value(node, at).name;
  }

  /** Writes elements of a tensor: one, or four in a row. */
  store(tensor: Tensor, positions: readonly Sum[], values: readonly string[]): void {
    const type = storedType(tensor);
    const stored = type === tensor.dtype ? values : values.map((v) => `${type}(${v})`);
    const name = this.given.binding(tensor);
    if (values.length === 4 && this.given.isWide(tensor)) {
      const four = this.#four(positions[0]!);
      if (four?.within === 0 && positions.every((at, i) => this.#follows(at, positions[0]!, i))) {
        this.to.line(`${name}[${this.index.of(four.of)}] = vec4<${type}>(${stored.join(", ")});`);
        return;
      }
    }
    this.given.narrow.add(tensor);
    stored.forEach((value, i) => this.to.line(`${name}[${this.index.of(positions[i]!)}] = ${value};`));
  }

  /** Reads element `position` of a tensor; as a part of four where the binding is wide. */
  load(tensor: Tensor, position: Sum): string {
    const name = this.given.binding(tensor);
    const cast = (text: string) => (tensor.dtype === "bool" ? `(${text} != 0u)` : text);
    if (this.given.isWide(tensor)) {
      const four = this.#four(position);
      if (four !== undefined) {
        const { key, depth } = four.of;
        const words = () => `${name}[${this.index.of(four.of)}]`;
        const loaded = this.to.bind(`w:${name}[${key}]`, "w", depth, () => (tensor.half ? `vec4f(${words()})` : words()));
        return cast(`${loaded}.${"xyzw"[four.within]!}`);
      }
      this.given.narrow.add(tensor);
    }
    return this.to.bind(`l:${name}[${position.key}]`, "v", position.depth, () => {
      const word = `${name}[${this.index.of(position)}]`;
      return tensor.half ? `f32(${word})` : cast(word);
    });
  }

  /** 4 of + within, if `within` is a number. */
  #four(position: Sum): { readonly of: Sum; readonly within: number } | undefined {
    const within = this.x.mod(position, 4);
    if (within.terms.length > 0 || within.constant.constant === undefined) return undefined;
    return { of: this.x.div(position, 4), within: within.constant.constant };
  }

  #follows(position: Sum, first: Sum, by: number): boolean {
    return this.x.add(first, this.x.size(by)).key === position.key;
  }

  #value(node: Node, at: readonly Sum[]): { readonly name: string; readonly depth: number } {
    const depth = Math.max(0, ...at.map((i) => i.depth));
    const provided = this.#provided.get(`${node.id}@${this.x.linear(at, node.shape).key}`);
    if (provided !== undefined) return provided;
    const tensor = this.#around.tensorOf(node);
    if (tensor !== undefined) return { name: this.load(tensor, this.x.linear(at, node.shape)), depth };
    const def = opNamed(node.op);
    switch (def.lower.kind) {
      case "source":
        return this.#source(node, at, depth);
      case "movement":
        return this.#moved(node, def.lower.from(node, at, this.x.forNode(node)), depth);
      case "elementwise": {
        const { lower } = def;
        const key = `e:${node.id}@${at.map((i) => i.key).join()}`;
        const known = this.to.find(key);
        if (known !== undefined) return { name: known, depth };
        const args = node.inputs.map((input) => this.#value(input, at));
        const helper = lower.helpers?.(node) ?? "";
        if (helper !== "") this.given.helpers.add(helper.trimEnd());
        const needs = Math.max(0, ...args.map((a) => a.depth));
        const name = this.to.bind(key, "v", needs, () => unwrap(lower.wgsl(args.map((a) => a.name), node)));
        return { name, depth: needs };
      }
      case "reduce":
      case "kernel":
        throw new Error(`${node.op} ${node.id} is neither in memory nor computed by this kernel`);
    }
  }

  #source(node: Node, at: readonly Sum[], depth: number): { name: string; depth: number } {
    switch (node.op) {
      case "constant":
        return { name: literal(numberOf(node.attrs, "value"), node.dtype), depth: 0 };
      case "scalar":
        return { name: this.given.param(node.dtype === "i32" ? "i32" : "f32", hostOf(node.attrs, "expr")), depth: 0 };
      case "iota":
        return { name: `i32(${this.index.of(at[numberOf(node.attrs, "axis")]!)})`, depth };
      case "uniform": {
        this.given.helpers.add(RANDOM);
        const position = this.x.linear(at, node.shape);
        const key = this.given.param("u32", { key: numberOf(node.attrs, "site") });
        const first = hostOf(node.attrs, "first");
        const offset = first === 0 ? "" : `${this.given.param("u32", first)} + `;
        const draw = () => `uniform_at(${key}, ${offset}${this.index.of(position)})`;
        return { name: this.to.bind(`u:${node.id}@${position.key}`, "v", depth, draw), depth };
      }
      default:
        throw new Error(`${node.op} ${node.id} has no place in memory`);
    }
  }

  #moved(node: Node, moved: Moved, depth: number): { name: string; depth: number } {
    switch (moved.kind) {
      case "fill":
        return { name: literal(moved.value, node.dtype), depth: 0 };
      case "element":
        return this.#value(node.inputs[moved.input]!, moved.at as readonly Sum[]);
      case "choice": {
        const test = moved.when as unknown as Parameters<IndexText["test"]>[0];
        if (test.kind === "known") return this.#moved(node, test.holds ? moved.then : moved.otherwise, depth);
        const name = this.to.fresh("v");
        const condition = this.index.test(test);
        this.to.line(`var ${name}: ${WGSL_TYPE[node.dtype]};`);
        const arm = (branch: Moved) => () => this.to.line(`${name} = ${this.#moved(node, branch, depth).name};`);
        this.to.block(`if ${condition}`, "branch", arm(moved.then));
        this.to.block("else", "branch", arm(moved.otherwise));
        return { name, depth: this.to.depth };
      }
    }
  }
}

/** An operand need not stand in parentheses of its own after `=`. */
export function unwrap(text: string): string {
  if (!text.startsWith("(")) return text;
  let open = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") open++;
    else if (text[i] === ")" && --open === 0) return i === text.length - 1 ? text.slice(1, -1) : text;
  }
  return text;
}
