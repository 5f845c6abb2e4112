import type { DType } from "@jepac/runtime/plan";
import { intsOf } from "../graph/attrs.ts";
import { hostSize } from "../graph/host-size.ts";
import type { Node } from "../graph/node.ts";
import type { Sum } from "../index/expression.ts";
import { Indices } from "../index/indices.ts";
import { opNamed } from "../ops/table.ts";
import { Poly } from "../size/poly.ts";
import type { FoldSpace } from "../schedule/fold-space.ts";
import { GRID_INPUTS, WORKGROUP, gridFor } from "./grid.ts";
import { laneKernel } from "./lane-kernel.ts";
import { settle, type Kernel, type Site, type Store, type Variant } from "./kernel.ts";
import { foldFunction } from "./fold-function.ts";
import type { Interface } from "./interface.ts";
import { ValueWriter, unwrap } from "./value-writer.ts";

/**
 * Reductions that share a space, with the arithmetic before, between and after them. Members stand at a level: the
 * reductions of level n need results of the levels below; each level is one pass over the reduced axes.
 */
export interface FoldWork {
  readonly space: FoldSpace;
  readonly reduces: readonly (Store & { readonly level: number })[];
  /** Results with an element for each element of the space ("full"), or for each reduction ("outer"). */
  readonly maps: readonly (Store & { readonly level: number; readonly role: "full" | "outer" })[];
}

const FOUR = Poly.constant(4);

/** Trailing axes of some length are folded by the lanes of a workgroup together, other axes by one lane in a loop. */
export function foldKernel(name: string, work: FoldWork, site: Site): Kernel {
  return work.space.byRows ? rowKernel(name, work, site) : columnKernel(name, work, site);
}

function rowKernel(name: string, work: FoldWork, site: Site): Kernel {
  const { space } = work;
  const fours = space.inner.divideExact(FOUR);
  const width = fours === undefined ? 1 : 4;
  const { given, result } = settle(width === 4, (given) => {
    const rows = given.param("u32", hostSize(space.outer));
    const writer = new FoldWriter(work, site, given);
    const row = writer.x.variable("row", space.outer, 0);
    writer.write({
      outer: [row],
      inner: { variable: "k", count: fours ?? space.inner, width },
      loop: (limit) => `for (var k = lane; k < ${limit}; k += WG)`,
      join: (node, value) => `${functionFor(node)}(${value}, lane, lanes)`,
      storeOuter: (write) => writer.values.to.block("if lane == 0u", "branch", write),
    });
    return { rows, lines: writer.values.to.lines };
  });
  const folds = new Map(work.reduces.map(({ node }) => [functionFor(node), node]));
  const variant = (subgroups: boolean): Variant => ({
    text: `${subgroups ? "enable subgroups;\n" : ""}override WG: u32 = 64u;
${given.text()}${partials(folds.values())}${[...folds].map(([name, node]) => foldFunction(name, node, subgroups)).join("")}@compute @workgroup_size(WG)
fn main(${GRID_INPUTS}, @builtin(local_invocation_index) lane: u32${subgroups ? ", @builtin(subgroup_size) lanes: u32" : ""}) {
${subgroups ? "" : "  let lanes = 1u;\n"}  let row = ${WORKGROUP};
  if (row >= ${result.rows}) {
    return;
  }
${result.lines.map((line) => `  ${line}`).join("\n")}
}
`,
    requires: subgroups ? ["subgroups"] : [],
    rowLanes: true,
    workgroups: gridFor(space.outer, 1, site),
  });
  return { name, tensors: given.tensors, params: given.params, variants: [variant(true), variant(false)] };
}

function columnKernel(name: string, work: FoldWork, site: Site): Kernel {
  const { space } = work;
  const fours = outerFours(work, site);
  const width = fours === undefined ? 1 : 4;
  const items = fours ?? space.outer;
  const { given, result } = settle(width === 4, (given) => {
    const limit = given.param("u32", hostSize(items));
    const writer = new FoldWriter(work, site, given);
    const item = writer.x.variable("i", items, 0);
    writer.write({
      outer: parts(writer.x, item, width),
      inner: { variable: "k", count: space.inner, width: 1 },
      loop: (count) => `for (var k = 0u; k < ${count}; k++)`,
      join: (_node, value) => value,
      storeOuter: (write) => write(),
    });
    return { limit, lines: writer.values.to.lines };
  });
  return laneKernel(name, { given, ...result }, items, site);
}

/** A quarter of the reductions, if a lane that does four in a row still sees which axes' elements each belongs to. */
function outerFours({ space, reduces, maps }: FoldWork, site: Site): Poly | undefined {
  const items = space.outer.divideExact(FOUR);
  if (items === undefined) return undefined;
  const x = new Indices(site.box);
  const k = x.variable("k", space.inner, 1);
  const clear = parts(x, x.variable("i", items, 0), 4).every(
    (r) =>
      reduces.every(({ node }) => {
        const folded = intsOf(node.attrs, "axes");
        const at = space.at(x, node.inputs[0]!.shape, r, k);
        return x.linear(at.filter((_, axis) => !folded.includes(axis)), node.shape).key === r.key;
      }) && [...reduces, ...maps].every(({ node }) => x.linear(x.unravel(r, node.shape), node.shape).key === r.key),
  );
  return clear ? items : undefined;
}

interface Shape {
  /** The reductions this lane works on. */
  readonly outer: readonly Sum[];
  readonly inner: { readonly variable: string; readonly count: Poly; readonly width: 1 | 4 };
  readonly loop: (limit: string) => string;
  /** The whole of a reduction from the part this lane has. */
  readonly join: (node: Node, value: string) => string;
  readonly storeOuter: (write: () => void) => void;
}

class FoldWriter {
  readonly x: Indices;
  readonly values: ValueWriter;
  readonly #work: FoldWork;

  constructor(work: FoldWork, site: Site, given: Interface) {
    this.#work = work;
    this.x = new Indices(site.box);
    this.values = new ValueWriter({ x: this.x, tensorOf: (node) => site.tensorOf(node) }, given);
  }

  write(shape: Shape): void {
    const { reduces, maps } = this.#work;
    const last = Math.max(...reduces.map((r) => r.level), ...maps.map((m) => m.level));
    this.#storeOuter(0, shape);
    for (let level = 0; level <= last; level++) {
      const folded = reduces.filter((r) => r.level === level + 1);
      const written = maps.filter((m) => m.role === "full" && m.level === level);
      if (folded.length + written.length > 0) this.#pass(folded, written, shape);
      this.#storeOuter(level + 1, shape);
    }
  }

  #pass(folded: readonly Store[], written: readonly Store[], shape: Shape): void {
    const { to, given } = this.values;
    const totals = folded.map(({ node }) => shape.outer.map(() => this.#total(node)));
    // A parameter even where it is known: drivers unroll loops of known length, and compile for seconds.
    const limit = given.param("u32", hostSize(shape.inner.count));
    to.block(shape.loop(limit), "loop", () => {
      const k = this.x.variable(shape.inner.variable, shape.inner.count, to.depth);
      folded.forEach(({ node }, f) => {
        const reduce = reduceOf(node);
        shape.outer.forEach((r, o) => {
          const total = totals[f]![o]!;
          for (const inner of parts(this.x, k, shape.inner.width)) {
            const value = this.values.value(node.inputs[0]!, this.#work.space.at(this.x, node.inputs[0]!.shape, r, inner));
            to.line(`${total} = ${unwrap(reduce.combine(total, value))};`);
          }
        });
      });
      for (const { node, to: tensors } of written) this.#storeFull(node, tensors, k, shape);
    });
    folded.forEach(({ node }, f) => {
      shape.outer.forEach((r, o) => {
        const name = to.bind(`fold:${node.id}:${o}`, "r", 0, () => shape.join(node, totals[f]![o]!));
        this.values.provide(node, r, name);
      });
    });
  }

  #total(node: Node): string {
    const name = this.values.to.fresh("t");
    this.values.to.line(`var ${name} = ${reduceOf(node).identity(node)};`);
    return name;
  }

  #storeFull(node: Node, tensors: Store["to"], k: Sum, shape: Shape): void {
    const inner = parts(this.x, k, shape.inner.width);
    const all = shape.outer.flatMap((r) => inner.map((part) => this.#work.space.at(this.x, node.shape, r, part)));
    const values = all.map((at) => this.values.value(node, at));
    const positions = all.map((at) => this.x.linear(at, node.shape));
    for (const tensor of tensors) this.values.store(tensor, positions, values);
  }

  #storeOuter(level: number, shape: Shape): void {
    const reduces = this.#work.reduces.filter((r) => r.level === level && r.to.length > 0);
    const maps = this.#work.maps.filter((m) => m.role === "outer" && m.level === level && m.to.length > 0);
    const results = [...reduces, ...maps].map(({ node, to }) => ({
      to,
      values: shape.outer.map((r) => this.values.value(node, this.x.unravel(r, node.shape))),
    }));
    if (results.length === 0) return;
    shape.storeOuter(() => {
      for (const { to, values } of results) for (const tensor of to) this.values.store(tensor, shape.outer, values);
    });
  }
}

function parts(x: Indices, item: Sum, width: number): Sum[] {
  if (width === 1) return [item];
  return Array.from({ length: width }, (_, part) => x.add(x.mul(item, width), x.size(part)));
}

function reduceOf(node: Node) {
  const { lower } = opNamed(node.op);
  if (lower.kind !== "reduce") throw new Error(`${node.op} is no reduction`);
  return lower;
}

function functionFor(node: Node): string {
  return `all_${node.op}_${node.dtype}`;
}

/** Workgroup memory for one partial result a lane, for each dtype that is folded. */
function partials(nodes: Iterable<Node>): string {
  const dtypes = new Set<DType>([...nodes].map((node) => node.dtype));
  return [...dtypes].map((dtype) => `var<workgroup> partial_${dtype}: array<${dtype}, WG>;\n`).join("");
}

