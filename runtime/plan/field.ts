import { UserError } from "../errors.ts";

/** A value in untrusted JSON together with its path (`programs.step.dispatches[3].params`), which every complaint names. */
export class Field {
  readonly value: unknown;
  readonly path: string;
  readonly file: string;

  constructor(value: unknown, path: string, file: string) {
    this.value = value;
    this.path = path;
    this.file = file;
  }

  /** The error to throw for this value. */
  wrong(expected: string): UserError {
    const where = this.path === "" ? "the plan" : `'${this.path}'`;
    return invalidPlan(this.file, `${where}: expected ${expected}, found ${describe(this.value)}`);
  }

  get(key: string): Field {
    const record = this.record();
    return new Field(Object.hasOwn(record, key) ? record[key] : undefined, this.path === "" ? key : `${this.path}.${key}`, this.file);
  }

  /** `{ [key]: read(value) }`, or nothing where the key is absent: spread it into a record with an optional field. */
  optional<K extends string, T>(key: K, read: (field: Field) => T): { readonly [P in K]?: T } {
    const field = this.get(key);
    return (field.value === undefined ? {} : { [key]: read(field) }) as { readonly [P in K]?: T };
  }

  list<T>(read: (item: Field) => T): T[] {
    if (!Array.isArray(this.value)) throw this.wrong("a list");
    return Array.from<unknown, T>(this.value, (item, i) => read(new Field(item, `${this.path}[${i}]`, this.file)));
  }

  /** An object used as a map, of any names. */
  map<T>(read: (item: Field) => T): Record<string, T> {
    const names = Object.keys(this.record());
    return Object.fromEntries(names.map((name) => [name, read(this.get(name))]));
  }

  string(): string {
    if (typeof this.value !== "string") throw this.wrong("a text");
    return this.value;
  }

  name(): string {
    const text = this.string();
    if (text === "") throw this.wrong("a name");
    return text;
  }

  boolean(): boolean {
    if (typeof this.value !== "boolean") throw this.wrong("true or false");
    return this.value;
  }

  number(): number {
    if (typeof this.value !== "number" || !Number.isFinite(this.value)) throw this.wrong("a number");
    return this.value;
  }

  /** A whole number of at least `min`, a multiple of `step`. */
  integer(min = 0, step = 1): number {
    const value = this.value;
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < min || value % step !== 0) {
      throw this.wrong(step === 1 ? `a whole number from ${min} on` : `a multiple of ${step} from ${min} on`);
    }
    return value;
  }

  oneOf<const T extends string | number>(choices: readonly T[]): T {
    const found = choices.find((choice) => choice === this.value);
    if (found === undefined) throw this.wrong(choices.map((choice) => JSON.stringify(choice)).join(" or "));
    return found;
  }

  scalar(): number | string | boolean {
    if (typeof this.value === "string" || typeof this.value === "boolean") return this.value;
    return this.number();
  }

  private record(): Record<string, unknown> {
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value)) throw this.wrong("an object");
    return this.value as Record<string, unknown>;
  }
}

export function invalidPlan(file: string, message: string): UserError {
  return new UserError("JR203", `${file}: ${message}`, "The plan is damaged or was edited: build the model again with `jepac build`.");
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
