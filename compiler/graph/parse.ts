import { HOST_OPS, type DType, type HostExpr } from "@jepac/runtime/plan";
import type { AttrKind } from "../ops/op.ts";
import { findOp } from "../ops/table.ts";
import { Poly } from "../size/poly.ts";
import type { Attr, Graph, Node, Output, SizeBounds } from "./node.ts";
import { Cursor } from "./cursor.ts";

/**
 * Reads the text form that `printGraph` writes, plus `//` comments and blank lines. Nodes come out as written:
 * nothing is folded, and whether types fit is the verifier's business. Throws with line, expected and found.
 */
export function parseGraph(text: string): Graph {
  const nodes: Node[] = [];
  const outputs: Output[] = [];
  const sizes: SizeBounds[] = [];
  let name: string | undefined;
  text.split("\n").forEach((line, i) => {
    const cursor = new Cursor(line, i + 1);
    if (cursor.atEnd()) return;
    if (name === undefined) {
      cursor.expect("graph");
      name = cursor.text();
    } else if (cursor.accept("size")) {
      sizes.push(parseSizeBounds(cursor));
    } else if (cursor.accept("output")) {
      const output = cursor.text();
      cursor.expect("=");
      outputs.push({ name: output, node: parseReference(cursor, nodes) });
    } else {
      nodes.push(parseNode(cursor, nodes));
    }
    if (!cursor.atEnd()) cursor.fail("the end of the line");
  });
  if (name === undefined) throw new Error('expected `graph "name"`, found an empty text');
  return { name, outputs, sizes };
}

function parseSizeBounds(cursor: Cursor): SizeBounds {
  const name = cursor.name();
  cursor.expect("in");
  const min = cursor.integer();
  cursor.expect("..");
  return { name, min, max: cursor.integer() };
}

function parseReference(cursor: Cursor, nodes: readonly Node[]): Node {
  cursor.expect("%");
  const id = cursor.integer();
  const node = nodes[id];
  return node ?? cursor.fail(`a node above this line (0 to ${nodes.length - 1})`, `%${id}`);
}

function parseNode(cursor: Cursor, nodes: readonly Node[]): Node {
  cursor.expect("%");
  const id = cursor.integer();
  if (id !== nodes.length) cursor.fail(`%${nodes.length}, the next number`, `%${id}`);
  cursor.expect(":");
  const dtype = cursor.oneOf<DType>(["f32", "i32", "bool"]);
  const shape = parseList(cursor, () => parseSize(cursor));
  cursor.expect("=");
  const op = cursor.name();
  const inputs: Node[] = [];
  while (cursor.sees("%") || (inputs.length > 0 && cursor.accept(","))) inputs.push(parseReference(cursor, nodes));
  return { id, op, inputs, attrs: parseAttrs(cursor, findOp(op)?.attrs ?? {}), dtype, shape };
}

function parseAttrs(cursor: Cursor, kinds: Readonly<Record<string, AttrKind>>): Node["attrs"] {
  const attrs: Record<string, Attr> = {};
  if (!cursor.accept("{")) return attrs;
  do {
    const name = cursor.name();
    cursor.expect(":");
    const kind = kinds[name] ?? cursor.fail(`an attribute of this operation (${Object.keys(kinds).join(", ")})`, name);
    attrs[name] = parseAttr(cursor, kind);
  } while (cursor.accept(","));
  cursor.expect("}");
  return attrs;
}

function parseAttr(cursor: Cursor, kind: AttrKind): Attr {
  switch (kind) {
    case "number":
      return cursor.number();
    case "text":
      return cursor.text();
    case "ints":
      return parseList(cursor, () => cursor.integer());
    case "sizes":
      return parseList(cursor, () => parseSize(cursor));
    case "data":
      return Float64Array.from(parseList(cursor, () => cursor.number()));
    case "host":
      return parseHost(cursor);
  }
}

function parseList<T>(cursor: Cursor, item: () => T): T[] {
  const items: T[] = [];
  cursor.expect("[");
  if (cursor.accept("]")) return items;
  do items.push(item());
  while (cursor.accept(","));
  cursor.expect("]");
  return items;
}

/** `3*D + N - 1` */
function parseSize(cursor: Cursor): Poly {
  let sum = cursor.accept("-") ? parseProduct(cursor).negate() : parseProduct(cursor);
  for (;;) {
    if (cursor.accept("+")) sum = sum.add(parseProduct(cursor));
    else if (cursor.accept("-")) sum = sum.sub(parseProduct(cursor));
    else return sum;
  }
}

function parseProduct(cursor: Cursor): Poly {
  let product = Poly.constant(1);
  do product = product.mul(cursor.seesDigit() ? Poly.constant(cursor.integer()) : Poly.atom(cursor.name()));
  while (cursor.accept("*"));
  return product;
}

function parseHost(cursor: Cursor): HostExpr {
  const value = cursor.json();
  return isHostExpr(value) ? value : cursor.fail("a host expression", JSON.stringify(value));
}

function isHostExpr(value: unknown): value is HostExpr {
  if (typeof value === "number") return true;
  if (typeof value !== "object" || value === null) return false;
  if ("call" in value && "args" in value) {
    const arity = (HOST_OPS as Record<string, number>)[String(value.call)];
    return Array.isArray(value.args) && value.args.length === arity && value.args.every(isHostExpr);
  }
  if ("get" in value) return value.get === "step";
  if ("size" in value) return typeof value.size === "string";
  return ("random" in value && typeof value.random === "number") || ("key" in value && typeof value.key === "number");
}
