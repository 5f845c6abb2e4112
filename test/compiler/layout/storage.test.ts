import { describe, expect, test } from "vitest";
import { planStorage } from "../../../compiler/layout/storage.ts";
import { layOutFlat } from "../../../compiler/layout/flat.ts";
import { modelOf } from "../../support/models.ts";

const model = modelOf("models/audio-jepa.jm", { preset: "tiny" });
const storage = planStorage(model);

describe("flat memory", () => {
  test("no two tensors of a buffer overlap, and each begins where a binding may", () => {
    const byBuffer = new Map<number, { name: string; start: number; end: number }[]>();
    for (const { name, buffer, offset, shape } of storage.tensors) {
      expect(offset % 256, name).toBe(0);
      const end = offset + 4 * shape.reduce((a, b) => a * b, 1);
      byBuffer.set(buffer, [...(byBuffer.get(buffer) ?? []), { name, start: offset, end }]);
      expect(end).toBeLessThanOrEqual(storage.buffers[buffer - 2]!.bytes);
    }
    expect(byBuffer.size).toBe(7);
    for (const ranges of byBuffer.values()) {
      const sorted = [...ranges].sort((a, b) => a.start - b.start);
      sorted.slice(1).forEach((range, i) => expect(range.start).toBeGreaterThanOrEqual(sorted[i]!.end));
    }
  });

  test("gradients, state and the average lie as the weights they belong to", () => {
    const offsets = new Map(storage.tensors.map((t) => [t.name, t.offset]));
    for (const { name, offset, of } of storage.tensors) if (of !== undefined) expect(offset, name).toBe(offsets.get(of));
    for (const { name, of } of model.weights) {
      if (of !== undefined) continue;
      expect(storage.outputs.get(`grad:${name}`)!.byteOffset).toBe(offsets.get(name));
    }
  });

  test("AdamW moves all of it in few runs, decayed and not decayed for each net, and the average goes along", () => {
    expect(storage.runs.map((run) => [run.rule.rule, run.update, run.followers.map((average) => [average.rule.rule, average.update])])).toEqual([
      ["AdamW", 0, [["ema", 0]]],
      ["AdamW", 1, [["ema", 0]]],
      ["AdamW", 0, []],
      ["AdamW", 1, []],
    ]);
    const moved = storage.runs.slice(0, 2).reduce((sum, run) => sum + run.elements * 4, 0);
    expect(moved).toBe(layOutFlat(model).bytesOfNet.get("encoder"));
    for (const { places } of storage.runs.slice(0, 2)) expect(places.get("average.0")!.byteOffset).toBe(places.get("target")!.byteOffset);
  });

  test("only weights of one axis are spared from decay", () => {
    const layout = layOutFlat(model);
    const [decayed] = layout.segments.get("predictor")!;
    for (const { name, net, shape } of model.weights) {
      if (net !== "predictor") continue;
      expect(layout.offsetOf.get(name)! < decayed!.elements * 4, name).toBe(shape.length > 1);
    }
  });
});
