import { code } from "../code.ts";

const list = (names: readonly string[]) => names.map((n) => `\`${n}\``).join(", ");

/** JM0301 – JM0319: names, and calls of what they name. */
export const nameCodes = {
  JM0301: code<{ name: string }>({
    title: "unknown name",
    message: ({ name }) => `nothing is named \`${name}\` here`,
    explain: "A name is a parameter, a size of the signature, a `let` or `var` above, a member of the module or model, an item of the file, an import, or a built-in function.",
    wrong: "fn f(x: f32[N]) -> f32[N] = sqare(x)",
    right: "fn f(x: f32[N]) -> f32[N] = square(x)",
  }),
  JM0302: code<{ name: string }>({
    title: "name declared twice",
    message: ({ name }) => `\`${name}\` is declared twice`,
    explain: "Within one block, module or model a name stands for one thing.",
    wrong: "fn f(x: f32[N]) -> f32[N] {\n  let y = x + 1\n  let y = 2 * y\n  y\n}",
    right: "fn f(x: f32[N]) -> f32[N] {\n  var y = x + 1\n  y = 2 * y\n  y\n}",
  }),
  JM0303: code<{ callee: string; name: string }>({
    title: "unknown argument name",
    message: ({ callee, name }) => `${callee} has no parameter \`${name}\``,
    explain: "A named argument names a parameter of what is called.",
    wrong: "fn f(x: f32[N, D]) -> f32[N] = sum(x, axes: -1)",
    right: "fn f(x: f32[N, D]) -> f32[N] = sum(x, axis: -1)",
  }),
  JM0304: code<{ callee: string; missing: readonly string[] }>({
    title: "missing argument",
    message: ({ callee, missing }) => `${callee} also needs ${list(missing)}`,
    explain: "Every parameter without a default must be given, by position or by name.",
    wrong: "fn f(x: f32[N]) -> f32[N] = clip(x, 0)",
    right: "fn f(x: f32[N]) -> f32[N] = clip(x, 0, 1)",
  }),
  JM0305: code<{ callee: string; most: number; found: number }>({
    title: "too many arguments",
    message: ({ callee, most, found }) => `${callee} takes ${most} positional argument${most === 1 ? "" : "s"}, but ${found} are given`,
    explain: "Arguments without a name go to the parameters in order.",
    wrong: "fn f(x: f32[N]) -> f32[N] = square(x, 2)",
    right: "fn f(x: f32[N]) -> f32[N] = square(x)",
  }),
  JM0306: code<{ callee: string; name: string }>({
    title: "argument given twice",
    message: ({ callee, name }) => `\`${name}\` of ${callee} is given twice`,
    explain: "A parameter is given once: by position or by name.",
    wrong: "fn f(x: f32[N]) -> f32[N] = clip(x, 0, 1, low: 0)",
    right: "fn f(x: f32[N]) -> f32[N] = clip(x, 0, 1)",
  }),
  JM0307: code<{ callee: string }>({
    title: "positional argument after a named one",
    message: ({ callee }) => `positional arguments of ${callee} go before named ones`,
    explain: "After a named argument it is not clear which parameter comes next.",
    wrong: "fn f(x: f32[N]) -> f32[N] = clip(x, low: 0, 1)",
    right: "fn f(x: f32[N]) -> f32[N] = clip(x, low: 0, high: 1)",
  }),
  JM0308: code<{ name: string; found: string }>({
    title: "not callable",
    message: ({ name, found }) => `\`${name}\` is ${found} and cannot be called`,
    explain: "Functions, nets and the functions of nets can be called. A parameter or `let` hides a function of the same name.",
    wrong: "fn f(exp: f32[N]) -> f32[N] = exp(exp)",
    right: "fn f(x: f32[N]) -> f32[N] = exp(x)",
  }),
  JM0309: code<{ module: string; name: string }>({
    title: "a module has no such function",
    message: ({ module, name }) => `${module} has no function \`${name}\``,
    explain: "From outside, a net offers the functions of its module: `encoder.visible(...)`, and `encoder(...)` for the one without a name.",
    wrong: "module A() { fn go(x: f32[N]) -> f32[N] = x }\nmodule B() {\n  net a = A()\n  fn (x: f32[N]) -> f32[N] = a.gone(x)\n}",
    right: "module A() { fn go(x: f32[N]) -> f32[N] = x }\nmodule B() {\n  net a = A()\n  fn (x: f32[N]) -> f32[N] = a.go(x)\n}",
  }),
  JM0310: code<{ found: string; name: string }>({
    title: "only nets have functions",
    message: ({ found, name }) => `\`.${name}\` is called on ${found}, which is not a net`,
    explain: "Functions are not methods of tensors: `f(x)` or `x |> f`.",
    wrong: "fn f(x: f32[N]) -> f32[] = x.mean()",
    right: "fn f(x: f32[N]) -> f32[] = mean(x)",
  }),
  JM0311: code<{ name: string }>({
    title: "defined by itself",
    message: ({ name }) => `${name} is defined by itself`,
    explain: "Functions are unrolled into the graph, and modules into their weights, so neither can contain itself. Use a `for` loop.",
    wrong: "fn f(x: f32[N]) -> f32[N] = f(x) + 1",
    right: "fn f(x: f32[N]) -> f32[N] {\n  var y = x\n  for i in 0..3 { y = y + 1 }\n  y\n}",
  }),
  JM0312: code<{ name: string; role: "optimizer" | "average" }>({
    title: "an update rule used as a function",
    message: ({ name, role }) => `the ${role} ${name} cannot be called here`,
    explain: "An optimizer is named by `optimize ... with`, an average by `net t = ema(encoder, ...)` in a model.",
    wrong: "let x = SGD(lr: 0.1)",
    right: "optimize encoder with SGD(lr: 0.1)",
  }),
  JM0313: code<{ module: string }>({
    title: "a net made inside an expression",
    message: ({ module }) => `${module} is a module: a net of it is declared with \`net\``,
    explain: "A net has weights, which need a name and a place: it is a member of a module or of the model.",
    wrong: "module M(D: int) {\n  fn (x: f32[N, D]) -> f32[N, D] {\n    let proj = Linear(D, D)\n    proj(x)\n  }\n}",
    right: "module M(D: int) {\n  net proj = Linear(D, D)\n  fn (x: f32[N, D]) -> f32[N, D] = proj(x)\n}",
  }),
  JM0314: code<{ name: string }>({
    title: "a function used as a value",
    message: ({ name }) => `\`${name}\` is not a value`,
    explain: "Functions and modules are called by name; they cannot be passed about.",
    wrong: "fn f(x: f32[N]) -> f32[N] = x + exp",
    right: "fn f(x: f32[N]) -> f32[N] = x + exp(x)",
  }),
  JM0315: code<{ name: string; condition: string }>({
    title: "a member that may not exist",
    message: ({ name, condition }) => `\`${name}\` exists only if ${condition}`,
    explain: "A member declared inside `if` can be used only where the same condition holds.",
    wrong: "module M(D: int, biased: bool) {\n  if biased { param bias: f32[D] = zeros() }\n  fn (x: f32[N, D]) -> f32[N, D] = x + bias\n}",
    right: "module M(D: int, biased: bool) {\n  if biased { param bias: f32[D] = zeros() }\n  fn (x: f32[N, D]) -> f32[N, D] = if biased { x + bias } else { x }\n}",
  }),
  JM0316: code<{ name: string }>({
    title: "a member used as a value",
    message: ({ name }) => `\`.${name}\` is no value`,
    explain: "After a dot comes a function of a net, and it is called. Weights and parts of a net are seen only inside its module.",
    wrong: "fn f(x: f32[N]) -> int = x.shape",
    right: "fn f(x: f32[N]) -> int = N",
  }),
};
