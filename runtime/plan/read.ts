import { readFileSync } from "node:fs";
import { access, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { parsePlan } from "./parse.ts";
import type { Plan } from "./schema.ts";

/** A checked plan with the files beside it. */
export interface LoadedPlan {
  readonly plan: Plan;
  /** What messages call it: the build folder. */
  readonly where: string;
  /** The text of a WGSL file of the plan, read when first asked for. */
  wgsl(file: string): string;
  /** The folded tables of `constants.bin`; empty where the plan has none. */
  readonly constants: Uint8Array;
}

const REBUILD = "Build the model again with `jepac build`.";

/**
 * Loads a build folder: `plan.json`, `constants.bin` and the WGSL files it names.
 * @throws UserError JR201 no plan, JR202 not JSON, JR203 a wrong field, JR204 another version, JR205 a missing or short file
 */
export async function loadPlan(dir: string): Promise<LoadedPlan> {
  const file = join(dir, "plan.json");
  const plan = parsePlan(parseJson(await readText(file), file), file);
  const constants = await readConstants(plan, dir);
  await Promise.all(wgslFiles(plan).map((name) => requireFile(join(dir, name))));
  const texts = new Map<string, string>();
  const wgsl = (name: string): string => {
    const text = texts.get(name) ?? readWgsl(join(dir, name));
    texts.set(name, text);
    return text;
  };
  return { plan, where: dir, wgsl, constants };
}

/** A plan that has no folder: as a compiler's output, or a test, holds it. */
export function planInMemory(json: unknown, wgsl: Readonly<Record<string, string>>, constants = new Uint8Array()): LoadedPlan {
  const plan = parsePlan(json, "plan");
  for (const file of wgslFiles(plan)) if (wgsl[file] === undefined) throw missing(file);
  checkConstants(plan, constants.byteLength, "constants");
  const text = (file: string): string => {
    const found = wgsl[file];
    if (found === undefined) throw missing(file);
    return found;
  };
  return { plan, where: plan.model, wgsl: text, constants };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UserError("JR201", `${file}: cannot read the plan (${reason(error)})`, "Give the folder that `jepac build` wrote, for example build/audio-jepa.");
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError("JR202", `${file}: not valid JSON (${reason(error)})`, REBUILD);
  }
}

async function readConstants(plan: Plan, dir: string): Promise<Uint8Array> {
  if (plan.constants.length === 0) return new Uint8Array();
  const file = join(dir, "constants.bin");
  const { size } = await stat(file).catch((error: unknown) => { throw missing(file, error); });
  checkConstants(plan, size, file);
  return readFile(file).catch((error: unknown) => { throw missing(file, error); });
}

function checkConstants(plan: Plan, bytes: number, file: string): void {
  const needed = Math.max(0, ...plan.constants.map((constant) => constant.fileOffset + constant.bytes));
  if (bytes < needed) throw new UserError("JR205", `${file}: expected at least ${needed} bytes, found ${bytes}`, REBUILD);
}

function wgslFiles(plan: Plan): string[] {
  return [...new Set(plan.kernels.flatMap((kernel) => kernel.variants.map((variant) => variant.file)))];
}

async function requireFile(file: string): Promise<void> {
  await access(file).catch((error: unknown) => { throw missing(file, error); });
}

function readWgsl(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw missing(file, error);
  }
}

function missing(file: string, error?: unknown): UserError {
  return new UserError("JR205", `${file}: cannot read this file of the plan${error === undefined ? "" : ` (${reason(error)})`}`, REBUILD);
}

/** The short name of a file error (`ENOENT`), else its message. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
