import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { UserError } from "../../errors.ts";

/** Gives a clip's label by its name in the source; undefined leaves it to the next rule. */
export type LabelOf = (name: string) => string | undefined;

/** The table beside the audio that overrides all other labels in a source. */
export const LABELS_FILE = "labels.csv";

/** Name of the folder a clip lies in; none for clips at the top. */
export function folderLabel(name: string): string | undefined {
  return name.split("/").at(-2);
}

/** A labels.csv, and how many of its rows have found their clip. */
export interface LabelTable {
  readonly labelOf: LabelOf;
  readonly rows: number;
  /** Throws when no row has been used: the names in the table are then of some other form. */
  check(): void;
}

/**
 * Reads `<folder>/labels.csv` with rows `name,label` (RFC 4180, an optional header row). A name may be the whole path
 * inside the source or the bare file name, each with or without extension. Undefined when there is no such file.
 */
export async function readLabels(folder: string): Promise<LabelTable | undefined> {
  const path = join(folder, LABELS_FILE);
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new UserError("JR403", `cannot read '${path}': ${error instanceof Error ? error.message : String(error)}`);
  }
  const rows = parseCsv(content);
  if (/^(name|file|path|filename)$/i.test(rows[0]?.[0] ?? "")) rows.shift();
  const table = new Map<string, string>();
  rows.forEach((row, i) => {
    const [name, label] = row;
    if (!name || label === undefined) {
      throw new UserError("JR403", `'${path}', row ${i + 1}: expected name,label and found '${row.join(",")}'`);
    }
    table.set(name.trim().replace(/^\.\//, ""), label.trim());
  });
  let used = 0;
  const labelOf = (name: string) => {
    const found = spellings(name).map((spelling) => table.get(spelling)).find((label) => label !== undefined);
    if (found !== undefined) used++;
    return found;
  };
  const check = () => {
    if (used > 0 || table.size === 0) return;
    throw new UserError("JR403", `none of the ${table.size} names in '${path}' is the name of a clip`, `The first is '${[...table.keys()][0]}'; names are paths inside the source, such as 'folder/clip.wav'.`);
  };
  return { labelOf, rows: table.size, check };
}

function spellings(name: string): string[] {
  const bare = (path: string) => path.replace(/\.[^./]*$/, "");
  return [name, bare(name), basename(name), bare(basename(name))];
}

/** Rows of fields; quoted fields may hold commas, line ends and doubled quotes. */
export function parseCsv(content: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  const source = content.replace(/^\ufeff/, "");
  while (field.lastIndex < source.length) {
    const match = field.exec(source);
    if (!match) throw new UserError("JR403", `labels.csv: stray quote in row ${rows.length + 1}`, 'A field with a quote in it is written "like ""this""".');
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}
