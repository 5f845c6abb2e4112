import { describe, expect, it } from "vitest";
import { lookUntil } from "../../../runtime/parallel/look-until.ts";

describe("lookUntil", () => {
  it("needs no hope where what it waits for comes while it looks without a pause", async () => {
    let looks = 0;
    let hopes = 0;
    await lookUntil(() => ++looks === 1000, 60_000, () => hopes++);
    expect({ looks, hopes }).toEqual({ looks: 1000, hopes: 0 });
  });

  it("lets other callbacks run while it looks, and asks for hope before each nap", async () => {
    for (const spin of [60_000, 0]) {
      let come = false;
      let hopes = 0;
      setTimeout(() => (come = true), 20);
      await lookUntil(() => come, spin, () => hopes++);
      expect(hopes > 0).toBe(spin === 0);
    }
  });

  it("ends with what hope and looking throw", async () => {
    const fail = (): never => {
      throw new Error("lost");
    };
    await expect(lookUntil(() => false, 0, fail)).rejects.toThrow("lost");
    await expect(lookUntil(fail, 1, () => undefined)).rejects.toThrow("lost");
  });
});
