import { describe, expect, it } from "vitest"
import { golden, goldenCurve } from "./read.ts"

const sorted = (row: Int32Array): number[] => [...row].sort((a, b) => a - b)

describe("golden files", () => {
  it("hold images whose missing frames are rows of zeros", () => {
    const { shape, data } = golden("fbank").floats("log_mel")
    expect(shape).toEqual([12, 32, 16])
    const image = data.subarray(0, 32 * 16)
    expect(image.subarray(30 * 16).every((x) => x === 0)).toBe(true)
    expect(image.subarray(0, 30 * 16).some((x) => x === 0)).toBe(false)
  })

  it.each(["paper", "official"] as const)("pair every %s weight with a gradient of its shape", (variant) => {
    const step = golden(`step-${variant}`)
    const weights = step.names.filter((name) => /^(encoder|predictor)\./.test(name))
    expect(weights).toHaveLength(28 + 31)
    for (const name of weights) expect(step.floats(`grad.${name}`).shape).toEqual(step.floats(name).shape)
  })

  it("reproduce the stored loss of equation (2) from the stored latents", () => {
    const step = golden("step-paper")
    const predicted = step.floats("expected.predicted")
    const target = step.floats("expected.target").data
    const rows = predicted.data.length / step.facts.preset.dim
    const sum = predicted.data.reduce((total, p, i) => total + (p - target[i]!) ** 2, 0)
    expect(sum / rows).toBeCloseTo(step.facts.loss!, 5)
  })

  it.each(["paper", "official"] as const)("train %s on permutations, at both ends of the masked share", (variant) => {
    const curve = goldenCurve(variant)
    const { shape, data } = golden(`curve-${variant}`).ints("order")
    expect(shape).toEqual([50, 3, 32])
    const tokens = Array.from({ length: 32 }, (_, i) => i)
    for (let row = 0; row < 150; row++) expect(sorted(data.subarray(row * 32, row * 32 + 32))).toEqual(tokens)
    expect(Math.min(...curve.visible)).toBe(13)
    expect(Math.max(...curve.visible)).toBe(19)
    for (const list of [curve.loss, curve.lr, curve.tau, curve.batch, curve.visible]) expect(list).toHaveLength(50)
  })

  it("name what is missing", () => {
    expect(() => golden("fbank").floats("nope")).toThrow("fbank.safetensors has no tensor nope")
    expect(() => golden("fbank").floats("raw")).toThrow("raw is I16, not F32")
  })
})
