import type { File, FnDecl, Item } from "../syntax/ast.ts";
import type { SourceFile } from "../syntax/source.ts";

/** A file with the names it sees. */
export interface Unit {
  readonly source: SourceFile;
  readonly file: File;
  /** Own items, imported items, then the prelude's: what a name at file level means. */
  readonly scope: ReadonlyMap<string, Declared>;
  /** Names whose declaration or import could not be read: already reported, so nothing is said of their uses. */
  readonly broken: ReadonlySet<string>;
}

/** An item and the unit whose scope its body sees. */
export interface Declared {
  readonly item: Item;
  readonly unit: Unit;
}

/** All files a main file needs, imports before importers. */
export interface Program {
  readonly main: Unit;
  readonly units: readonly Unit[];
}

/** The name an item declares at file level, if any. */
export function itemName(item: Item | FnDecl): string | undefined {
  return item.name?.name;
}
