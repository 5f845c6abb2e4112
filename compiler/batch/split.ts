import { diagnose } from "../diagnostics/codes.ts";
import type { Choices } from "../elaborate/config.ts";
import { ElaborationFailure, fail } from "../elaborate/failure.ts";
import { elaborate, type ElaboratedModel } from "../elaborate/model.ts";
import type { Program } from "../program/program.ts";
import type { ConfigDecl, ModelDecl } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { findClipAxis, type ClipAxis, type Dependent } from "./clip-axis.ts";

/** A model whose training step computes its batch in one or more passes, each over a part of the clips. */
export interface BatchSplit {
  /** The graph is of one pass; config, schedules and update rules are those of the whole batch. */
  readonly model: ElaboratedModel;
  readonly passes: number;
  /** Clips of one pass; 0 for a model without `config batch`. */
  readonly clips: number;
  readonly axis: ClipAxis;
}

/**
 * Splits the batch of `whole`, the model as its user sees it, into passes over `microBatch` clips (all of them when
 * not given). Throws `ElaborationFailure` JM0602 where the clips cannot be split so, JM0603 where a part of the batch
 * would not do what it does in the whole.
 */
export function splitBatch(program: Program, choices: Choices, whole: ElaboratedModel, microBatch?: number): BatchSplit {
  const batch = whole.config["batch"];
  const declared = batchOf(program);
  if (typeof batch !== "number" || declared === undefined) {
    if (microBatch !== undefined) fail(diagnose("JM0602", { found: microBatch }, [{ span: modelOf(program).name.span, text: "has no `config batch`" }]));
    return { model: whole, passes: 1, clips: 0, axis: { inputs: new Set(), sites: new Set() } };
  }
  if (microBatch === undefined || microBatch === batch) return { model: whole, passes: 1, clips: batch, axis: axisOfWhole(program, choices, whole, batch) };
  if (!Number.isInteger(batch / microBatch)) fail(diagnose("JM0602", { found: microBatch, batch }, [{ span: declared.span, text: `${batch} in this build` }]));
  const part = inPart(withBatch(program, choices, microBatch), microBatch);
  const { others, ...axis } = findClipAxis({ part, whole, ratio: batch / microBatch });
  refuse(others[0] ?? unlike(part, whole), declared.span, microBatch);
  const { config, optimizers, averages } = whole;
  return { model: { ...part, config, optimizers, averages }, passes: batch / microBatch, clips: microBatch, axis };
}

/** What belongs to clips, found by doubling the batch; nothing where that cannot be elaborated. */
function axisOfWhole(program: Program, choices: Choices, part: ElaboratedModel, batch: number): ClipAxis {
  const twice = withBatch(program, choices, 2 * batch);
  if ("failure" in twice) return { inputs: new Set(), sites: new Set() };
  const { inputs, sites } = findClipAxis({ part, whole: twice.model, ratio: 2 });
  return { inputs, sites };
}

function withBatch(program: Program, choices: Choices, batch: number): ReturnType<typeof elaborate> {
  return elaborate(program, { ...choices, set: { ...choices.set, batch: `${batch}` } });
}

function inPart(result: ReturnType<typeof elaborate>, microBatch: number): ElaboratedModel {
  if ("model" in result) return result.model;
  const { failure } = result;
  throw new ElaborationFailure({ ...failure, notes: [...failure.notes, `in a pass over ${microBatch} clips of the batch`] });
}

function refuse(dependent: Dependent | undefined, batch: Span, microBatch: number): void {
  if (dependent !== undefined) fail(diagnose("JM0603", { what: dependent.what, microBatch }, [{ span: dependent.span ?? batch, text: "not one part for each clip" }]));
}

/** What must be the same in every pass, and is not. */
function unlike(part: ElaboratedModel, whole: ElaboratedModel): Dependent | undefined {
  const weight = part.weights.find((one, i) => one.name !== whole.weights[i]?.name || one.shape.join() !== whole.weights[i]?.shape.join());
  if (weight !== undefined || part.weights.length !== whole.weights.length) return { what: `the weight \`${(weight ?? whole.weights[0])?.name ?? ""}\`` };
  const size = part.drawn.find(({ name, draw }, i) => JSON.stringify([draw, part.bounds.get(name)]) !== JSON.stringify([whole.drawn[i]?.draw, whole.bounds.get(name)]));
  return size === undefined ? undefined : { what: `the runtime size \`${size.name}\`` };
}

function batchOf(program: Program): ConfigDecl | undefined {
  return modelOf(program).members.find((member): member is ConfigDecl => member.kind === "config" && member.name.name === "batch");
}

function modelOf(program: Program): ModelDecl {
  const decl = program.main.file.items.find((item): item is ModelDecl => item.kind === "model");
  if (decl === undefined) throw new Error("a program without a model was elaborated");
  return decl;
}
