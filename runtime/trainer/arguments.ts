import { parseArgs } from "node:util";
import { UserError } from "../errors.ts";
import { nearest } from "./nearest.ts";

/** What the command line of an emitted trainer may say. */
export interface TrainerArguments {
  readonly help: boolean;
  readonly data?: string;
  readonly out?: string;
  readonly steps?: number;
  readonly seed?: number;
  readonly resume: boolean;
  readonly from?: string;
  readonly adapter?: string;
  readonly devices?: string;
  readonly maxRestarts?: number;
  readonly gradients?: "f32" | "f16";
  readonly shardOptimizer?: boolean;
  readonly checkpointEvery?: number;
  readonly logEvery?: number;
}

const OPTIONS = {
  data: { type: "string" },
  out: { type: "string" },
  steps: { type: "string" },
  seed: { type: "string" },
  resume: { type: "boolean" },
  from: { type: "string" },
  adapter: { type: "string" },
  devices: { type: "string" },
  "max-restarts": { type: "string" },
  gradients: { type: "string" },
  "shard-optimizer": { type: "boolean" },
  "checkpoint-every": { type: "string" },
  "log-every": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Parses `argv` (without node and script). Throws a UserError JR530-JR532 for what it does not know. */
export function parseTrainerArguments(argv: readonly string[]): TrainerArguments {
  const { values, tokens } = parseArgs({ args: [...argv], options: OPTIONS, strict: false, tokens: true, allowPositionals: true });
  for (const token of tokens) {
    if (token.kind === "positional") throw new UserError("JR530", `unexpected argument '${token.value}'`, "Every argument belongs to an option: see --help.");
    if (token.kind === "option") checkOption(token.name, token.rawName, token.value, token.inlineValue);
  }
  const text = (name: keyof typeof OPTIONS): string | undefined => values[name] as string | undefined;
  const count = (name: keyof typeof OPTIONS, least: number): number | undefined => whole(name, text(name), least);
  return omitUndefined({
    help: values.help === true,
    resume: values.resume === true,
    data: text("data"),
    out: text("out"),
    from: text("from"),
    adapter: text("adapter"),
    devices: text("devices"),
    maxRestarts: count("max-restarts", 0),
    gradients: oneOf("gradients", text("gradients"), ["f32", "f16"]),
    shardOptimizer: values["shard-optimizer"] === true ? true : undefined,
    steps: count("steps", 1),
    seed: count("seed", 0),
    checkpointEvery: count("checkpoint-every", 1),
    logEvery: count("log-every", 1),
  }) as TrainerArguments;
}

function checkOption(name: string, rawName: string, value: string | undefined, inline: boolean | undefined): void {
  if (!Object.hasOwn(OPTIONS, name)) {
    const close = nearest(name, Object.keys(OPTIONS));
    throw new UserError("JR530", `unknown option '${rawName}'`, close === null ? "See --help for all options." : `Did you mean --${close}?`);
  }
  const takesValue = OPTIONS[name as keyof typeof OPTIONS].type === "string";
  if (!takesValue && inline) throw new UserError("JR531", `option '${rawName}' takes no value, found '${value}'`);
  // A value that looks like an option is one, and this option's value was forgotten.
  if (takesValue && (value === undefined || value === "" || (!inline && /^--?[a-z]/i.test(value)))) throw new UserError("JR531", `option '${rawName}' needs a value`);
}

function whole(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isSafeInteger(value) || value < least || value > 0xffff_ffff) {
    throw new UserError("JR531", `option '--${name}' needs a whole number from ${least}, found '${text}'`);
  }
  return value;
}

function oneOf<T extends string>(name: string, text: string | undefined, choices: readonly T[]): T | undefined {
  const found = choices.find((choice) => choice === text);
  if (text !== undefined && found === undefined) throw new UserError("JR531", `option '--${name}' needs ${choices.join(" or ")}, found '${text}'`);
  return found;
}

const omitUndefined = (record: object): object => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
