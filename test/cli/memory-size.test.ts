import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { memorySize } from "../../cli/arguments.ts";

describe("a size of memory", () => {
  it.each([["8GiB", 8 * 2 ** 30], ["512MiB", 512 * 2 ** 20], ["1.5 gib", 1.5 * 2 ** 30], ["2e9", 2e9], ["16GB", 16e9], ["4096", 4096], ["1TiB", 2 ** 40]])("%s is %i bytes", (text, bytes) => {
    expect(memorySize(text)).toBe(bytes);
  });

  it.each(["", "8 apples", "GiB", "-1GiB", "0", "8GiB!", "1e999"])("is not %j", (text) => {
    expect(() => memorySize(text)).toThrow(InvalidArgumentError);
  });
});
