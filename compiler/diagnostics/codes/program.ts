import { code } from "../code.ts";

/** JM01xx: files, imports, names at file level. */
export const programCodes = {
  JM0101: code<{ path: string }>({
    title: "import not found",
    message: ({ path }) => `there is no file for the import "${path}"`,
    explain:
      'An import names either a file of the standard library ("std/vit") or a path relative to the importing file ("./masks"), without the extension .jm.',
    wrong: 'import { Encoder } from "std/vitt"',
    right: 'import { Encoder } from "std/vit"',
  }),
  JM0102: code<{ name: string; path: string }>({
    title: "name not in the imported file",
    message: ({ name, path }) => `"${path}" declares nothing named \`${name}\``,
    explain: "An import lists names that the other file declares at its top level: functions, modules, optimizers, averages, lets.",
    wrong: 'import { Encodr } from "std/vit"',
    right: 'import { Encoder } from "std/vit"',
  }),
  JM0103: code<{ name: string }>({
    title: "name declared twice",
    message: ({ name }) => `\`${name}\` is declared twice`,
    explain: "Within one file (its imports included) a name stands for one thing. Names of the implicit prelude may be redeclared.",
    wrong: "fn f(x: real) -> real = x\nfn f(x: real) -> real = 2 * x",
    right: "fn f(x: real) -> real = x\nfn twice(x: real) -> real = 2 * x",
  }),
  JM0104: code<{ path: string }>({
    title: "import cycle",
    message: ({ path }) => `the import "${path}" leads back to this file`,
    explain: "Files are checked one after another, each after those it imports, so imports cannot go in a circle.",
    wrong: '// a.jm\nimport { g } from "./b"   // and b.jm imports from "./a"',
    right: "// put what both need in a third file",
  }),
  JM0105: code<{ found: number }>({
    title: "not exactly one model",
    message: ({ found }) => (found === 0 ? "this file declares no `model`" : `this file declares ${found} models`),
    explain: "The file given to `jepac build` declares exactly one `model`.",
    wrong: "fn f(x: real) -> real = x",
    right: "model Mine { ... }",
  }),
};
