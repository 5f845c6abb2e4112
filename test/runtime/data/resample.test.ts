import { describe, expect, it } from "vitest";
import { resample } from "../../../runtime/data/resample.ts";

function tone(hz: number, rate: number, seconds: number, gain = 1): Float32Array {
  return Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) => gain * Math.sin((2 * Math.PI * hz * i) / rate + 0.3));
}

/** dB of signal over error, away from the clip's ends, where the assumed silence outside shows. */
function snr(found: Float32Array, ideal: Float32Array): number {
  const margin = Math.floor(found.length / 8);
  let signal = 0;
  let error = 0;
  for (let i = margin; i < found.length - margin; i++) {
    signal += ideal[i]! ** 2;
    error += (found[i]! - ideal[i]!) ** 2;
  }
  return 10 * Math.log10(signal / error);
}

function rms(x: Float32Array): number {
  const inner = x.subarray(x.length >> 3, x.length - (x.length >> 3));
  return Math.sqrt(inner.reduce((sum, v) => sum + v * v, 0) / inner.length);
}

const PAIRS: [number, number][] = [
  [44100, 16000], [48000, 16000], [8000, 16000], [8000, 32000], [22050, 32000], [44100, 32000], [11025, 16000],
  [96000, 16000], [192000, 32000], [16000, 44100], [44100, 48000],
  [44101, 16000], [15999, 16000], [12345, 32000], // no common divisor: interpolated phases
];

describe("resample", () => {
  for (const [from, to] of PAIRS) {
    it(`${from} -> ${to} Hz keeps tones in the pass band to 95 dB`, () => {
      const nyquist = Math.min(from, to) / 2;
      for (const fraction of [0.01, 0.2, 0.5, 0.8, 0.895]) {
        const hz = nyquist * fraction;
        const found = resample(tone(hz, from, 0.25), from, to);
        expect(found.length).toBe(Math.ceil((Math.round(from * 0.25) * to) / from));
        const ideal = Float32Array.from(found, (_, i) => Math.sin((2 * Math.PI * hz * i) / to + 0.3));
        expect(snr(found, ideal), `${hz} Hz`).toBeGreaterThan(95);
      }
    });
  }

  for (const [from, to] of [[44100, 16000], [48000, 32000], [96000, 16000], [44101, 16000]] as const) {
    it(`${from} -> ${to} Hz stops what would alias`, () => {
      for (const hz of [to / 2 + 1, to * 0.6, (from / 2) * 0.97]) {
        const left = rms(resample(tone(hz, from, 0.25), from, to));
        expect(20 * Math.log10(left * Math.SQRT2), `${hz} Hz`).toBeLessThan(-95);
      }
    });
  }

  it("stops the images when it raises the rate", () => {
    const found = resample(tone(3000, 8000, 0.25), 8000, 48000);
    const ideal = Float32Array.from(found, (_, i) => Math.sin((2 * Math.PI * 3000 * i) / 48000 + 0.3));
    expect(snr(found, ideal)).toBeGreaterThan(95);
  });

  it("passes a constant exactly, and returns the input itself when the rates agree", () => {
    const found = resample(new Float32Array(4000).fill(0.25), 44100, 16000);
    for (const value of found.subarray(400, 1000)) expect(value).toBeCloseTo(0.25, 7);
    const same = new Float32Array(3);
    expect(resample(same, 16000, 16000)).toBe(same);
  });

  it("gives the same samples however much silence follows", () => {
    for (const [from, to] of [[44100, 16000], [48000, 16000], [8000, 48000], [15999, 16000]] as const) {
      for (const length of [1, 2, 7, 440, 441, 442, 1763, 1765]) {
        const clip = tone(1000, from, length / from);
        const followed = new Float32Array(3 * length + 5000);
        followed.set(clip);
        const found = resample(clip, from, to);
        expect(found).toEqual(resample(followed, from, to).subarray(0, found.length));
      }
    }
  });

  it("copes with clips shorter than the filter", () => {
    expect(resample(Float32Array.of(1), 44100, 16000)).toHaveLength(1);
    expect(resample(new Float32Array(0), 44100, 16000)).toHaveLength(0);
    expect(resample(Float32Array.of(0.5, 0.5), 8000, 48000).every(Number.isFinite)).toBe(true);
  });
});
