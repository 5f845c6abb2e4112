import { describe, expect, it } from "vitest";
import { divisors, fitMemory, type Choice, type Outcome } from "../../../compiler/memory/fit.ts";

const FIXED = 100;

/** A model of 10 bytes a clip, 2 with layers computed again, which cost 3 beside the 10 of the step; a pass costs `pass`. */
function search(budget: number, { pass = 0.01, batch = 64, over = Infinity, impossible = [] as number[] } = {}) {
  const attempt = ({ clips, layers }: Choice): Outcome<string> => {
    if (impossible.includes(clips)) return { kind: "impossible" };
    if (clips > over) return { kind: "over a limit", factor: clips / over };
    const peak = FIXED + 7 + (layers === "kept" ? 10 : 2) * clips;
    return { kind: "built", value: `${clips} ${layers}`, peak, fixed: FIXED, cost: { compute: layers === "kept" ? 10 : 13, passes: (pass * batch) / clips } };
  };
  const { best, tried } = fitMemory({ budget, sizes: divisors(batch), layers: ["kept", "recomputed"], attempt });
  return { best: best?.outcome.value, tried: tried.map(({ clips, layers }) => `${clips} ${layers}`) };
}

describe("fitting a budget", () => {
  it("takes the whole batch where that fits, and tries nothing else", () => {
    expect(search(1000)).toEqual({ best: "64 kept", tried: ["64 kept"] });
  });

  it("takes the largest passes that fit, in few attempts", () => {
    for (const clips of divisors(64)) {
      const { best, tried } = search(FIXED + 7 + 10 * clips + 5);
      expect(best).toBe(`${clips} kept`);
      expect(tried.length).toBeLessThanOrEqual(3);
    }
  });

  it("computes layers again where kept ones would leave passes so small that they cost more", () => {
    const budget = FIXED + 7 + 25;
    expect(search(budget).best).toBe("2 kept");
    expect(search(budget, { pass: 0.2 }).best).toBe("8 recomputed");
  });

  it("computes layers again where nothing else fits, and gives up where that does not either", () => {
    expect(search(FIXED + 7 + 3).best).toBe("1 recomputed");
    const none = search(FIXED);
    expect(none.best).toBeUndefined();
    expect(none.tried).toContain("1 kept");
    expect(none.tried.at(-1)).toBe("1 recomputed");
  });

  it("goes below limits of the target, and around splits that the model does not allow", () => {
    expect(search(1000, { over: 20 }).best).toBe("16 kept");
    expect(search(FIXED + 7 + 330, { impossible: [32, 64] }).best).toBe("16 kept");
  });
});
