import { code } from "../code.ts";

/** JM05xx: what only shows once the config's numbers are known. */
export const elaborateCodes = {
  JM0501: code<{ condition: string; values: string }>({
    title: "a `where` condition does not hold",
    message: ({ condition, values }) => `\`${condition}\` does not hold here${values === "" ? "" : `: ${values}`}`,
    explain:
      "A `where` clause says what a function, module or model needs of its sizes. Bodies are checked once, relying on it; each use is checked with its own numbers.",
    wrong: "net block = Block(100, heads: 12)   // 100 % 12 is 4",
    right: "net block = Block(96, heads: 12)",
  }),
  JM0502: code<{ name: string; model: string }>({
    title: "no such config",
    message: ({ name, model }) => `\`${model}\` has no config named \`${name}\``,
    explain: "`--set name=value` and presets change values that the model declares with `config`.",
    wrong: "jepac build models/audio-jepa.jm --set dept=4",
    right: "jepac build models/audio-jepa.jm --set depth=4",
  }),
  JM0503: code<{ name: string; expected: string; found: string }>({
    title: "config value of the wrong type",
    message: ({ name, expected, found }) => `config \`${name}\` is ${expected}, but it is set to ${found}`,
    explain: "A config has the type of its default value; an int is accepted where a real is expected, not the other way.",
    wrong: "jepac build models/audio-jepa.jm --set depth=2.5",
    right: "jepac build models/audio-jepa.jm --set depth=2",
  }),
  JM0504: code<{ name: string; model: string }>({
    title: "no such preset",
    message: ({ name, model }) => `\`${model}\` has no preset named \`${name}\``,
    explain: "A preset is a named group of config values declared in the model.",
    wrong: "jepac build models/audio-jepa.jm --preset tinny",
    right: "jepac build models/audio-jepa.jm --preset tiny",
  }),
  JM0505: code<{ range: string; size: string }>({
    title: "slice outside the axis",
    message: ({ range, size }) => `the slice ${range} does not fit an axis of ${size}`,
    explain: "A slice `a:b` needs 0 <= a < b <= the size of the axis, for every value its runtime sizes can take.",
    wrong: "let x = patches[:, 0:200]     // the axis has 128",
    right: "let x = patches[:, 0:100]",
  }),
  JM0506: code<{ left: string; right: string }>({
    title: "integer division leaves a remainder",
    message: ({ left, right }) => `${left} / ${right} is not a whole number`,
    explain: "`/` between ints must be exact. `idiv(a, b)` rounds down; `real(a) / b` gives a real.",
    wrong: "let half = 7 / 2",
    right: "let half = idiv(7, 2)",
  }),
  JM0507: code<{ name: string; low: string; high: string }>({
    title: "empty range of a runtime size",
    message: ({ name, low, high }) => `runtime size \`${name}\` would lie in ${low}..${high}, which holds no positive size`,
    explain: "A runtime size is drawn between its two bounds, both included; it must be at least 1.",
    wrong: "dim M in 10..5",
    right: "dim M in 5..10",
  }),
  JM0508: code<{ what: string; found: string }>({
    title: "a value that changes from step to step where a static one is needed",
    message: ({ what, found }) => `${what} must be known when the model is built, but this is ${found}`,
    explain: "Sizes, loop bounds, list indices and the conditions of `if` between tensors decide the graph itself, so they cannot depend on `step`, `random()` or a runtime size.",
    wrong: "for i in 0..step { h = block(h) }",
    right: "for i in 0..depth { h = block(h) }",
  }),
  JM0509: code<{ what: string; expected: string; found: string }>({
    title: "sizes do not agree with these numbers",
    message: ({ what, expected, found }) => `${what} should be ${expected}, but it is ${found}`,
    explain: "A size that could not be compared symbolically turned out different once the config's numbers were known.",
    wrong: "config dim = 10\nlet x = reshape(y, [dim, 3])   // y has 32 elements",
    right: "config dim = 8\nlet x = reshape(y, [dim, 4])",
  }),
  JM0510: code<{ name: string; size: string }>({
    title: "a size that is not positive",
    message: ({ name, size }) => `${name} would have the size ${size}`,
    explain: "Every axis of a tensor has at least one element.",
    wrong: "config depth = 0\nlet x = uniform([depth])",
    right: "config depth = 1\nlet x = uniform([depth])",
  }),
  JM0511: code<{ name: string }>({
    title: "a name that this configuration leaves out",
    message: ({ name }) => `\`${name}\` is not declared with these config values`,
    explain: "A `param`, `net` or `let` inside a member-level `if` exists only where the condition holds.",
    wrong: "if biased { param bias: f32[D] = zeros() }\nfn (x: f32[..S, D]) -> f32[..S, D] = x + bias",
    right: "fn (x: f32[..S, D]) -> f32[..S, D] = if biased { x + bias } else { x }",
  }),
  JM0512: code<{ message: string }>({
    title: "an operation that does not fit these numbers",
    message: ({ message }) => message,
    explain: "A tensor operation was given shapes it cannot take, once the config's numbers were known.",
    wrong: "let x = rearrange(y, (a b) -> a b, a: 3)   // y has 32 elements",
    right: "let x = rearrange(y, (a b) -> a b, a: 4)",
  }),
};
