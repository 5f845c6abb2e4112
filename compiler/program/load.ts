import { diagnose } from "../diagnostics/codes.ts";
import type { DiagnosticBag } from "../diagnostics/diagnostic.ts";
import { didYouMean, nearest } from "../diagnostics/suggest.ts";
import type { Ident, Import } from "../syntax/ast.ts";
import { parse } from "../syntax/parser.ts";
import type { SourceFile, Span } from "../syntax/source.ts";
import { itemName, type Declared, type Program, type Unit } from "./program.ts";
import { normalise, PRELUDE, resolveImport, STD, STD_FILES } from "./paths.ts";

/** Brings the text of a file: "std/..." from the standard library, any other path as it is; undefined if there is none. */
export type ReadSource = (path: string) => string | undefined;

/**
 * Reads and parses a main file and all it imports, and says what each name at file level means. Mistakes are
 * reported in the bag, and what could be read is returned; undefined only if there is no main file.
 */
export function loadProgram(mainPath: string, read: ReadSource, bag: DiagnosticBag): Program | undefined {
  const loader = new Loader(read, bag);
  const path = normalise(mainPath);
  const main = loader.at(path);
  if (typeof main === "string") {
    const source = { path, text: "" };
    bag.add(diagnose("JM0101", { path }, [{ span: { source, start: 0, end: 0 }, text: "" }]));
    return undefined;
  }
  loader.checkOneModel(main);
  return { main, units: loader.units };
}

/** A unit whose scope is being filled. */
interface OpenUnit extends Unit {
  readonly scope: Map<string, Declared>;
  readonly broken: Set<string>;
}

/** What is known of a path: its unit, that it is being read (an importer waits for it), or that there is no file. */
type Known = OpenUnit | "reading" | "absent";

class Loader {
  /** Imports before importers. */
  readonly units: Unit[] = [];
  readonly #known = new Map<string, Known>();
  readonly #read: ReadSource;
  readonly #bag: DiagnosticBag;

  constructor(read: ReadSource, bag: DiagnosticBag) {
    this.#read = read;
    this.#bag = bag;
  }

  at(path: string): Known {
    return this.#known.get(path) ?? this.#load(path);
  }

  /** The main file's one model is what is built. */
  checkOneModel({ file, source }: Unit): void {
    const models = file.items.filter((item) => item.kind === "model");
    const mayBeLost = models.length === 0 && this.#bag.all.some(({ labels }) => labels[0]?.span.source === source);
    if (models.length === 1 || mayBeLost) return;
    const last = source.text.trimEnd().length;
    const end = { source, start: Math.max(last - 1, 0), end: last };
    const labels = models.length === 0 ? [{ span: end, text: "" }] : models.map(({ name }) => ({ span: name.span, text: "a model" }));
    this.#bag.add(diagnose("JM0105", { found: models.length }, labels));
  }

  #load(path: string): Known {
    const text = this.#read(path);
    if (text === undefined) {
      this.#known.set(path, "absent");
      return "absent";
    }
    this.#known.set(path, "reading");
    const source: SourceFile = { path, text };
    const file = parse(source, this.#bag);
    const unit: OpenUnit = { source, file, scope: new Map(), broken: new Set(file.broken.map(({ name }) => name)) };
    this.#fillScope(unit);
    this.units.push(unit);
    this.#known.set(path, unit);
    return unit;
  }

  /** The prelude's names, and over them the imports and the file's own items. */
  #fillScope(unit: OpenUnit): void {
    const prelude = unit.source.path === PRELUDE ? "absent" : this.at(PRELUDE);
    if (typeof prelude !== "string") for (const [name, declared] of prelude.scope) unit.scope.set(name, declared);

    const firsts = new Map<string, Span>();
    const declare = (name: Ident, declared: Declared) => {
      const first = firsts.get(name.name);
      if (first) {
        const labels = [{ span: name.span, text: "declared again" }, { span: first, text: "first declared here" }];
        this.#bag.add(diagnose("JM0103", { name: name.name }, labels));
        return;
      }
      firsts.set(name.name, name.span);
      unit.scope.set(name.name, declared);
    };
    for (const imported of unit.file.imports) this.#import(imported, unit, declare);
    for (const item of unit.file.items) if (item.name) declare(item.name, { item, unit });
  }

  #import(imported: Import, unit: OpenUnit, declare: (name: Ident, declared: Declared) => void): void {
    const path = resolveImport(imported.from, unit.source.path);
    const from = this.at(path);
    if (typeof from === "string") {
      this.#reportImport(imported, path, from);
      for (const { name } of imported.names) unit.broken.add(name);
      return;
    }
    const items = new Map(from.file.items.map((item) => [itemName(item), item]));
    for (const name of imported.names) {
      const item = items.get(name.name);
      if (item) {
        declare(name, { item, unit: from });
        continue;
      }
      unit.broken.add(name.name);
      if (from.broken.has(name.name)) continue;
      const help = didYouMean(name.name, [...items.keys()].filter((known) => known !== undefined));
      this.#bag.add(diagnose("JM0102", { name: name.name, path: imported.from }, [{ span: name.span, text: "" }], { help }));
    }
  }

  #reportImport({ from, fromSpan }: Import, path: string, why: "reading" | "absent"): void {
    if (why === "reading") {
      this.#bag.add(diagnose("JM0104", { path: from }, [{ span: fromSpan, text: "" }]));
      return;
    }
    this.#bag.add(diagnose("JM0101", { path: from }, [{ span: fromSpan, text: `looked for ${path}` }], { help: this.#pathHelp(from) }));
  }

  #pathHelp(from: string): string[] {
    const name = from.replace(/\.jm$/, "");
    const near = nearest(name, STD_FILES.map((file) => STD + file));
    if (near !== undefined) return [`did you mean "${near}"?`];
    const withoutFolder = nearest(name, STD_FILES) ?? STD_FILES.find((file) => file === name);
    return withoutFolder === undefined ? [] : [`did you mean "${STD}${withoutFolder}"?`];
  }
}
