import { node, tensor, type Attribute, type Element } from "./schema.ts";
import type { Message } from "./protobuf.ts";

/** Collects the nodes and the constants of one ONNX graph. What a method gives is the name of a value. */
export class OnnxWriter {
  readonly nodes: Message[] = [];
  readonly initializers: Message[] = [];
  /** Noted at the nodes made from now on: the `.jm` line. */
  doc: string | undefined;
  readonly #names = new Map<string, number>();
  readonly #known = new Map<string, string>();

  /** One operator of the default domain, with one output. Equal ones are made once. */
  op(type: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.#once(`${type} ${JSON.stringify([inputs, attributes])}`, type, (output) => {
      this.nodes.push(node({ type, inputs, outputs: [output], attributes, doc: this.doc }));
    });
  }

  /** The second output of an operator: where TopK found what it gives first. */
  second(type: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>>): string {
    const [unused, output] = [this.fresh(type), this.fresh(type)];
    this.nodes.push(node({ type, inputs, outputs: [unused, output], attributes, doc: this.doc }));
    return output;
  }

  /** The same value under a name of the caller's choice: a result. */
  named(output: string, input: string): void {
    this.nodes.push(node({ type: "Identity", inputs: [input], outputs: [output], attributes: {} }));
  }

  /** Small integers: shapes, axes, indices. */
  ints(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.#constant("i64", dims, BigInt64Array.from(values, BigInt));
  }

  int32(values: readonly number[], dims: readonly number[]): string {
    return this.#constant("i32", dims, Int32Array.from(values));
  }

  float(value: number, dims: readonly number[] = []): string {
    return this.#constant("f32", dims, Float32Array.of(value));
  }

  double(value: number): string {
    return this.#constant("f64", [], Float64Array.of(value));
  }

  bool(value: boolean, dims: readonly number[]): string {
    return this.#constant("bool", dims, Uint8Array.of(Number(value)));
  }

  /** Values of any size under a name of their own: weights and tables. */
  data(name: string, element: Element, dims: readonly number[], values: ArrayBufferView): string {
    const own = this.fresh(name);
    this.initializers.push(tensor(own, element, dims, bytesOf(values)));
    return own;
  }

  /** `base`, or with a number behind it where that is taken. */
  fresh(base: string): string {
    const count = this.#names.get(base) ?? 0;
    this.#names.set(base, count + 1);
    return count === 0 ? base : this.fresh(`${base}_${count}`);
  }

  #constant(element: Element, dims: readonly number[], values: ArrayBufferView): string {
    const bytes = bytesOf(values);
    return this.#once(`${element} ${JSON.stringify(dims)} ${bytes.join()}`, "constant", (name) => {
      this.initializers.push(tensor(name, element, dims, bytes));
    });
  }

  #once(key: string, base: string, make: (name: string) => void): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.fresh(base);
    make(name);
    this.#known.set(key, name);
    return name;
  }
}

const bytesOf = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
