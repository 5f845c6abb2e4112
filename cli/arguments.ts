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
