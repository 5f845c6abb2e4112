import type { Program } from "../program/program.ts";

/** What a build was compiled from: its main file and all texts by path, so that it can be compiled again from itself. */
export interface BuildSources {
  readonly main: string;
  readonly texts: Readonly<Record<string, string>>;
}

export function sourcesOf({ main, units }: Program): BuildSources {
  return { main: main.source.path, texts: Object.fromEntries(units.map(({ source }) => [source.path, source.text])) };
}
