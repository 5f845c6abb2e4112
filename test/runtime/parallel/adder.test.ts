import { describe, expect, it } from "vitest";
import { Adder } from "../../../runtime/parallel/sum/adder.ts";

describe("Adder", () => {
  it.each([4, 16, 64, 68, 4096])("adds %i bytes of f32, and no more than to the next multiple of 64", (bytes) => {
    const adder = new Adder(3 * 8192);
    const numbers = new Float32Array(adder.memory.buffer);
    const [into, a, b] = [0, 2048, 4096];
    for (let i = 0; i < 2048; i++) [numbers[a + i], numbers[b + i]] = [0.1 + i, 1 / (i + 1)];
    adder.add(4 * into, 4 * a, 4 * b, bytes);
    const added = 16 * Math.ceil(bytes / 64);
    for (let i = 0; i < added; i++) expect(numbers[into + i]).toBe(Math.fround(numbers[a + i]! + numbers[b + i]!));
    expect(numbers.subarray(into + added, 2048).every((value) => value === 0)).toBe(true);
  });

  it("adds to what is there already", () => {
    const adder = new Adder(1);
    const numbers = new Float32Array(adder.memory.buffer);
    numbers.set([1, 2, 3, 4], 0);
    numbers.set([10, 20, 30, 40], 256);
    adder.add(0, 0, 1024, 16);
    expect([...numbers.subarray(0, 5)]).toEqual([11, 22, 33, 44, 0]);
  });
});
