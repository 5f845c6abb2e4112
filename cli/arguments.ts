import { UserError } from "@jepac/runtime";
import type { Precision } from "@jepac/runtime/plan";
import { InvalidArgumentError } from "commander";

/** Parsers of option values; commander shows the message with the option's name. */
export function positiveInt(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return value;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("It must be a whole number of at least 0.");
  return value;
}

/** @throws UserError JC035 it is none of them */
export function precisionName(text: string): Precision {
  if (text !== "f32" && text !== "f16") throw new UserError("JC035", `there is no precision ${text}`, "--precision is one of f32, f16");
  return text;
}

/** Collects the values of a repeatable option. */
export function collected(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** Collects `--set name=value`, repeatable. */
export function assignment(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It has the form name=value, for example depth=4.");
  return { ...before, [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
}

const UNITS: Readonly<Record<string, number>> = { "": 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 };

/** A size of memory in bytes: `8GiB`, `512 MiB`, `2e9`, `16GB`. */
export function memorySize(text: string): number {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?(?:e\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (UNITS[(unit ?? "").toLowerCase()] ?? NaN));
  if (!(bytes >= 1) || !Number.isSafeInteger(bytes)) throw new InvalidArgumentError("It must be a size, for example 8GiB, 512MiB or 2e9.");
  return bytes;
}
