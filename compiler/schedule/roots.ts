import type { Node } from "../graph/node.ts";
import { elements } from "../graph/type.ts";
import { Indices } from "../index/indices.ts";
import type { SizeBox } from "../index/size-box.ts";
import { opNamed } from "../ops/table.ts";
import { headOperands, headView, isAttention } from "./head-view.ts";
import { productShape, sharesSecond, stridedView, type Side } from "./operand.ts";
import { isBuffer, isMovement, usesOf } from "./uses.ts";

/** Above this an element is computed once and kept, if it is used in several places. */
const CHEAP = 6;
/** Above this, if one place reads it repeatedly. */
const TRIVIAL = 1;
/** No element is computed from more values than this without a stop on the way. */
const LONGEST = 256;
const DEAR: Readonly<Record<string, number>> = {
  exp: 3, log: 3, sin: 3, cos: 3, tanh: 3, erf: 6, pow: 5, sqrt: 2, rsqrt: 2, uniform: 5,
};

/** Which nodes are computed as wholes ("roots"); all others are computed on the spot where they are used. */
export interface Roots {
  readonly nodes: ReadonlySet<Node>;
  /** For every node that is computed: the roots and buffers its elements are computed from. */
  readonly leaves: ReadonlyMap<Node, ReadonlySet<Node>>;
}

export interface RootRequest {
  readonly nodes: readonly Node[];
  readonly outputs: ReadonlySet<Node>;
  readonly box: SizeBox;
  /** Tensors one kernel may bind. */
  readonly maxBindings: number;
  readonly fusion: "full" | "none";
}

export function chooseRoots(request: RootRequest): Roots {
  const roots = new Set<Node>();
  for (const node of request.nodes) if (mustBeRoot(node, request)) roots.add(node);
  for (const node of request.nodes) {
    if (node.op === "matmul") addOperands(node, roots, request.box);
    if (isAttention(node)) addHeads(node, roots, request.box);
    // Argsort reads each element as often as a row is long.
    if (node.op === "argsort" && !isBuffer(node.inputs[0]!)) roots.add(node.inputs[0]!);
  }
  if (request.fusion === "full") addShared(request, roots);
  for (;;) {
    const before = roots.size;
    const leaves = findLeaves(request, roots);
    if (roots.size === before) return { nodes: roots, leaves };
  }
}

function mustBeRoot(node: Node, { outputs, fusion }: RootRequest): boolean {
  if (outputs.has(node)) return true;
  const { kind } = opNamed(node.op).lower;
  return kind === "reduce" || kind === "kernel" || (kind === "elementwise" && fusion === "none");
}

/** Values that are worth keeping because several places, or one place again and again, would compute them. */
function addShared({ nodes, outputs, box }: RootRequest, roots: Set<Node>): void {
  const uses = usesOf(nodes, outputs, box);
  const efforts = new Map<Node, Effort>();
  for (const node of nodes) {
    const own = DEAR[node.op] ?? Number(opNamed(node.op).lower.kind === "elementwise");
    const reads = new Set<Node>();
    let cost = own;
    for (const input of new Set(node.inputs)) {
      if (roots.has(input) || isBuffer(input)) {
        reads.add(input);
        continue;
      }
      const effort = efforts.get(input)!;
      cost += effort.cost;
      for (const read of effort.reads) reads.add(read);
    }
    efforts.set(node, { cost, reads });
    if (opNamed(node.op).lower.kind !== "elementwise") continue;
    const { count, repeated } = uses.get(node)!;
    const dear = cost > CHEAP || readsMuch(node, reads, box);
    if ((count > 1 && dear) || (repeated && cost > TRIVIAL)) roots.add(node);
  }
}

/** What computing one element on the spot takes. */
interface Effort {
  readonly cost: number;
  readonly reads: ReadonlySet<Node>;
}

/** Does computing the node read more than keeping it would? Then a sum of several tensors is better kept. */
function readsMuch(node: Node, reads: ReadonlySet<Node>, box: SizeBox): boolean {
  const own = box.most(elements(node.shape));
  let read = 0;
  for (const tensor of reads) read += Math.min(own, box.most(elements(tensor.shape)));
  return read >= 2 * own;
}

/** Matrix products read their operands by strides. */
function addOperands(node: Node, roots: Set<Node>, box: SizeBox): void {
  for (const side of ["a", "b"] as const) {
    putInMemory(node.inputs[side === "a" ? 0 : 1]!, roots, (isEnd) => hasView(node, side, box, isEnd));
  }
}

/** Attention reads rows of channels by fours, and its other operand as it is. */
function addHeads(node: Node, roots: Set<Node>, box: SizeBox): void {
  const heads = headOperands(node);
  for (const input of node.inputs) {
    putInMemory(input, roots, (isEnd) => isEnd(input) || (heads.includes(input) && headView(input, new Indices(box), isEnd) !== undefined));
  }
}

/**
 * Makes a root of what an operand is moved from, unless it is one and can be read there. Of a chain of movements the
 * lowest node that will do is taken, as others may use it too.
 */
function putInMemory(operand: Node, roots: Set<Node>, canRead: (isEnd: (node: Node) => boolean) => boolean): void {
  if (canRead((candidate) => roots.has(candidate) || isBuffer(candidate))) return;
  const chain = [operand];
  while (isMovement(chain[0]!)) chain.unshift(chain[0]!.inputs[0]!);
  const fit = chain.find((end) => opNamed(end.op).lower.kind !== "source" && canRead((candidate) => candidate === end));
  roots.add(fit ?? operand);
}

function hasView(node: Node, side: Side, box: SizeBox, isEnd: (node: Node) => boolean): boolean {
  if (isEnd(node.inputs[side === "a" ? 0 : 1]!)) return true;
  return viewShapes(node).some((flat) => stridedView(node, side, productShape(node, flat), new Indices(box), isEnd));
}

function viewShapes(node: Node): readonly boolean[] {
  return sharesSecond(node) ? [true, false] : [false];
}

/** Finds the leaves of every node, and makes roots where they would be too many. */
function findLeaves(request: RootRequest, roots: Set<Node>): Map<Node, Set<Node>> {
  const leaves = new Map<Node, Set<Node>>();
  const sizes = new Map<Node, number>();
  // Room for what the kernel writes.
  const limit = Math.max(2, request.maxBindings - 2);
  for (const node of request.nodes) {
    let own = merge(node);
    while (own.leaves.size > limit || own.size > LONGEST) {
      const widest = node.inputs
        .filter((input) => !isLeaf(input) && opNamed(input.op).lower.kind !== "source")
        .sort((a, b) => leaves.get(b)!.size - leaves.get(a)!.size || sizes.get(b)! - sizes.get(a)!)[0];
      if (widest === undefined) break;
      roots.add(widest);
      own = merge(node);
    }
    leaves.set(node, own.leaves);
    sizes.set(node, own.size);
  }
  return leaves;

  function isLeaf(node: Node): boolean {
    return roots.has(node) || isBuffer(node);
  }
  function merge(node: Node): { leaves: Set<Node>; size: number } {
    const all = new Set<Node>();
    let size = 1;
    for (const input of node.inputs) {
      if (isLeaf(input)) all.add(input);
      else {
        for (const leaf of leaves.get(input)!) all.add(leaf);
        size += sizes.get(input)!;
      }
    }
    return { leaves: all, size };
  }
}
