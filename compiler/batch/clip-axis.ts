import type { ElaboratedModel } from "../elaborate/model.ts";
import { numberOf } from "../graph/attrs.ts";
import type { Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { Poly } from "../size/poly.ts";
import type { Span } from "../syntax/source.ts";

/** What of a training step has one part for each clip of the batch, as its first axis. */
export interface ClipAxis {
  /** Inputs, by name. */
  readonly inputs: ReadonlySet<string>;
  /** Random tensors, by site. */
  readonly sites: ReadonlySet<number>;
}

/** A model at two sizes of its batch. */
export interface TwoSizes {
  readonly part: ElaboratedModel;
  readonly whole: ElaboratedModel;
  /** How many times the batch of `part` that of `whole` is. */
  readonly ratio: number;
}

/** Something whose shape depends on the batch, but not in its first axis alone. */
export interface Dependent {
  readonly what: string;
  readonly span?: Span;
}

/** Compares the two: what grows with the batch along its first axis, and what in any other way. */
export function findClipAxis({ part, whole, ratio }: TwoSizes): ClipAxis & { readonly others: readonly Dependent[] } {
  const inputs = new Set<string>();
  const sites = new Set<number>();
  const others: Dependent[] = [];
  for (const input of part.inputs) {
    const twin = whole.inputs.find((one) => one.name === input.name);
    const how = growth(input.shape, twin?.shape, ratio);
    if (how === "first axis") inputs.add(input.name);
    else if (how === "otherwise") others.push({ what: `the input \`${input.name}\`` });
  }
  const twins = randomSites(whole);
  for (const [site, node] of randomSites(part)) {
    const how = growth(node.shape, twins.get(site)?.shape, ratio);
    if (how === "first axis") sites.add(site);
    else if (how === "otherwise") others.push({ what: "this `uniform`", ...(node.span && { span: node.span }) });
  }
  return { inputs, sites, others };
}

function growth(part: readonly Poly[], whole: readonly Poly[] | undefined, ratio: number): "none" | "first axis" | "otherwise" {
  if (whole?.length !== part.length) return "otherwise";
  const same = part.map((size, axis) => size.equals(whole[axis]!));
  if (same.every(Boolean)) return "none";
  return same.slice(1).every(Boolean) && part[0]!.mul(Poly.constant(ratio)).equals(whole[0]!) ? "first axis" : "otherwise";
}

/** The random tensors that loss and reports draw. */
function randomSites(model: ElaboratedModel): Map<number, Node> {
  const nodes = topological([model.loss, ...model.reports.map((report) => report.node)]);
  return new Map(nodes.flatMap((node) => (node.op === "uniform" ? [[numberOf(node.attrs, "site"), node]] : [])));
}
