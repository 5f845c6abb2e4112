import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import type { Session } from "../../runtime/execute/index.ts";
import { golden } from "../goldens/read.ts";
import { compileModel, sessionOf } from "../support/session.ts";

const SAMPLES = 320_000;
const sessions: Session[] = [];
afterAll(() => {
  for (const session of sessions) session.dispose();
});

/** The paper's model with its front end as a program of its own; the nets are shrunk, the front end is not. */
async function frontEnd(): Promise<Session> {
  const text = readFileSync(new URL("../../models/audio-jepa.jm", import.meta.url), "utf8").replace(
    "train {",
    `export fn mel(clip: f32[N, samples], valid: i32[N]) -> f32[N, frames, mels] =
      normalise_audio(clip, valid) |> log_mel(rate, mels, frames)\n  train {`,
  );
  const session = await sessionOf(compileModel("models/front-end.jm", { set: { batch: "2", dim: "24", depth: "1", heads: "2", width: "16", predictor_depth: "1", predictor_heads: "2" } }, text));
  sessions.push(session);
  return session;
}

/** Reference 1.16, case A: two sines. */
function sines(): Float32Array {
  return Float32Array.from({ length: SAMPLES }, (_, n) => 0.5 * Math.sin((2 * Math.PI * 440 * n) / 32000) + 0.25 * Math.sin((2 * Math.PI * 3000 * n) / 32000));
}

/** Reference 1.16, case B: noise of a linear congruential generator. */
function noise(): Float32Array {
  let state = 1;
  return Float32Array.from({ length: SAMPLES }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return ((state >>> 8) / 2 ** 24) * 2 - 1;
  });
}

describe("the front end at full size: 10 s at 32 kHz, 128 bands, 256 frames", () => {
  test("is the reference's on sines and on noise", { timeout: 300_000 }, async () => {
    const session = await frontEnd();
    const clip = new Float32Array(2 * SAMPLES);
    clip.set(sines());
    clip.set(noise(), SAMPLES);
    const run = session.run("mel", { step: 0, seed: 0, sizes: { N: 2 }, inputs: { clip, valid: Int32Array.of(SAMPLES, SAMPLES) } });
    const { result } = await run.outputs();
    const want = golden("fbank");
    const frames = want.ints("full.frames").data;
    for (const [clipIndex, name] of ["full.a.log_mel", "full.b.log_mel"].entries()) {
      const expected = want.floats(name).data;
      frames.forEach((frame, row) => {
        for (let band = 0; band < 128; band++) {
          const got = result![(clipIndex * 256 + frame) * 128 + band]!;
          const target = expected[row * 128 + band]!;
          // Near the floor (quiet bands of the sines) f32 differs in the last bits of tiny energies; reference 1.16.
          const tolerance = target < -10 ? 5e-2 : 2e-3;
          expect(Math.abs(got - target), `${name} frame ${frame} band ${band}: ${got} for ${target}`).toBeLessThan(tolerance);
        }
      });
    }
    // Figures of the text itself: bands 8, 16, 24, 64 of frame 0.
    [-13.5038, -1.7763, -11.06, -7.1907].forEach((target, i) => expect(Math.abs(result![[8, 16, 24, 64][i]!]! - target)).toBeLessThan(5e-2));
    [-0.9674, -0.7411, -0.0083, 2.9122].forEach((target, i) => expect(result![256 * 128 + [0, 1, 2, 16][i]!]).toBeCloseTo(target, 3));
    // Frames past the last whole window are literal zeros.
    expect([...result!.subarray(254 * 128, 256 * 128)].every((x) => x === 0)).toBe(true);
  });
});
