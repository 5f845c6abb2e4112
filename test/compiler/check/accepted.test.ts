import { describe, expect, it } from "vitest";
import { renderDiagnostic } from "../../../compiler/diagnostics/render.ts";
import { checkFragment } from "./check-fragment.ts";

/** Programs that people write and that must not be refused. */
const accepted: Record<string, string> = {
  "a net chosen by a static if": `
    import { Linear, LayerNorm } from "std/layers"
    module M(D: int, normed: bool) {
      if normed { net last = LayerNorm(D) } else { net last = Linear(D, D) }
      fn (x: f32[..S, D]) -> f32[..S, D] = last(x)
    }`,
  "a member that exists under a condition, used under it": `
    module M(D: int, biased: bool, D2: int) {
      if biased and D > 4 { param bias: f32[D] = zeros() }
      fn (x: f32[..S, D]) -> f32[..S, D] = if biased and D > 4 { x + bias } else { x }
    }`,
  "a fact from an if": "fn f(x: f32[N]) -> f32[] = if N % 2 == 0 { sum(x[:N / 2]) } else { sum(x) }",
  "equal sizes written differently": `
    fn f(rows: int, cols: int, x: f32[rows * cols, D]) -> f32[cols, rows, D] =
      transpose(rearrange(x, (r c) d -> r c d, r: rows), [1, 0, 2])`,
  "sizes from linear axes": `
    fn last(x: f32[2 * N + 1]) -> f32[N] = x[N + 1:]
    fn use(y: f32[9]) -> f32[4] = last(y)
    fn symbolic(y: f32[4 * K + 3]) -> f32[2 * K + 1] = last(y)`,
  "a size parameter bound by what is expected": "module M(D: int) { param a: f32[D, 3 * D] = truncated_normal(std: 0.02) param b: f32[] = ones() }",
  "two divisibilities of one size": `
    fn f(x: f32[B, D], heads: int) -> f32[B, heads, D / heads] where D % heads == 0, D % 4 == 0 =
      rearrange(concat([x[:, :D / 4], x[:, D / 4:]], axis: 1), b (h k) -> b h k, h: heads)`,
  "quotients of quotients": `
    fn f(x: f32[N], patch: int) -> f32[N / (2 * patch), 2 * patch] where N % (2 * patch) == 0 =
      reshape(x, [N / (2 * patch), 2 * patch])`,
  "a loop that changes a number": `
    fn f(x: f32[N], n: int) -> f32[N] {
      var h = x
      var scale = 1.0
      for i in 0..n {
        h = h * scale + i
        scale = scale / 2
      }
      h
    }`,
  "a block mask from scores": `
    fn block_order(B: int, rows: int, cols: int, height: int, width: int) -> i32[B, rows * cols] {
      let token = iota(rows * cols)
      let row = floor(f32(token) / cols)
      let col = f32(token % cols)
      let top = floor(uniform([B, 1]) * (rows - height + 1))
      let left = floor(uniform([B, 1]) * (cols - width + 1))
      let inside = row >= top and row < top + height and col >= left and col < left + width
      argsort(f32(inside) + uniform([B, rows * cols]))
    }`,
  "rotary positions": `
    fn rotate(x: f32[B, h, N, K], angle: f32[N, K / 2]) -> f32[B, h, N, K] where K % 2 == 0 {
      let a = x[:, :, :, :K / 2]
      let b = x[:, :, :, K / 2:]
      concat([a * cos(angle) - b * sin(angle), a * sin(angle) + b * cos(angle)], axis: -1)
    }`,
  "numbers that change each step": `
    fn ramp(step: int, warmup: int) -> real = if step < warmup { step / real(warmup) } else { 1.0 }
    model M {
      dim n in 1..8 = 1 + floor(8 * random() * ramp(step, 10))
      train { minimize mean(uniform([n])) * ramp(step, 100) * (1 + step) }
    }`,
  "lists of nets of different sizes": `
    import { Linear } from "std/layers"
    module Pyramid(D: int) {
      net stages = [Linear(D, 2 * D), Linear(2 * D, 4 * D)]
      fn (x: f32[N, D]) -> f32[N, 4 * D] = stages[1](stages[0](x))
    }`,
  "shapes with packs": `
    fn f(x: f32[..S, D]) -> f32[..S, 2, D] = concat([reshape(x, [..S, 1, D]), full([..S, 1, D], 0)], axis: -2)
    fn g(x: f32[..S]) -> f32[..S] = where(x > 0, x, 0.0) + uniform([..S])`,
  "einsum, pad, window, scatter": `
    fn scores(q: f32[B, H, N, K], k: f32[B, H, M, K]) -> f32[B, H, N, M] = einsum(b h n k, b h m k -> b h n m; q, k)
    fn trace(x: f32[N, N]) -> f32[] = einsum(n m -> ; x)
    fn frames(x: f32[B, S], size: int, hop: int) -> f32[B, idiv(S - size, hop) + 1, size] = window(x, size: size, step: hop)
    fn padded(x: f32[B, N]) -> f32[B, N + 3] = pad(x, axis: -1, before: 1, after: 2, value: 0.5)
    fn unmask(at: i32[B, V], x: f32[B, V, D], T: int) -> f32[B, T, D] = scatter_add(at, x, size: T)
    fn classes(at: i32[B], n: int) -> f32[B, n] = one_hot(at, n)`,
  "names that hide functions": "fn f(clip: f32[N], max: real) -> f32[N] = min(clip, max)",
  "defaults that name earlier parameters": `
    module Wide(D: int, hidden: int = 4 * D) {
      param w: f32[D, hidden] = zeros()
      fn (x: f32[..S, D]) -> f32[..S, hidden] = x @ w
    }
    module User(D: int) {
      net wide = Wide(D)
      fn (x: f32[N, D]) -> f32[N, 4 * D] = wide(x)
    }`,
  "an average of a list of nets, and of a net with methods": `
    import { Encoder } from "std/vit"
    import { ema } from "std/ema"
    model M {
      net encoder = Encoder(2, 2, 2, 8, 1, 2)
      net target = ema(encoder, decay: 0.9 + 0.01 * min(step, 5))
      export fn embed(x: f32[N, 4, 4], at: i32[N, V]) -> f32[N, V, 8] = target.visible(x, at)
    }`,
};

describe("accepted programs", () => {
  it.each(Object.entries(accepted))("%s", (_, text) => {
    const said = checkFragment("accepted.jm", text).filter((d) => d.severity === "error");
    expect(said.map((d) => renderDiagnostic(d)).join("\n\n")).toBe("");
  });
});
