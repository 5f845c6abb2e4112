import { code } from "../code.ts";

const stages = { static: "known while compiling", size: "at most a size drawn each step", step: "any number" };

/** JM0320 – JM0339: types of values. */
export const typeCodes = {
  JM0320: code<{ what: string; expected: string; found: string }>({
    title: "wrong type",
    message: ({ what, expected, found }) => `${what} must be ${expected}, but is ${found}`,
    explain: "An int serves where a real is wanted, and a static number as an f32[]; nothing else is converted silently.",
    wrong: "fn f(x: i32[N]) -> f32[N] = x",
    right: "fn f(x: i32[N]) -> f32[N] = f32(x)",
  }),
  JM0321: code<{ op: string; left: string; right: string }>({
    title: "operator does not take these",
    message: ({ op, left, right }) => (right === "" ? `\`${op}\` cannot be applied to ${left}` : `\`${op}\` cannot be applied to ${left} and ${right}`),
    explain: "`+ - * / ^ %` take numbers and tensors of numbers, `and or` bools, `@` f32 tensors; comparisons take numbers and give bools.",
    wrong: "fn f(x: f32[N]) -> f32[N] = x * (x > 0)",
    right: "fn f(x: f32[N]) -> f32[N] = x * f32(x > 0)",
  }),
  JM0322: code<{ op: string; left: string; right: string }>({
    title: "element types differ",
    message: ({ op, left, right }) => `\`${op}\` mixes ${left} and ${right}`,
    explain: "Both sides have one element type. An int mixes with f32 and i32 tensors, a real with f32 tensors only.",
    wrong: "fn f(n: int) -> f32[n] = 0.5 * iota(n)",
    right: "fn f(n: int) -> f32[n] = 0.5 * f32(iota(n))",
  }),
  JM0323: code<{ found: string }>({
    title: "condition is not a static bool",
    message: ({ found }) => `a condition must be a bool, but this is ${found}`,
    explain: "`if` and `where` clauses decide while compiling (between numbers, `if` decides each step). To choose between elements of tensors there is the function `where(condition, a, b)`.",
    wrong: "fn f(x: f32[N]) -> f32[N] = if x > 0 { x } else { 0 * x }",
    right: "fn f(x: f32[N]) -> f32[N] = where(x > 0, x, 0 * x)",
  }),
  JM0326: code<{ a: string; b: string }>({
    title: "branches of different types",
    message: ({ a, b }) => `one branch is ${a}, the other ${b}`,
    explain: "Both branches of an `if` have the same type, for all sizes.",
    wrong: "fn f(x: f32[N, D], c: bool) -> f32[N, D] = if c { x } else { transpose(x) }",
    right: "fn f(x: f32[N, N], c: bool) -> f32[N, N] = if c { x } else { transpose(x) }",
  }),
  JM0327: code<{ name: string; what: string }>({
    title: "assigned, but not a var",
    message: ({ name, what }) => `\`${name}\` is a ${what} and cannot be assigned`,
    explain: "Only a name declared by `var` (and, in an update rule, the weight and the states) can be assigned.",
    wrong: "fn f(x: f32[N]) -> f32[N] {\n  let h = x\n  for i in 0..3 { h = 2 * h }\n  h\n}",
    right: "fn f(x: f32[N]) -> f32[N] {\n  var h = x\n  for i in 0..3 { h = 2 * h }\n  h\n}",
  }),
  JM0328: code<{ op: string; found: string }>({
    title: "operator does not take this",
    message: ({ op, found }) => `\`${op}\` cannot be applied to ${found}`,
    explain: "`-` takes numbers and tensors of numbers, `not` a bool or a bool tensor.",
    wrong: "fn f(x: f32[N]) -> bool[N] = not x",
    right: "fn f(x: f32[N]) -> bool[N] = not (x > 0)",
  }),
  JM0330: code<{ found: string; stage: "static" | "size" | "step"; most: "static" | "size" | "step"; why: string }>({
    title: "not known early enough",
    message: ({ found, stage, most, why }) => {
      const when = stage === "step" ? "changes from step to step" : "is drawn anew each step";
      return `\`${found}\` ${when} and cannot be used ${why}${most === "static" ? ", which is fixed while compiling" : ""}`;
    },
    explain: `Loop bounds, conditions between tensors and parameters of modules must be ${stages.static}. A size may be ${stages.size.replace("at most ", "")}. What depends on \`step\` or \`random()\` is a number of the host: it enters arithmetic only.`,
    wrong: "model M {\n  train {\n    minimize mean(uniform([step]))\n  }\n}",
    right: "model M {\n  dim n in 1..8\n  train {\n    minimize mean(uniform([n]))\n  }\n}",
  }),
  JM0331: code<{ found: string }>({
    title: "not a list",
    message: ({ found }) => `\`for\` goes over ranges and lists, but this is ${found}`,
    explain: "`for i in 0..n` counts, `for block in blocks` goes over a list of nets or values. Both are unrolled while compiling.",
    wrong: "fn f(x: f32[N]) -> f32[] {\n  var s = sum(x)\n  for y in x { s = s + y }\n  s\n}",
    right: "fn f(x: f32[N]) -> f32[] = 2 * sum(x)",
  }),
  JM0332: code<{ found: string }>({
    title: "cannot be indexed",
    message: ({ found }) => `${found} cannot be indexed so`,
    explain: "`x[:, a:b, i]` takes parts of a tensor, `blocks[0]` an item of a list.",
    wrong: "fn f(n: int) -> int = n[0]",
    right: "fn f(x: f32[N]) -> f32[] = x[0]",
  }),
  JM0333: code<{ found: string }>({
    title: "not a position",
    message: ({ found }) => `a position must be a static int, but this is ${found}`,
    explain: "Slices and indices are known while compiling. Positions that are themselves computed are taken with `gather`.",
    wrong: "fn f(x: f32[T, D], at: i32[V]) -> f32[V, D] = x[at]",
    right: "fn f(x: f32[T, D], at: i32[V]) -> f32[V, D] = gather(x, at)",
  }),
  JM0334: code<{ found: string }>({
    title: "cannot be taken apart",
    message: ({ found }) => `${found} cannot be taken apart into names`,
    explain: "`let [a, b] = x` takes the first axis of a tensor apart, or a list.",
    wrong: "fn f(n: int) -> int {\n  let [a, b] = n\n  a + b\n}",
    right: "fn f(x: f32[2]) -> f32[] {\n  let [a, b] = x\n  a + b\n}",
  }),
  JM0335: code<{ what: string }>({
    title: "not a literal",
    message: ({ what }) => `${what} must be written out as a number or true/false`,
    explain: "Which axes an operation works on is part of its type, so it must be readable where it stands.",
    wrong: "fn f(x: f32[N, D], i: int) -> f32[N] = sum(x, axis: i)",
    right: "fn f(x: f32[N, D]) -> f32[N] = sum(x, axis: 1)",
  }),
  JM0340: code<{ name: string; what: "let" | "import" }>({
    title: "never read",
    message: ({ name, what }) => `${what === "let" ? "" : "the import "}\`${name}\` is never read`,
    explain: "A warning: a value that nothing reads is often a slip. A name that begins with `_` says that it is left unread on purpose.",
    wrong: "fn f(x: f32[N]) -> f32[N] {\n  let y = 2 * x\n  x\n}",
    right: "fn f(x: f32[N]) -> f32[N] {\n  let y = 2 * x\n  y\n}",
  }),
};
