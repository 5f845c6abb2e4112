import { FLAT_SIZE, FLAT_UNIT, type HostExpr } from "@jepac/runtime/plan";
import type { Node } from "../graph/node.ts";
import { Poly } from "../size/poly.ts";
import type { RuleDecl } from "../syntax/ast.ts";
import { execute } from "./expression.ts";
import type { Interpreter } from "./interpreter.ts";
import { Scope } from "./scope.ts";
import { asStatic, asTensor } from "./want.ts";
import { hostInt, type Scalar, type Value } from "./value.ts";

/** An update rule on flat memory for weights of some ranks: elementwise nodes over tensors of shape [64 * flat]. */
export interface FlatUpdate {
  readonly ranks: readonly number[];
  /** The updated target and states. What they are made from are weight nodes `target`, `source` and `state.<name>`. */
  readonly target: Node;
  readonly states: readonly { readonly name: string; readonly node: Node }[];
}

export interface ElaboratedRule {
  readonly rule: string;
  readonly stateNames: readonly { readonly name: string; readonly start: number }[];
  /** One update for each group of ranks the rule treats alike. */
  readonly updates: readonly FlatUpdate[];
  /** Arguments worth showing while training: those that change from step to step. */
  readonly displays: readonly { readonly name: string; readonly value: HostExpr }[];
}

/** Elaborates a rule once per rank and merges ranks whose updates came out as the same nodes. */
export function elaborateRule(it: Interpreter, decl: RuleDecl, home: Scope, args: ReadonlyMap<string, Value>, ranks: readonly number[]): ElaboratedRule {
  it.sizes.set(FLAT_SIZE, { name: FLAT_SIZE, min: 1, max: 2 ** 24 });
  const base = new Scope(home);
  base.declare("step", hostInt({ get: "step" }));
  for (const [name, value] of args) base.declare(name, value);

  const groups: { ranks: number[]; update: FlatUpdate }[] = [];
  for (const rank of [...new Set(ranks)].sort((a, b) => b - a)) {
    const update = updateFor(it, decl, base, rank);
    const same = groups.find(
      (g) => g.update.target === update.target && g.update.states.every((s, i) => s.node === update.states[i]?.node),
    );
    if (same !== undefined) same.ranks.push(rank);
    else groups.push({ ranks: [rank], update });
  }
  return {
    rule: decl.name.name,
    stateNames: decl.states.map((s) => ({ name: s.name.name, start: asStatic(it, it.evaluate(s.init, base), s.span, "the start of a state") })),
    updates: groups.map((g) => ({ ...g.update, ranks: g.ranks })),
    displays: [...args].flatMap(([name, value]) => (isChanging(value) ? [{ name, value: value.host }] : [])),
  };
}

function isChanging(value: Value): value is Scalar {
  return value.kind === "scalar" && typeof value.host !== "number";
}

function updateFor(it: Interpreter, decl: RuleDecl, base: Scope, rank: number): FlatUpdate {
  const shape = [Poly.atom(FLAT_SIZE).mul(Poly.constant(FLAT_UNIT))];
  const scope = new Scope(base);
  const flat = (name: string): Value => ({ kind: "tensor", node: it.g.weight(name, shape), rank });
  scope.declare(decl.target.name, flat("target"));
  scope.declare(decl.source.name, flat("source"));
  for (const state of decl.states) scope.declare(state.name.name, flat(`state.${state.name.name}`));
  execute(it, decl.body, scope);
  const result = (name: string): Node => {
    const value = scope.find(name);
    if (value === undefined) throw new Error(`rule name '${name}' vanished`);
    return it.g.expand(asTensor(it, value, decl.span), shape);
  };
  return { ranks: [rank], target: result(decl.target.name), states: decl.states.map((s) => ({ name: s.name.name, node: result(s.name.name) })) };
}
