import { describe, expect, test } from "vitest";
import type { FnDecl, ModelDecl, ModuleDecl, RuleDecl } from "../../../compiler/syntax/ast.ts";
import { bracketed, expression, models, parsed, parsedWithMessages } from "./models.ts";

test.each(models.map((source) => [source.path, source.text]))("%s parses", (_, text) => {
  expect(parsedWithMessages(text).messages).toEqual([]);
});

describe("expressions", () => {
  test.each([
    ["a + b * c", "(a + (b * c))"],
    ["a * b @ c / d % e", "((((a * b) @ c) / d) % e)"],
    ["a - b - c", "((a - b) - c)"],
    ["-a ^ b ^ c", "(- (a ^ (b ^ c)))"],
    ["2 ^ -a", "(2 ^ (- a))"],
    ["-a * b", "((- a) * b)"],
    ["a - -b", "(a - (- b))"],
    ["not a == b and c or d", "(((not (a == b)) and c) or d)"],
    ["a + 1 < b * 2", "((a + 1) < (b * 2))"],
    ["(a + b) * c", "((a + b) * c)"],
    ["x |> f", "f(x)"],
    ["x |> f(a, k: 1) |> g.h(b)", "g.h(f(x, a, k: 1), b)"],
    ["a + x |> f", "f((a + x))"],
    ["f(x)(y).z[0]", "f(x)(y).z[0]"],
    ["x[:, a:b + 1, -1, 2:]", "x[:, a:(b + 1), (- 1), 2:]"],
    ["f(from: 1, in: 2, let: 3)", "f(from: 1, in: 2, let: 3)"],
    ["full([..S, N + 1], 0.0)", "full([..S, (N + 1)], 0)"],
    ["1_000 + 1e3 + 2.5e-1", "((1000 + 1000) + 0.25)"],
    ["where(c, dim, input)", "where(c, dim, input)"],
    [String.raw`"a\"b\n\\"`, String.raw`"a\"b\n\\"`],
    ["f(a, b,)", "f(a, b)"],
  ])("%s", (text, tree) => {
    expect(bracketed(expression(text))).toBe(tree);
  });

  test("an int and a real differ by their notation", () => {
    expect([expression("3").kind, expression("3.0").kind, expression("3e0").kind]).toEqual(["int", "real", "real"]);
  });

  test("`(` and `[` on a new line begin an expression of their own", () => {
    const fn = parsed("fn f(x: real) -> real {\n  let a = g\n  (x + a)\n}").items[0] as FnDecl;
    expect(fn.body.stmts).toHaveLength(1);
    expect(bracketed(fn.body.value!)).toBe("(x + a)");
    const joined = parsed("fn f(x: real) -> real {\n  let a = g\n    @ x\n    - 1\n  [a]\n}").items[0] as FnDecl;
    expect(joined.body.stmts[0]).toMatchObject({ kind: "bind", value: { kind: "binary", op: "-" } });
    expect(joined.body.value?.kind).toBe("list");
  });

  test("axis patterns", () => {
    expect(expression("rearrange(x, b n (h k) -> b h n k 1, h: 4)")).toMatchObject({
      kind: "rearrange",
      op: "rearrange",
      from: { axes: [{ name: "b" }, { name: "n" }, { kind: "group", names: [{ name: "h" }, { name: "k" }] }] },
      to: { axes: [{ name: "b" }, { name: "h" }, { name: "n" }, { name: "k" }, { kind: "one" }] },
      sizes: [{ name: { name: "h" }, value: { value: 4 } }],
    });
    expect(expression("repeat(x, t -> (t f), f: 8)")).toMatchObject({ op: "repeat" });
    expect(expression("einsum(b n k, b m k -> b n m; q, k)")).toMatchObject({ inputs: [{}, {}], output: {}, operands: [{ name: "q" }, { name: "k" }] });
  });

  test("`if` is a statement or a value by where it stands", () => {
    const fn = parsed(`fn f(n: int) -> real {
      var h = 0.0
      if n > 1 { h = 1.0 } else if n > 0 { h = 2.0 }
      for i in 0..n { h = h + i }
      if n > 2 { h } else { let k = 2 k * h }
    }`).items[0] as FnDecl;
    expect(fn.body.stmts.map((stmt) => stmt.kind)).toEqual(["bind", "if-stmt", "for"]);
    expect(fn.body.stmts[1]).toMatchObject({ otherwise: [{ kind: "if-stmt", otherwise: [] }] });
    expect(fn.body.value).toMatchObject({ kind: "if", otherwise: { stmts: [{ kind: "bind" }], value: { op: "*" } } });
  });
});

describe("declarations", () => {
  test("a module with its members", () => {
    const module = parsed(`module M(D: int, bias: bool = true) where D % 2 == 0, D > 0 {
      let K = D / 2
      net a = Linear(D, K)
      param w: f32[..S, 3*D] = zeros()
      if bias { param b: f32[D] = zeros() } else if D > 4 { let x = 1 } else { let y = 2 }
      fn (x: f32[B, D]) -> f32[B, D] = x
      fn named(x: f32[B, D]) -> f32[B, D] where B > 1 { x }
    }`).items[0] as ModuleDecl;
    expect(module.where).toHaveLength(2);
    expect(module.params[1]).toMatchObject({ name: { name: "bias" }, fallback: { kind: "bool" } });
    expect(module.members.map((member) => member.kind)).toEqual(["let", "net", "weight", "member-if", "fn", "fn"]);
    expect(module.members[3]).toMatchObject({ otherwise: [{ kind: "member-if", otherwise: [{ kind: "let" }] }] });
    expect(module.members.slice(4)).toMatchObject([{ name: null, where: [] }, { name: { name: "named" }, where: [{}] }]);
  });

  test("a model with its members", () => {
    const model = parsed(`model M where a > 1 {
      config dim = 768
      dim L in 1..3
      dim V in 51..76 = floor(2.5)
      dim U = L
      input x: f32[dim] from audio(rate: 1)
      input y: f32[dim]
      preset tiny { dim = 4 input = 3
        report = 2 }
      net e = Encoder(dim)
      train { let a = e(x) minimize sum(a) report r = max(a) }
      optimize e, f with SGD(lr: 0.1)
      export fn embed(x: f32[dim]) -> f32[dim] = e(x)
    }`).items[0] as ModelDecl;
    expect(model.members.map((member) => member.kind)).toEqual(
      ["config", "dim", "dim", "dim", "input", "input", "preset", "net", "train", "optimize", "fn"],
    );
    expect(model.members[2]).toMatchObject({ range: { low: { value: 51 } }, value: { kind: "call" } });
    expect(model.members[6]).toMatchObject({ settings: [{ name: { name: "dim" } }, { name: { name: "input" } }, { name: { name: "report" } }] });
    expect(model.members[8]).toMatchObject({ body: [{ kind: "bind" }, { kind: "minimize" }, { kind: "report" }] });
    expect(model.members[10]).toMatchObject({ exported: true });
  });

  test("a rule", () => {
    const rule = parsed("optimizer O(lr: real) { state m = 0.0 update w by g { m = g w = w - lr * m } }").items[0] as RuleDecl;
    expect(rule).toMatchObject({ role: "optimizer", states: [{ name: { name: "m" } }], target: { name: "w" }, source: { name: "g" }, body: [{}, {}] });
  });

  test("doc comments belong to the declaration right below", () => {
    const file = parsed("/// The file.\n/// More.\nimport { a } from \"./a\"\n\n/// About f.\nfn f() -> real = 1.0 /// not this\n\n/// Lost.\n\n// plain\nfn g() -> real = 1.0");
    expect(file.doc).toBe("The file.\nMore.");
    expect(file.items.map((item) => (item as FnDecl).doc)).toEqual(["About f.", undefined]);
    expect(parsed("/// About f.\nfn f() -> real = 1.0")).toMatchObject({ items: [{ doc: "About f." }] });
    expect(parsed("/// About f.\nfn f() -> real = 1.0").doc).toBeUndefined();
  });

  test("spans cover what was written", () => {
    const text = "fn f(x: real) -> real where x > 0 = (x + 1) |> g(2)";
    const fn = parsed(text).items[0] as FnDecl;
    const covered = (span: { start: number; end: number }) => text.slice(span.start, span.end);
    expect(covered(fn.span)).toBe(text);
    expect(covered(fn.headSpan)).toBe("fn f(x: real) -> real");
    expect(covered(fn.body.value!.span)).toBe("(x + 1) |> g(2)");
    expect(fn.body.value).toMatchObject({ kind: "call", piped: true });
  });
});

describe("after a mistake", () => {
  test("an expression that cannot be read is a hole, and the rest of the file stands", () => {
    const { file, codes } = parsedWithMessages("fn f(x: real) -> real {\n  let a = sum(x x)\n  let b = 2\n  a * b\n}\nfn g() -> real = 1.0");
    expect(codes).toEqual(["JM0001"]);
    expect(file.items).toMatchObject([{ name: { name: "f" }, body: { stmts: [{ value: { kind: "hole" } }, { value: { kind: "int" } }] } }, { name: { name: "g" } }]);
  });

  test("a declaration that cannot be read leaves its name", () => {
    const { file } = parsedWithMessages("fn f(x real) -> real = 1.0\nmodule M( { net n = 3 }\nimport { a, b } frm \"./x\"\nfn g() -> real = 1.0");
    expect(file.broken.map(({ name }) => name)).toEqual(["f", "M", "a", "b"]);
    expect(file.items.map((item) => item.name?.name)).toEqual(["g"]);
  });

  test("each of several independent mistakes is reported once", () => {
    const { codes } = parsedWithMessages("fn f() -> real = 1 +\nfn g() -> real = (1\nfn h() -> real = 1..2\nlet x = 3;\nlet y == 2\nfn ok() -> real = 1.0");
    expect(codes).toEqual(["JM0001", "JM0002", "JM0001", "JM0009", "JM0011"]);
  });
});
