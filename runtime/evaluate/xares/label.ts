import type { LabelRule } from "./task.ts";

/** What is in a clip: classes, all of the time or from second `start` to `end`; or captions. */
export type Label =
  | { readonly kind: "classes"; readonly names: readonly string[] }
  | { readonly kind: "events"; readonly events: readonly TimedClasses[]; readonly seconds: number }
  | { readonly kind: "captions"; readonly captions: readonly string[] };

export interface TimedClasses {
  readonly names: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** Reads the JSON beside a clip. Throws an Error that says what is wrong with it. */
export function readLabel(rule: LabelRule, json: string): Label {
  const value = JSON.parse(json) as unknown;
  switch (rule.kind) {
    case "class": {
      const name = field(value, rule.field);
      return { kind: "classes", names: [rule.only === undefined || name === rule.only ? name : rule.otherwise!] };
    }
    case "classes":
      return { kind: "classes", names: [...new Set(field(value, rule.field).split(rule.separator))] };
    case "events": {
      if (!Array.isArray(value)) throw new Error("expected a list of events");
      const events = value.map((event): TimedClasses => ({ names: field(event, rule.field).split(","), start: seconds(event, rule.start), end: seconds(event, rule.end) }));
      return { kind: "events", events, seconds: rule.seconds ?? events.reduce((latest, event) => Math.max(latest, event.end), 0) };
    }
    case "captions": {
      const captions = isRecord(value) ? Object.values(value).filter((text) => typeof text === "string") : [];
      if (captions.length !== rule.captions) throw new Error(`expected ${rule.captions} captions, found ${captions.length}`);
      return { kind: "captions", captions };
    }
  }
}

/** The names of a label's classes. */
export function namesOf(label: Label): readonly string[] {
  if (label.kind === "captions") return [];
  return label.kind === "classes" ? label.names : label.events.flatMap((event) => event.names);
}

/** All classes in order: by number where all are numbers, else by name. */
export function classesOf(labels: Iterable<Label>): string[] {
  const names = new Set<string>();
  for (const label of labels) for (const name of namesOf(label)) names.add(name);
  const numeric = [...names].every((name) => name.trim() !== "" && Number.isFinite(Number(name)));
  return [...names].sort(numeric ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : 1));
}

/**
 * 1 where a class is there, f32[frames, classes], `hop` seconds a frame (reference 2.4): an event covers the frames from
 * ceil(start / hop) up to, not including, ceil(end / hop).
 */
export function frameTargets(label: Label, classes: ReadonlyMap<string, number>, frames: number, hop: number): Float32Array {
  const targets = new Float32Array(frames * classes.size);
  if (label.kind !== "events") return targets;
  const last = Math.min(frames, Math.ceil(label.seconds / hop));
  for (const { names, start, end } of label.events) {
    for (let frame = Math.ceil(start / hop); frame < Math.min(last, Math.ceil(end / hop)); frame++) {
      for (const name of names) targets[frame * classes.size + classes.get(name)!] = 1;
    }
  }
  return targets;
}

function field(value: unknown, name: string): string {
  const found = isRecord(value) ? value[name] : undefined;
  if (typeof found === "string" || typeof found === "number" || typeof found === "boolean") return String(found);
  throw new Error(`expected a field '${name}'`);
}

function seconds(value: unknown, name: string): number {
  const found = Number(field(value, name));
  if (!(found >= 0)) throw new Error(`expected seconds in '${name}', found ${field(value, name)}`);
  return found;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
