/** What an import's path means. The compiler does no I/O, so paths are plain texts with `/`. */

/** Never written by users: every file sees its names. */
export const PRELUDE = "std/prelude.jm";

/** Every file of the standard library lies here. */
export const STD = "std/";

/** What the standard library has for users, for "did you mean": the compiler cannot list a folder. */
export const STD_FILES: readonly string[] = ["audio", "ema", "layers", "losses", "masks", "optimizers", "positions", "vit"];

/**
 * The path to read for `import ... from "<from>"` in the file `importer`: "std/vit" is `std/vit.jm`, anything else
 * lies beside the importer ("./masks", "../shared/blocks").
 */
export function resolveImport(from: string, importer: string): string {
  const file = from.endsWith(".jm") ? from : `${from}.jm`;
  if (file.startsWith(STD)) return normalise(file);
  const folder = importer.includes("/") ? importer.slice(0, importer.lastIndexOf("/") + 1) : "";
  return normalise(file.startsWith("/") ? file : folder + file);
}

/** Without `.`, and without `..` where a folder goes before it. */
export function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "." || (part === "" && parts.length > 0)) continue;
    const last = parts.at(-1);
    if (part === ".." && last !== undefined && last !== ".." && last !== "") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}
