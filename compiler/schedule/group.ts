import { intsOf } from "../graph/attrs.ts";
import type { Node } from "../graph/node.ts";
import { elements } from "../graph/type.ts";
import type { Sum } from "../index/expression.ts";
import type { Indices } from "../index/indices.ts";
import type { Poly } from "../size/poly.ts";
import type { FoldSpace } from "./fold-space.ts";
import type { ProductShape, Side } from "./operand.ts";

/** Roots that one kernel computes. */
export interface Group {
  readonly number: number;
  form: Form;
  readonly members: Set<Node>;
  /** Groups whose results it reads. */
  readonly needs: Set<Group>;
  /** Tensors it reads. */
  readonly reads: Set<Node>;
  /** Position of the last member in the order of the graph. */
  last: number;
}

export type Form =
  | { readonly kind: "map"; readonly count: Poly }
  | { readonly kind: "fold"; readonly space: FoldSpace; readonly roles: Map<Node, FoldRole> }
  | {
      readonly kind: "product";
      readonly node: Node;
      readonly shape: ProductShape;
      readonly paths: Map<Node, Path>;
      /** Members that are sums over the inner axis of an operand, which the kernel takes as it passes. */
      readonly sums: Map<Node, Side>;
    }
  | { readonly kind: "alone"; readonly node: Node };

export interface FoldRole {
  readonly role: "reduce" | "full" | "outer";
  readonly level: number;
}

/** How a member's index follows from that of another: through these movements, from the first to the last. */
export interface Path {
  readonly from: Node;
  readonly through: readonly Node[];
}

/** The element of a member that the kernel computes at its loop variables; undefined for groups without epilogue. */
export function memberAt(form: Form, node: Node, x: Indices): Sum[] | undefined {
  switch (form.kind) {
    case "map":
      return x.unravel(x.variable("i", form.count, 0), node.shape);
    case "fold": {
      const { space, roles } = form;
      const row = x.variable("row", space.outer, 0);
      if (roles.get(node)?.role !== "full") return x.unravel(row, node.shape);
      return space.at(x, node.shape, row, x.variable("k", space.inner, 1));
    }
    case "product": {
      const { shape } = form;
      const z = x.variable("z", shape.batch, 0);
      const m = x.variable("m", shape.m, 0);
      return productAt(form, node, x, { z, m, n: x.variable("n", shape.n, 0) });
    }
    case "alone":
      return undefined;
  }
}

export function productAt(
  form: Extract<Form, { kind: "product" }>,
  node: Node,
  x: Indices,
  at: { readonly z: Sum; readonly m: Sum; readonly n: Sum },
): Sum[] {
  const { shape } = form;
  if (node === form.node) {
    const leading = node.shape.slice(0, -1);
    if (shape.flat) return [...x.unravel(at.m, leading), at.n];
    return [...x.unravel(at.z, leading.slice(0, -1)), at.m, at.n];
  }
  const path = form.paths.get(node)!;
  return climb(productAt(form, path.from, x, at), path.through, x);
}

/** The index in the result of the last movement of what lies at `at` before the first. */
export function climb(at: readonly Sum[], through: readonly Node[], x: Indices): Sum[] {
  let here = [...at];
  for (const node of through) {
    if (node.op === "reshape") here = x.unravel(x.linear(here, node.inputs[0]!.shape), node.shape);
    else if (node.op === "transpose") here = intsOf(node.attrs, "perm").map((axis) => here[axis]!);
  }
  return here;
}

/** Movements that only rearrange: each element goes to one place. */
export function rearranges(node: Node): boolean {
  return node.op === "reshape" || node.op === "transpose";
}

export function sameCount(a: Node, count: Poly): boolean {
  return elements(a.shape).equals(count);
}
