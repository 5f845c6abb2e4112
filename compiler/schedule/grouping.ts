import type { Node } from "../graph/node.ts";
import { elements } from "../graph/type.ts";
import type { Sum } from "../index/expression.ts";
import { Indices } from "../index/indices.ts";
import type { SizeBox } from "../index/size-box.ts";
import { opNamed } from "../ops/table.ts";
import { FoldSpace } from "./fold-space.ts";
import { memberAt, rearranges, sameCount, type FoldRole, type Form, type Group, type Path } from "./group.ts";
import { productShape, sharesSecond, stridedView } from "./operand.ts";
import { summedOperand } from "./operand-sums.ts";
import { follow } from "./references.ts";
import type { Roots } from "./roots.ts";
import { isBuffer } from "./uses.ts";

/** How many groups of the same space a reduction may look back on for company. */
const NEIGHBOURS = 4;
/** Nodes of the graph between maps that may share a kernel: what is farther apart is wanted at different times. */
const NEARBY = 100;
/** Reductions of fewer elements gather in one kernel whatever they read: a dispatch costs more than they do. */
const TINY = 1 << 16;

export interface GroupingRequest {
  readonly nodes: readonly Node[];
  readonly roots: Roots;
  readonly outputs: ReadonlySet<Node>;
  readonly box: SizeBox;
  readonly maxBindings: number;
  readonly fusion: "full" | "none";
}

/**
 * Gathers roots into kernels. Roots come in the order of the graph; each joins a group that makes what it reads, if
 * it can be computed at the same loop variables and no path leads out of the group and back to it.
 */
export function groupRoots(request: GroupingRequest): Group[] {
  const grouping = new Grouping(request);
  request.nodes.forEach((node, position) => {
    if (request.roots.nodes.has(node)) grouping.place(node, position);
  });
  return grouping.groups;
}

class Grouping {
  readonly groups: Group[] = [];
  readonly #of = new Map<Node, Group>();
  readonly #bySpace = new Map<string, Group[]>();
  /** The roots that read each root. */
  readonly #users = new Map<Node, Node[]>();
  readonly #request: GroupingRequest;

  constructor(request: GroupingRequest) {
    this.#request = request;
    for (const root of request.roots.nodes) {
      for (const leaf of this.#leaves(root)) {
        const users = this.#users.get(leaf);
        if (users) users.push(root);
        else this.#users.set(leaf, [root]);
      }
    }
  }

  place(node: Node, position: number): void {
    const joined = this.#request.fusion === "full" ? this.#join(node, position) : undefined;
    const group = joined ?? this.#open(node);
    group.members.add(node);
    // What a kernel gives on the side does not make it wait.
    if (joined === undefined || !isOnTheSide(node)) group.last = Math.max(group.last, position);
    this.#of.set(node, group);
    for (const leaf of this.#leaves(node)) {
      const source = this.#of.get(leaf);
      if (source !== undefined && source !== group) group.needs.add(source);
      if (source !== group) group.reads.add(leaf);
    }
  }

  #open(node: Node): Group {
    const group = { number: this.groups.length, form: this.#form(node), members: new Set<Node>() };
    const whole: Group = { ...group, needs: new Set(), reads: new Set(), last: 0 };
    this.groups.push(whole);
    if (whole.form.kind === "fold") this.#remember(whole.form.space, whole);
    return whole;
  }

  #form(node: Node): Form {
    const { kind } = opNamed(node.op).lower;
    if (kind === "reduce") {
      const roles = new Map<Node, FoldRole>([[node, { role: "reduce", level: 1 }]]);
      return { kind: "fold", space: new FoldSpace(node, this.#request.box), roles };
    }
    if (node.op === "matmul") return { kind: "product", node, shape: this.#shape(node), paths: new Map(), sums: new Map() };
    if (kind === "kernel") return { kind: "alone", node };
    return { kind: "map", count: elements(node.shape) };
  }

  #shape(node: Node) {
    const flat = productShape(node, true);
    const isEnd = (n: Node) => this.#request.roots.nodes.has(n) || isBuffer(n);
    const readable = sharesSecond(node) && stridedView(node, "a", flat, new Indices(this.#request.box), isEnd);
    return readable ? flat : productShape(node, false);
  }

  #join(node: Node, position: number): Group | undefined {
    const { kind } = opNamed(node.op).lower;
    if (node.op === "attention_lse") return this.#attentionOf(node);
    if (kind === "kernel") return undefined;
    const leaves = this.#leaves(node);
    const beside = this.#productBeside(node, leaves);
    if (beside !== undefined) return beside;
    const makers = new Set([...leaves].flatMap((leaf) => this.#of.get(leaf) ?? []));
    const candidates = [...makers].sort((a, b) => b.last - a.last);
    const space = kind === "reduce" ? new FoldSpace(node, this.#request.box) : undefined;
    candidates.push(...(space ? this.#neighbours(space, leaves, makers) : this.#twins(node, position, leaves, makers)));
    for (const group of candidates) {
      if (!this.#hasRoom(group, node, leaves) || this.#wouldCycle(group, makers)) continue;
      if (space !== undefined ? this.#joinReduce(node, space, group) : this.#joinMap(node, group)) return group;
    }
    return undefined;
  }

  /** The attention whose kernel has a query's scores together anyway. */
  #attentionOf(lse: Node): Group | undefined {
    const { inputs: [q, k], attrs } = lse;
    return this.groups.find(({ form }) => {
      if (form.kind !== "alone" || form.node.op !== "attention") return false;
      return form.node.inputs[0] === q && form.node.inputs[1] === k && form.node.attrs["scale"] === attrs["scale"];
    });
  }

  /** The product whose kernel reads all that the node sums. */
  #productBeside(node: Node, leaves: ReadonlySet<Node>): Group | undefined {
    const operand = summedOperand(node);
    const group = operand && this.#of.get(operand.product);
    if (group?.form.kind !== "product" || !this.#hasRoom(group, node, leaves)) return undefined;
    group.form.sums.set(node, operand!.side);
    return group;
  }

  #joinReduce(node: Node, space: FoldSpace, group: Group): boolean {
    const { form } = group;
    if (form.kind === "fold" && form.space.key === space.key) {
      const level = this.#level(node, form, group, "reduce");
      if (level !== undefined) form.roles.set(node, { role: "reduce", level: level + 1 });
      return level !== undefined;
    }
    // A map over all elements of rows becomes part of the kernel that folds them.
    if (form.kind !== "map" || !space.byRows || ![...group.members].every((m) => space.holdsFull(m))) return false;
    const roles = new Map<Node, FoldRole>([...group.members].map((m) => [m, { role: "full", level: 0 }]));
    const fold: Form = { kind: "fold", space, roles };
    if (this.#level(node, fold, group, "reduce") === undefined) return false;
    roles.set(node, { role: "reduce", level: 1 });
    group.form = fold;
    this.#remember(space, group);
    return true;
  }

  #joinMap(node: Node, group: Group): boolean {
    const { form } = group;
    switch (form.kind) {
      case "alone":
        return false;
      case "map": {
        const x = new Indices(this.#request.box);
        return sameCount(node, form.count) && this.#aligned(node, memberAt(form, node, x)!, group, form, x);
      }
      case "fold":
        for (const role of ["full", "outer"] as const) {
          const fits = role === "full" ? form.space.byRows && form.space.holdsFull(node) : sameCount(node, form.space.outer);
          const level = fits ? this.#level(node, form, group, role) : undefined;
          if (level === undefined) continue;
          form.roles.set(node, { role, level });
          return true;
        }
        return false;
      case "product": {
        // They are there only when the kernel ends, and in one column of its tiles.
        if ([...this.#leaves(node)].some((leaf) => form.sums.has(leaf))) return false;
        const path = this.#path(node, group);
        if (path === undefined) return false;
        const trial: Form = { ...form, paths: new Map([...form.paths, [node, path]]) };
        const x = new Indices(this.#request.box);
        if (!this.#aligned(node, memberAt(trial, node, x)!, group, trial, x)) return false;
        form.paths.set(node, path);
        return true;
      }
    }
  }

  /** The level of a node in a fold group: that of the highest it reads; undefined if it reads at other indices. */
  #level(node: Node, form: Extract<Form, { kind: "fold" }>, group: Group, role: FoldRole["role"]): number | undefined {
    const x = new Indices(this.#request.box);
    const { space } = form;
    const row = x.variable("row", space.outer, 0);
    const at =
      role === "reduce"
        ? space.at(x, node.inputs[0]!.shape, row, x.variable("k", space.inner, 1))
        : role === "full"
          ? space.at(x, node.shape, row, x.variable("k", space.inner, 1))
          : x.unravel(row, node.shape);
    let level = 0;
    const good = this.#aligned(node, at, group, form, x, (member) => {
      level = Math.max(level, form.roles.get(member)!.level);
    });
    return good ? level : undefined;
  }

  /** Does the node read members only at the elements the kernel has at hand? */
  #aligned(
    node: Node,
    at: readonly Sum[],
    group: Group,
    form: Form,
    x: Indices,
    read: (member: Node) => void = () => {},
  ): boolean {
    let good = true;
    follow(node, at, x, {
      isEnd: (n) => this.#request.roots.nodes.has(n) || isBuffer(n),
      skip: (n) => !group.members.has(n) && ![...this.#leaves(n)].some((leaf) => group.members.has(leaf)),
      found: (member, there) => {
        const own = memberAt(form, member, x)!;
        if (x.linear(there, member.shape).key === x.linear(own, member.shape).key) read(member);
        else good = false;
      },
    });
    return good;
  }

  /** From a member to the node, through arithmetic and movements that only rearrange. */
  #path(node: Node, group: Group): Path | undefined {
    const { roots } = this.#request;
    const search = (from: Node): Path | undefined => {
      for (const input of from.inputs) {
        const known = group.members.has(input) ? { from: input, through: [] } : undefined;
        const passes = !roots.nodes.has(input) && !isBuffer(input) && this.#reaches(input, group);
        const below = known ?? (passes ? search(input) : undefined);
        if (below === undefined) continue;
        const { kind } = opNamed(from.op).lower;
        if (kind === "elementwise") return below;
        if (rearranges(from)) return { from: below.from, through: [...below.through, from] };
      }
      return undefined;
    };
    return search(node);
  }

  #reaches(node: Node, group: Group): boolean {
    return [...this.#leaves(node)].some((leaf) => group.members.has(leaf));
  }

  #neighbours(space: FoldSpace, leaves: ReadonlySet<Node>, makers: ReadonlySet<Group>): Group[] {
    const { box } = this.#request;
    const tiny = box.most(space.outer) * box.most(space.inner) < TINY;
    const known = this.#bySpace.get(space.key) ?? [];
    return known
      .slice(-NEIGHBOURS)
      .reverse()
      .filter((group) => !makers.has(group) && (tiny || [...leaves].some((leaf) => group.reads.has(leaf))));
  }

  /** Maps nearby that read the same tensor for a result of the same size: one kernel reads it once. */
  #twins(node: Node, position: number, leaves: ReadonlySet<Node>, makers: ReadonlySet<Group>): Group[] {
    return this.groups.slice(-NEIGHBOURS).reverse().filter(({ form, last, reads }, i, all) => {
      if (form.kind !== "map" || makers.has(all[i]!) || position - last > NEARBY || !sameCount(node, form.count)) return false;
      return [...leaves].some((leaf) => sameCount(leaf, form.count) && reads.has(leaf));
    });
  }

  #remember(space: FoldSpace, group: Group): void {
    const known = this.#bySpace.get(space.key);
    if (known) known.push(group);
    else this.#bySpace.set(space.key, [group]);
  }

  #leaves(node: Node): ReadonlySet<Node> {
    return this.#request.roots.leaves.get(node)!;
  }

  /** Can the kernel bind all that it would read and write with one node more? */
  #hasRoom(group: Group, node: Node, leaves: ReadonlySet<Node>): boolean {
    const reads = new Set([...group.reads, ...leaves].filter((leaf) => !group.members.has(leaf)));
    const inside = (user: Node) => user === node || group.members.has(user);
    const isWritten = (n: Node) => this.#request.outputs.has(n) || !(this.#users.get(n) ?? []).every(inside);
    const written = [...group.members, node].filter(isWritten);
    return reads.size + written.length <= this.#request.maxBindings;
  }

  /** Would a node made from `makers` close a circle if it joined the group? */
  #wouldCycle(group: Group, makers: ReadonlySet<Group>): boolean {
    const seen = new Set<Group>();
    const stack = [...makers].filter((maker) => maker !== group);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (at === group) return true;
      if (seen.has(at)) continue;
      seen.add(at);
      stack.push(...at.needs);
    }
    return false;
  }
}

function isOnTheSide(node: Node): boolean {
  return node.op === "attention_lse" || summedOperand(node) !== undefined;
}
