import type { HostExpr } from "@jepac/runtime/plan";
import { OpError } from "../ops/op.ts";
import { findOp } from "../ops/table.ts";
import { Poly } from "../size/poly.ts";
import { checkAttrs } from "./attrs.ts";
import type { Attr, Graph, Node } from "./node.ts";
import { topological } from "./order.ts";
import { sameType, showType } from "./type.ts";

/**
 * What is wrong with a graph, one line each; empty if nothing: every operation is in the table, has the attributes
 * it asks for and the type it infers, mentions no runtime size without bounds, and no two outputs share a name.
 */
export function verifyGraph(graph: Graph): string[] {
  const problems: string[] = [];
  const bounded = new Set(graph.sizes.map((bounds) => bounds.name));
  for (const { name, min, max } of graph.sizes) {
    if (!(Number.isInteger(min) && Number.isInteger(max) && min >= 0 && max >= min)) {
      problems.push(`size ${name}: expected bounds 0 <= min <= max, found ${min}..${max}`);
    }
  }
  topological(graph.outputs.map((output) => output.node)).forEach((node, i) => {
    for (const problem of verifyNode(node, bounded)) problems.push(`%${i} (${node.op}): ${problem}`);
  });
  const names = graph.outputs.map((output) => output.name);
  for (const name of new Set(names.filter((name, i) => names.indexOf(name) !== i))) {
    problems.push(`output '${name}': expected one, found several`);
  }
  return problems;
}

/** Throws if a graph is wrong: a mistake of the compiler's own, to be found in `stage`. */
export function assertVerified(graph: Graph, stage: string): void {
  const problems = verifyGraph(graph);
  if (problems.length > 0) throw new Error(`${stage} left an ill-formed graph:\n${problems.join("\n")}`);
}

function verifyNode(node: Node, bounded: ReadonlySet<string>): string[] {
  const unbounded = sizesIn(node).filter((atom) => !bounded.has(atom));
  if (unbounded.length > 0) return [`expected bounds of size '${unbounded.join("', '")}', found none`];
  const op = findOp(node.op);
  if (op === undefined) return ["expected an operation of the table"];
  try {
    checkAttrs(node.attrs, op.attrs);
    const inferred = op.infer(node.inputs, node.attrs, node);
    return sameType(inferred, node) ? [] : [`expected ${showType(inferred)}, found ${showType(node)}`];
  } catch (error) {
    if (error instanceof OpError) return [error.message];
    throw error;
  }
}

function sizesIn(node: Node): string[] {
  const shapes = node.shape.flatMap((n) => n.atoms);
  return [...new Set([...shapes, ...Object.values(node.attrs).flatMap(sizesInAttr)])];
}

function sizesInAttr(value: Attr): readonly string[] {
  if (value instanceof Float64Array || typeof value !== "object") return [];
  if (value instanceof Poly) return value.atoms;
  if (Array.isArray(value)) return value.flatMap((item) => (item instanceof Poly ? item.atoms : []));
  return sizesInHost(value as HostExpr);
}

function sizesInHost(expr: HostExpr): readonly string[] {
  if (typeof expr === "number") return [];
  if ("size" in expr) return [expr.size];
  return "call" in expr ? expr.args.flatMap(sizesInHost) : [];
}
