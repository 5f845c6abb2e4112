/** Reads the golden files of this folder, on its own: not with the runtime's checkpoint reader. */
import { readFileSync } from "node:fs"

/** The small model's sizes; `samples` of a clip are `rate * seconds`. See preset.py. */
export interface GoldenPreset {
  readonly rate: number
  readonly seconds: number
  readonly mels: number
  readonly frames: number
  readonly patch: number
  readonly dim: number
  readonly depth: number
  readonly heads: number
  readonly width: number
  readonly predictor_depth: number
  readonly predictor_heads: number
  readonly mlp_ratio: number
  readonly f_min: number
}

/** How one variant trains. See `Recipe` in training.py. */
export interface GoldenRecipe {
  readonly loss: "squared_distance" | "cosine_distance"
  readonly peak_lr: number
  readonly weight_decay: number
  readonly ema_steps: number
  readonly depth_scaled_init: boolean
  readonly seed: number
  readonly steps: number
  readonly warmup: number
  readonly start_lr: number
  readonly betas: readonly [number, number]
  readonly eps: number
  readonly tau0: number
}

/** curve-*.json: lists have one entry per step. */
export interface GoldenCurve {
  readonly preset: GoldenPreset
  readonly recipe: GoldenRecipe
  readonly batch: readonly number[]
  readonly visible: readonly number[]
  readonly loss: readonly number[]
  readonly lr: readonly number[]
  readonly tau: readonly number[]
  readonly final: Readonly<Record<string, { readonly sum: number; readonly sum_of_squares: number }>>
}

export interface GoldenTensor<Data> {
  readonly shape: readonly number[]
  readonly data: Data
}

/** What a safetensors golden holds beside its tensors: which of these a file has is in README.md. */
export interface GoldenFacts {
  readonly preset: GoldenPreset
  readonly full?: GoldenPreset
  readonly recipe?: GoldenRecipe
  readonly visible?: number
  readonly loss?: number
}

export interface Golden {
  readonly names: readonly string[]
  readonly facts: GoldenFacts
  floats(name: string): GoldenTensor<Float32Array>
  ints(name: string): GoldenTensor<Int32Array>
}

export type Variant = "paper" | "official"

interface Entry {
  readonly dtype: "F32" | "I32" | "I16"
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

const file = (name: string): Buffer => readFileSync(new URL(name, import.meta.url))

/** Opens `<name>.safetensors`; asking for a tensor that is absent or of another type throws. */
export function golden(name: "fbank" | "positions" | "probes" | `step-${Variant}` | `curve-${Variant}`): Golden {
  const bytes = file(`${name}.safetensors`)
  const start = 8 + Number(bytes.readBigUInt64LE(0))
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.toString("utf8", 8, start)) as {
    __metadata__: Record<string, string>
  } & Record<string, Entry>
  const { format: _, ...facts } = metadata

  const find = (tensor: string, ...dtypes: Entry["dtype"][]): { entry: Entry; data: ArrayBuffer } => {
    const entry = entries[tensor]
    if (entry === undefined) throw new Error(`${name}.safetensors has no tensor ${tensor}`)
    if (!dtypes.includes(entry.dtype)) throw new Error(`${name}: ${tensor} is ${entry.dtype}, not ${dtypes.join(" or ")}`)
    const [from, to] = entry.data_offsets
    return { entry, data: new Uint8Array(bytes.subarray(start + from, start + to)).buffer }
  }

  return {
    names: Object.keys(entries),
    facts: Object.fromEntries(Object.entries(facts).map(([key, text]) => [key, JSON.parse(text)])) as unknown as GoldenFacts,
    floats(tensor) {
      const { entry, data } = find(tensor, "F32")
      return { shape: entry.shape, data: new Float32Array(data) }
    },
    ints(tensor) {
      const { entry, data } = find(tensor, "I32", "I16")
      return { shape: entry.shape, data: entry.dtype === "I32" ? new Int32Array(data) : Int32Array.from(new Int16Array(data)) }
    },
  }
}

/** Reads `curve-<variant>.json`. */
export function goldenCurve(variant: Variant): GoldenCurve {
  return JSON.parse(file(`curve-${variant}.json`).toString("utf8")) as GoldenCurve
}
