import { code } from "../code.ts";

/** JM00xx: how a file is written. */
export const syntaxCodes = {
  JM0001: code<{ expected: string; found: string }>({
    title: "unexpected text",
    message: ({ expected, found }) => `expected ${expected}, found ${found}`,
    explain:
      "The text does not continue in any way the grammar allows at this place. The message says what could stand here. The parser then skips to the next statement or declaration and goes on, so other mistakes are reported in the same run.",
    wrong: "fn double(x: real) -> = 2 * x",
    right: "fn double(x: real) -> real = 2 * x",
  }),
  JM0002: code<{ open: string; close: string }>({
    title: "bracket never closed",
    message: ({ open, close }) => `this \`${open}\` has no matching \`${close}\``,
    explain:
      "Every `(`, `[` and `{` needs its closing partner. Which bracket is left open is told from the indentation and from words that cannot stand inside it, such as `let` inside parentheses.",
    wrong: "fn f(x: real) -> real {\n  let y = exp(x\n  y + 1\n}",
    right: "fn f(x: real) -> real {\n  let y = exp(x)\n  y + 1\n}",
  }),
  JM0003: code<{ close: string }>({
    title: "closing bracket without an opening one",
    message: ({ close }) => `this \`${close}\` closes nothing`,
    explain: "A closing bracket must match the last bracket that is still open.",
    wrong: "fn f(x: real) -> real = (x + 1))",
    right: "fn f(x: real) -> real = (x + 1)",
  }),
  JM0004: code<{ word: string }>({
    title: "keyword used as a name",
    message: ({ word }) => `\`${word}\` is a keyword of the language and cannot be a name`,
    explain:
      "Keywords cannot name things: import module model fn export let var net param train minimize optimize optimizer average if else for true false and or not. Others (`from`, `in`, `dim`, `input`, ...) mean something in one place only and may be names elsewhere.",
    wrong: "fn f(net: real) -> real = net",
    right: "fn f(network: real) -> real = network",
  }),
  JM0005: code<{ found: string }>({
    title: "unknown character",
    message: ({ found }) => `${found} is not part of the language`,
    explain: "Names are made of the letters A-Z and a-z, digits and `_`. Other alphabets may stand in comments and texts only.",
    wrong: "fn f(τ: real) -> real = τ",
    right: "fn f(tau: real) -> real = tau",
  }),
  JM0006: code<Record<string, never>>({
    title: "text never closed",
    message: () => "this text has no closing quote on its line",
    explain: 'A text begins and ends with `"` on the same line. `\\"` is a quote within it, `\\n` a line break.',
    wrong: 'import { Block } from "std/layers',
    right: 'import { Block } from "std/layers"',
  }),
  JM0007: code<{ found: string; reason: string }>({
    title: "malformed number",
    message: ({ found, reason }) => `\`${found}\` is not a number: ${reason}`,
    explain:
      "Integers are digits, with single underscores between digits if you like: `100_000`. Reals have digits on both sides of the point, or an exponent: `0.5`, `1e-6`.",
    wrong: "fn f(x: real) -> real = .5 * x",
    right: "fn f(x: real) -> real = 0.5 * x",
  }),
  JM0008: code<{ found: string }>({
    title: "notation of another language",
    message: ({ found }) => `\`${found}\` is not JM notation`,
    explain: "The compiler knows common habits from other languages, reads them as what was probably meant, and asks for the JM way of writing it.",
    wrong: "fn f(x: real) -> real = x ** 2",
    right: "fn f(x: real) -> real = x ^ 2",
  }),
  JM0009: code<Record<string, never>>({
    title: "semicolon",
    message: () => "statements are not separated by `;`",
    explain:
      "A statement begins with a keyword or with `name =`, so nothing needs to separate two of them. A `;` stands only in `einsum(b n k, b m k -> b n m; q, k)`.",
    wrong: "fn f(x: real) -> real {\n  let y = x + 1;\n  y * y\n}",
    right: "fn f(x: real) -> real {\n  let y = x + 1\n  y * y\n}",
  }),
  JM0010: code<Record<string, never>>({
    title: "`=` where `==` is meant",
    message: () => "`=` gives a name its value; a comparison is written `==`",
    explain: "`=` appears after a name being declared or assigned. To ask whether two values are equal, write `==`.",
    wrong: "fn f(n: int) -> real = if n = 0 { 1.0 } else { 2.0 }",
    right: "fn f(n: int) -> real = if n == 0 { 1.0 } else { 2.0 }",
  }),
  JM0011: code<Record<string, never>>({
    title: "`==` where `=` is meant",
    message: () => "`==` compares; a value is given with `=`",
    explain: "A declaration or an assignment is written `name = value`.",
    wrong: "fn f(x: real) -> real {\n  let y == 2 * x\n  y\n}",
    right: "fn f(x: real) -> real {\n  let y = 2 * x\n  y\n}",
  }),
  JM0012: code<Record<string, never>>({
    title: "`if` without `else` used for its value",
    message: () => "this `if` is used for its value and needs an `else`",
    explain: "An `if` gives a value in either case only if it has an `else`. Without one it can only stand as a statement, for the assignments in it.",
    wrong: "fn f(n: int) -> real = if n > 0 { 1.0 }",
    right: "fn f(n: int) -> real = if n > 0 { 1.0 } else { 0.0 }",
  }),
  JM0013: code<Record<string, never>>({
    title: "block without a value",
    message: () => "this block must end with its value",
    explain: "The body of a function, and each branch of an `if` that is used for its value, ends with an expression: that is its value. There is no `return`.",
    wrong: "fn f(x: real) -> real {\n  let y = 2 * x\n}",
    right: "fn f(x: real) -> real {\n  let y = 2 * x\n  y\n}",
  }),
  JM0014: code<Record<string, never>>({
    title: "value not used",
    message: () => "this value is computed and not used",
    explain: "Expressions have no effects, so one that is neither bound to a name nor the last in its block does nothing.",
    wrong: "fn f(x: real) -> real {\n  exp(x)\n  x + 1\n}",
    right: "fn f(x: real) -> real {\n  let y = exp(x)\n  y + 1\n}",
  }),
  JM0015: code<{ name: string }>({
    title: "param without an initial value",
    message: ({ name }) => `the weight \`${name}\` has no initial value`,
    explain: "Every weight says how it starts: `param name: type = initialiser`. The prelude has `zeros()`, `ones()` and `truncated_normal(std:)`.",
    wrong: "module Scale(D: int) {\n  param gain: f32[D]\n  fn (x: f32[..S, D]) -> f32[..S, D] = x * gain\n}",
    right: "module Scale(D: int) {\n  param gain: f32[D] = ones()\n  fn (x: f32[..S, D]) -> f32[..S, D] = x * gain\n}",
  }),
  JM0016: code<Record<string, never>>({
    title: "comparisons do not chain",
    message: () => "comparisons cannot be chained",
    explain: "`a < b < c` would compare a bool with c. Write both comparisons and join them with `and`.",
    wrong: "fn inside(x: real) -> bool = 0 < x < 1",
    right: "fn inside(x: real) -> bool = 0 < x and x < 1",
  }),
  JM0017: code<Record<string, never>>({
    title: "`|>` into something that is not a function",
    message: () => "the right side of `|>` must be a function or a call",
    explain: "`x |> f` is `f(x)`, and `x |> f(a)` is `f(x, a)`. Other operators bind tighter than `|>`.",
    wrong: "fn f(x: real) -> real = x |> exp + 1",
    right: "fn f(x: real) -> real = (x |> exp) + 1",
  }),
  JM0018: code<{ limit: number }>({
    title: "nested too deeply",
    message: ({ limit }) => `this is nested more than ${limit} deep`,
    explain: "Brackets and chains of operators beyond this depth are taken for a mistake, so that no program can exhaust the compiler's stack.",
    wrong: "((((((((((((((((((((( ... )))))))))))))))))))))",
    right: "// give parts of the expression names with `let`",
  }),
  JM0019: code<{ found: string }>({
    title: "unknown escape",
    message: ({ found }) => `\`${found}\` means nothing in a text`,
    explain: 'The escapes of a text are `\\"`, `\\\\`, `\\n` and `\\t`.',
    wrong: 'import { Linear } from "std\\layers"',
    right: 'import { Linear } from "std/layers"',
  }),
  JM0020: code<{ word: string }>({
    title: "statement of another language",
    message: ({ word }) => `there is no \`${word}\` in JM`,
    explain:
      "Functions are declared with `fn`, modules with `module`; blocks stand in `{ }`; a block's last expression is its value; loops are `for name in a..b`.",
    wrong: "def f(x):\n  return 2 * x",
    right: "fn f(x: real) -> real = 2 * x",
  }),
  JM0021: code<{ name: string }>({
    title: "argument named with `=`",
    message: ({ name }) => `a named argument is written \`${name}: value\``,
    explain: "Arguments are named with a colon: `sum(x, axis: -1)`. `=` declares and assigns.",
    wrong: "fn f(x: f32[N, D]) -> f32[N] = sum(x, axis=-1)",
    right: "fn f(x: f32[N, D]) -> f32[N] = sum(x, axis: -1)",
  }),
  JM0022: code<{ word: string; place: string; belongs: string }>({
    title: "declaration in the wrong place",
    message: ({ word, place, belongs }) => `\`${word}\` cannot stand ${place}; it belongs in ${belongs}`,
    explain:
      "`config`, `dim`, `input`, `preset`, `train` and `optimize` are members of a model; `param` is a member of a module; `state` and `update` of an optimizer or average; `minimize` and `report` stand in `train`.",
    wrong: "module M(D: int) {\n  config depth = 2\n  fn (x: f32[D]) -> f32[D] = x\n}",
    right: "module M(D: int, depth: int) {\n  fn (x: f32[D]) -> f32[D] = x\n}",
  }),
  JM0023: code<{ found: number }>({
    title: "not exactly one `update`",
    message: ({ found }) => (found === 0 ? "this rule has no `update`" : `this rule has ${found} \`update\` blocks`),
    explain: "An `optimizer` or `average` says in one `update TARGET by SOURCE { ... }` how memory moves after a step.",
    wrong: "average ema(decay: real) {\n}",
    right: "average ema(decay: real) {\n  update t by w { t = decay * t + (1 - decay) * w }\n}",
  }),
};
