import { UserError } from "../errors.ts";
import type { Plan, TensorPlan } from "../plan/schema.ts";
import { positionTables } from "./positions.ts";
import type { ForeignTensors } from "./source.ts";

const SHOWN = 8;

/** What of a file goes into a model. */
export interface Fit {
  readonly wanted: readonly TensorPlan[];
  /** Tensors of the file that belong to none of the model's networks. */
  readonly leftOut: readonly string[];
}

/**
 * Matches a file's tensors with a model's weights and averages. Throws UserError JR805 that lists what is missing, too
 * much or of another shape, with what was expected and found, and the config values that the file's shapes suggest.
 */
export async function fitTensors(file: ForeignTensors, plan: Plan): Promise<Fit> {
  const wanted = plan.tensors.filter(({ role }) => role !== "state");
  const tables = positionTables(plan);
  const names = new Set([...wanted, ...tables].map(({ name }) => name));
  const nets = [...new Set(wanted.map(({ net }) => `${net}.`))];
  const others = [...file.shapes.keys()].filter((name) => !names.has(name));
  const extra = others.filter((name) => !isTable(name) && nets.some((net) => name.startsWith(net)));
  const problems = [
    ...wanted.flatMap(({ name, shape }) => difference(name, shape, file.shapes.get(name)) ?? []),
    ...extra.map((name) => `${name}: ${show(file.shapes.get(name)!)} in the file, not in the model`),
    ...tables.flatMap(({ name, shape }) => (file.shapes.has(name) ? (difference(name, shape, file.shapes.get(name)) ?? []) : [])),
  ];
  if (problems.length === 0) {
    for (const table of tables) if (file.shapes.has(table.name)) problems.push(...otherValues(table.name, await file.read(table.name), table.values()));
  }
  if (problems.length > 0) throw doesNotFit(file, plan, problems, tables.find(({ name }) => name === "encoder.pos_embed")?.shape[1]);
  return { wanted, leftOut: others };
}

const isTable = (name: string): boolean => name.endsWith("pos_embed");

function difference(name: string, expected: readonly number[], found: readonly number[] | undefined): string | null {
  if (!found) return `${name}: expected ${show(expected)}, not in the file`;
  const same = found.length === expected.length && found.every((size, axis) => size === expected[axis]);
  return same ? null : `${name}: expected ${show(expected)}, found ${show(found)}`;
}

/** Positions are fixed; a file with others would give other embeddings. */
function otherValues(name: string, found: Float32Array, expected: Float32Array): string[] {
  const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  return worst < 1e-4 ? [] : [`${name}: differs by up to ${worst.toPrecision(2)} from the fixed positions that the model computes`];
}

function doesNotFit(file: ForeignTensors, plan: Plan, problems: readonly string[], tokens: number | undefined): UserError {
  const more = problems.length - SHOWN;
  const lines = [...problems.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])];
  return new UserError("JR805", `'${file.path}' does not fit the model '${plan.model}' as built:\n  ${lines.join("\n  ")}`, hint(file.shapes, plan.config, tokens));
}

/** Config values of models/audio-jepa.jm that shapes tell. (How many heads there are, none does.) */
function hint(shapes: ForeignTensors["shapes"], config: Plan["config"], built: number | undefined): string {
  const blocks = (list: string): number => new Set([...shapes.keys()].flatMap((name) => (name.startsWith(list) ? name.slice(list.length).split(".", 1) : []))).size;
  const told = {
    dim: shapes.get("encoder.norm.weight")?.[0],
    depth: blocks("encoder.blocks."),
    patch: shapes.get("encoder.patch_embed.proj.weight")?.[2],
    width: shapes.get("predictor.predictor_norm.weight")?.[0],
    predictor_depth: blocks("predictor.predictor_blocks."),
  };
  const changes = Object.entries(told).filter(([name, value]) => value !== undefined && value > 0 && name in config && config[name] !== value);
  if (![...shapes.keys()].some((name) => /^(target_)?encoder\./.test(name))) return `Its tensors are called ${[...shapes.keys()].slice(0, 5).join(", ")}${shapes.size > 5 ? " and so on" : ""}.`;
  const tokens = shapes.get("encoder.pos_embed")?.[1];
  const grid = tokens === undefined || tokens === built ? "" : `; it has ${tokens} tokens, which is frames / patch times mels / patch`;
  if (changes.length === 0) return `The file must hold all weights of the model's networks${grid}.`;
  return `The file looks like ${changes.map(([name, value]) => `${name}=${value}`).join(", ")}: build the model with ${changes.map(([name, value]) => `--set ${name}=${value}`).join(" ")}${grid}.`;
}

const show = (shape: readonly number[]): string => `[${shape.join(", ")}]`;
