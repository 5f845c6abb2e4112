import { Message } from "./protobuf.ts";

/** The messages of ONNX that an exported graph needs; field numbers from onnx.proto3 (IR version 8, opset 18). */
export const IR_VERSION = 8;
export const OPSET = 18;

export const ELEMENT = { f32: 1, i32: 6, i64: 7, bool: 9, f64: 11 } as const;
export type Element = keyof typeof ELEMENT;

/** An attribute's value: integers as `number` or `number[]`, text as `string`. */
export type Attribute = number | string | readonly number[];

export function tensor(name: string, element: Element, dims: readonly number[], raw: Uint8Array): Message {
  const message = new Message();
  for (const dim of dims) message.int(1, dim);
  return message.int(2, ELEMENT[element]).text(8, name).bytes(9, raw);
}

/** A size is a number, or the name of one that is known only when the graph runs. */
export function valueInfo(name: string, element: Element, dims: readonly (number | string)[], doc?: string): Message {
  const shape = new Message();
  for (const dim of dims) shape.message(1, typeof dim === "number" ? new Message().int(1, dim) : new Message().text(2, dim));
  const type = new Message().message(1, new Message().int(1, ELEMENT[element]).message(2, shape));
  const info = new Message().text(1, name).message(2, type);
  return doc === undefined ? info : info.text(3, doc);
}

export interface NodeFields {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly doc?: string | undefined;
}

/** An output without a name is not wanted; the node is called after the first that has one. */
export function node({ type, inputs, outputs, attributes, doc }: NodeFields): Message {
  const message = new Message();
  for (const input of inputs) message.text(1, input);
  for (const output of outputs) message.text(2, output);
  message.text(3, outputs.find((output) => output !== "") ?? "").text(4, type);
  for (const [name, value] of Object.entries(attributes)) message.message(5, attribute(name, value));
  return doc === undefined ? message : message.text(6, doc);
}

const INT = 2;
const STRING = 3;
const INTS = 7;

function attribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === "number") return message.int(3, value).int(20, INT);
  if (typeof value === "string") return message.text(4, value).int(20, STRING);
  for (const item of value) message.int(8, item);
  return message.int(20, INTS);
}

export interface GraphFields {
  readonly name: string;
  readonly nodes: readonly Message[];
  readonly initializers: readonly Message[];
  readonly inputs: readonly Message[];
  readonly outputs: readonly Message[];
}

export function model(fields: GraphFields, producer: string, metadata: Readonly<Record<string, string>>): Message {
  const graph = new Message();
  for (const one of fields.nodes) graph.message(1, one);
  graph.text(2, fields.name);
  for (const one of fields.initializers) graph.message(5, one);
  for (const one of fields.inputs) graph.message(11, one);
  for (const one of fields.outputs) graph.message(12, one);
  const message = new Message().int(1, IR_VERSION).text(2, producer).message(7, graph).message(8, new Message().text(1, "").int(2, OPSET));
  for (const [key, value] of Object.entries(metadata)) message.message(14, new Message().text(1, key).text(2, value));
  return message;
}
