import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileProblem } from "../checkpoint/file-problem.ts";
import { parseCsv } from "../data/source/labels.ts";
import { UserError } from "../errors.ts";
import type { Side } from "./split.ts";

/** Labels of clips for one or several tasks, and perhaps their side of the split. */
export interface LabelTable {
  /** The tasks' names: the columns beside the clips' names. */
  readonly tasks: readonly string[];
  /** Undefined where the table has no such clip or an empty field. */
  labelOf(task: string, clip: string): string | undefined;
  /** Null where the table has no column `split`. */
  readonly sideOf: ((clip: string) => Side | undefined) | null;
}

const NAME = /^(name|file|filename|path)$/i;
const SIDES: Readonly<Record<string, Side>> = { train: "train", training: "train", test: "test", testing: "test" };

/**
 * Reads a CSV with a header row: the first column (`name`, `file`, `filename` or `path`) names the clips, by the path
 * inside the source or the file name, with or without extension; a column `split` holds train or test; each other
 * column is a task. Throws a UserError JR503-JR505 (no file) or JR610 (its content).
 */
export async function readLabelTable(path: string): Promise<LabelTable> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw fileProblem(error, "read", path);
  });
  const [header = [], ...rows] = parseCsv(text).map((row) => row.map((field) => field.trim()));
  const bad = (what: string, hint?: string): UserError => new UserError("JR610", `'${path}': ${what}`, hint);
  if (!NAME.test(header[0] ?? "")) throw bad(`the first column should be 'name', found '${header[0] ?? ""}'`, "Begin the file with a header row, for example: name,label");
  const splitColumn = header.findIndex((column) => column.toLowerCase() === "split");
  const tasks = header.slice(1).filter((column, i) => i + 1 !== splitColumn && column !== "");
  if (tasks.length === 0) throw bad("there is no column of labels", "Add one, for example: name,label");
  const byName = new Map<string, readonly string[]>();
  rows.forEach((row, i) => {
    if (row.length !== header.length) throw bad(`row ${i + 2} has ${row.length} fields, the header has ${header.length}`);
    const side = row[splitColumn];
    if (side && !Object.hasOwn(SIDES, side.toLowerCase())) throw bad(`row ${i + 2} has the split '${side}'; train or test was expected`);
    for (const spelling of [row[0]!, row[0]!.replace(/^\.\//, "")]) byName.set(spelling, row);
  });
  const rowOf = (clip: string): readonly string[] | undefined => spellings(clip).map((name) => byName.get(name)).find((row) => row !== undefined);
  return {
    tasks,
    labelOf: (task, clip) => rowOf(clip)?.[header.indexOf(task)] || undefined,
    sideOf: splitColumn < 0 ? null : (clip) => SIDES[rowOf(clip)?.[splitColumn]?.toLowerCase() ?? ""],
  };
}

function spellings(clip: string): string[] {
  const bare = (name: string): string => name.replace(/\.[^./]*$/, "");
  return [clip, bare(clip), basename(clip), bare(basename(clip))];
}
