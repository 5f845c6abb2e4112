import type { Precision } from "@jepac/runtime/plan";
import { countFromFirstClip } from "./batch/first-clip.ts";
import type { BatchSplit } from "./batch/split.ts";
import { gradients } from "./autodiff/gradients.ts";
import type { ElaboratedModel, ModelInput } from "./elaborate/model.ts";
import type { Graph, Node, Output } from "./graph/node.ts";
import { topological } from "./graph/order.ts";
import { fuseAttention } from "./passes/fuse-attention.ts";
import { SCALE_STATE, SCALE_STATES, scalerNode, type ScaleState } from "./precision/loss-scale.ts";
import { runPasses } from "./passes/pipeline.ts";

/** One thing a built model can be asked to do, as an optimised graph. */
export interface ModelProgram {
  readonly name: string;
  readonly doc?: string;
  readonly graph: Graph;
  readonly inputs: readonly ModelInput[];
  /** In the graph, an export's inputs carry this before their names, so that programs can share one builder. */
  readonly inputPrefix: string;
}

/** What metrics tell of loss scaling. */
const REPORTED = ["loss_scale", "skipped_steps"] as const satisfies readonly ScaleState[];

/** Names of graph outputs that go to a weight's value and to its gradient. */
export const valueOf = (weight: string): string => `value:${weight}`;
export const gradientOf = (weight: string): string => `grad:${weight}`;
/** The name of a weight's optimizer state in checkpoints. */
export const stateOf = (state: string, weight: string): string => `optimizer.${state}.${weight}`;

/**
 * A model's programs: `init` (first values of all weights), `step` (loss, reports and gradients of one training step;
 * the optimizers follow it), and one for each exported function. With `fuse`, attention is one operation.
 */
export function modelPrograms({ model, axis }: Pick<BatchSplit, "model" | "axis">, fuse: boolean, precision: Precision = "f32"): readonly ModelProgram[] {
  const g = model.builder;
  const fused = (name: string, outputs: readonly Output[]): readonly Output[] =>
    fuse ? fuseAttention({ name, outputs, sizes: [] }, g).outputs : outputs;
  const values = new Map<string, Node>();
  for (const weight of model.weights) if (weight.of === undefined) values.set(weight.name, weight.init());
  const init = model.weights.flatMap((weight): Output[] => {
    const node = values.get(weight.of ?? weight.name);
    return node === undefined ? [] : [{ name: valueOf(weight.name), node }];
  });

  init.push(...startedStates(model));
  const scaled = precision === "f16";
  if (scaled) init.push(...SCALE_STATES.map((name): Output => ({ name: valueOf(name), node: g.constant(SCALE_STATE[name].start, "f32", []) })));

  const told = fused("step", [{ name: "loss", node: model.loss }, ...model.reports]);
  const loss = told[0]!.node;
  const trained = lastUsedFirst(trainedWeights(model), loss);
  const nodes = trained.map((weight) => g.weight(weight.name, weight.shape));
  const slopes = gradients(scaled ? g.mul(loss, scalerNode(g, "loss_scale")) : loss, nodes, g);
  const step: Output[] = [
    ...told,
    // As they are when the step begins.
    ...(scaled ? REPORTED.map((name) => ({ name, node: scalerNode(g, name) })) : []),
    ...trained.flatMap((weight, i): Output[] => {
      const node = slopes[i];
      return node === undefined ? [] : [{ name: gradientOf(weight.name), node }];
    }),
  ];

  const training = program(model, { name: "step", outputs: step, inputs: model.inputs, inputPrefix: "" });
  return [
    program(model, { name: "init", outputs: init, inputs: [], inputPrefix: "" }),
    { ...training, graph: countFromFirstClip(training.graph, axis.sites) },
    ...model.exports.map((fn) =>
      program(model, {
        name: fn.name,
        ...(fn.doc === undefined ? {} : { doc: fn.doc }),
        outputs: fused(fn.name, [{ name: "result", node: fn.result }]),
        inputs: fn.inputs,
        inputPrefix: `${fn.name}.`,
      }),
    ),
  ];
}

/** First values of the states that do not start at 0, as fresh memory does. */
function startedStates(model: ElaboratedModel): Output[] {
  return model.optimizers.flatMap(({ nets, rule }) =>
    rule.stateNames.flatMap(({ name, start }) =>
      model.weights.flatMap((weight): Output[] =>
        start === 0 || !nets.includes(weight.net) ? [] : [{ name: valueOf(stateOf(name, weight.name)), node: model.builder.constant(start, "f32", weight.shape) }],
      ),
    ),
  );
}

/**
 * The order in which the backward pass comes to them. Kernels are dispatched as near to the order of outputs as can be:
 * so a gradient is computed once what it needs is there, and that is not kept for long.
 */
function lastUsedFirst(weights: ElaboratedModel["weights"], loss: Node): ElaboratedModel["weights"] {
  const met = new Map(topological([loss]).flatMap((node, i) => (node.op === "weight" ? [[node.attrs["name"], i] as const] : [])));
  return [...weights].sort((a, b) => (met.get(b.name) ?? -1) - (met.get(a.name) ?? -1));
}

/** The weights an optimizer moves, in order of declaration. */
export function trainedWeights(model: ElaboratedModel): ElaboratedModel["weights"] {
  const nets = new Set(model.optimizers.flatMap((o) => o.nets));
  return model.weights.filter((weight) => nets.has(weight.net));
}

function program(
  model: ElaboratedModel,
  parts: { name: string; doc?: string; outputs: readonly Output[]; inputs: readonly ModelInput[]; inputPrefix: string },
): ModelProgram {
  const { outputs, ...rest } = parts;
  const graph = runPasses(graphOf(model, parts.name, outputs));
  return { ...rest, graph };
}

/** A graph of these outputs with the bounds of the runtime sizes it mentions. */
export function graphOf(model: ElaboratedModel, name: string, outputs: readonly Output[]): Graph {
  const used = new Set<string>();
  for (const node of topological(outputs.map((o) => o.node))) for (const size of node.shape) for (const atom of size.atoms) used.add(atom);
  return { name, outputs, sizes: [...model.bounds.values()].filter((bounds) => used.has(bounds.name)) };
}
