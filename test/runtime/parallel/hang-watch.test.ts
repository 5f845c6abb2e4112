import { describe, expect, it } from "vitest";
import { HangWatch } from "../../../runtime/parallel/step/hang-watch.ts";

const never = new Promise<void>(() => undefined);

describe("HangWatch", () => {
  it("has no limit for the first step, and one for those after", async () => {
    const watch = new HangWatch("rank 1's device 'x'", 30);
    await watch.wait(0, new Promise((resolve) => setTimeout(resolve, 60)));
    // Five times the slowest step: at least 300 ms.
    await watch.wait(1, new Promise((resolve) => setTimeout(resolve, 40)));
    await expect(watch.wait(2, never)).rejects.toMatchObject({ code: "JR721", message: expect.stringMatching(/^rank 1's device 'x' has not finished step 3 within \d+ s$/) as string });
  });

  it("passes on what the work throws", async () => {
    const watch = new HangWatch("rank 0's device 'x'", 30);
    await watch.wait(0, Promise.resolve());
    await expect(watch.wait(1, Promise.reject(new Error("lost")))).rejects.toThrow("lost");
  });
});
