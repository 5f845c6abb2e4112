import { describe, expect, it } from "vitest";
import { UserError } from "../../../runtime/errors.ts";
import { parseTrainerArguments } from "../../../runtime/trainer/arguments.ts";
import { duration, shortNumber } from "../../../runtime/train/numbers.ts";
import { showError } from "../../../runtime/trainer/show-error.ts";

describe("the trainer's arguments", () => {
  it("are read in both spellings", () => {
    expect(parseTrainerArguments(["--data", "clips", "--out=runs/a", "--steps", "1_000", "--seed=0", "--resume", "--adapter", "software", "--checkpoint-every=50", "--log-every", "1"])).toEqual({
      help: false, data: "clips", out: "runs/a", steps: 1000, seed: 0, resume: true, adapter: "software", checkpointEvery: 50, logEvery: 1,
    });
    expect(parseTrainerArguments(["--devices", "0,2", "--gradients", "f16", "--max-restarts=3", "--shard-optimizer"])).toMatchObject({ devices: "0,2", gradients: "f16", maxRestarts: 3, shardOptimizer: true });
    expect(parseTrainerArguments([])).toEqual({ help: false, resume: false });
    expect(parseTrainerArguments(["-h"]).help).toBe(true);
  });

  it.each([
    [["--sede", "3"], "unknown option '--sede'", "Did you mean --seed?"],
    [["--checkpoint_every=3"], "unknown option '--checkpoint_every'", "Did you mean --checkpoint-every?"],
    [["--check", "3"], "unknown option '--check'", "Did you mean --checkpoint-every?"],
    [["--learning-rate", "3"], "unknown option '--learning-rate'", "See --help for all options."],
    [["-x"], "unknown option '-x'", "See --help for all options."],
    [["clips"], "unexpected argument 'clips'", "Every argument belongs to an option: see --help."],
    [["--data"], "option '--data' needs a value", undefined],
    [["--data", "--resume"], "option '--data' needs a value", undefined],
    [["--data="], "option '--data' needs a value", undefined],
    [["--resume=yes"], "option '--resume' takes no value, found 'yes'", undefined],
    [["--steps", "ten"], "option '--steps' needs a whole number from 1, found 'ten'", undefined],
    [["--steps", "0"], "option '--steps' needs a whole number from 1, found '0'", undefined],
    [["--steps", "1.5"], "option '--steps' needs a whole number from 1, found '1.5'", undefined],
    [["--gradients", "bf16"], "option '--gradients' needs f32 or f16, found 'bf16'", undefined],
    [["--seed", "-1"], "option '--seed' needs a whole number from 0, found '-1'", undefined],
    [["--seed", "1e99"], "option '--seed' needs a whole number from 0, found '1e99'", undefined],
  ])("%j are refused", (argv, message, hint) => {
    const parse = (): unknown => parseTrainerArguments(argv);
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(expect.objectContaining({ message, hint }) as Error);
  });
});

describe("what a person reads", () => {
  it("of an error is its code, message and hint", () => {
    expect(showError(new UserError("JR1", "it broke", "mend it"))).toBe("error[JR1]: it broke\nhint: mend it");
    expect(showError(new UserError("JR1", "it broke"))).toBe("error[JR1]: it broke");
    expect(showError(new TypeError("x is undefined"))).toBe("error: x is undefined\nhint: This is a fault of jepac, not of yours: please report it. JEPAC_DEBUG=1 shows where it arose.");
  });

  it.each([[0.43121, "0.4312"], [123.456, "123.5"], [1.2e-7, "1.20e-7"], [0, "0"], [58, "58"], [2.9e6, "2.90e+6"], [NaN, "NaN"]])("of %d is %s", (value, text) => {
    expect(shortNumber(value)).toBe(text);
  });

  it.each([[4.4, "4s"], [59.6, "1m00s"], [192, "3m12s"], [18_240, "5h04m"], [183_600, "2d03h"], [Infinity, "?"]])("of %d seconds is %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
