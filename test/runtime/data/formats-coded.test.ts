import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeAudio } from "../../../runtime/data/formats/decode.ts";
import { sniffFormat } from "../../../runtime/data/formats/sniff.ts";
import { ClipProblem } from "../../../runtime/data/clip-problem.ts";
import { downmix } from "../../../runtime/data/mono-clip.ts";

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));

async function problem(bytes: Uint8Array): Promise<ClipProblem> {
  try {
    await decodeAudio(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(ClipProblem);
    return error as ClipProblem;
  }
  throw new Error("was decoded without complaint");
}

/** Largest difference from the ideal mono sine of the fixtures, in the middle of the clip. */
function error(mono: Float32Array, rate: number, gain: number): number {
  let worst = 0;
  for (let i = Math.round(0.05 * rate); i < 0.25 * rate; i++) {
    worst = Math.max(worst, Math.abs(mono[i]! - gain * Math.sin((2 * Math.PI * 440 * i) / rate)));
  }
  return worst;
}

/** Mean of the two channels: see fixtures/make.sh. */
const GAIN = 0.705 * 0.375;

// name, format, rate, channels, samples, gain of the downmix, allowed error (lossy coders)
const FIXTURES = [
  ["sine-24bit-22k.flac", "flac", 22050, 2, 6615, GAIN, 1e-6],
  ["sine-oggflac-22k.oga", "ogg flac", 22050, 2, 6615, GAIN, 1e-6],
  ["sine-vorbis-44k.ogg", "vorbis", 44100, 2, 13230, GAIN, 0.02],
  ["sine-44k.opus", "opus", 48000, 2, 14400, GAIN, 0.02],
  ["sine-lame-44k.mp3", "mp3", 44100, 2, 13230, GAIN, 0.02],
  ["sine-untagged-mono-24k.mp3", "mp3", 24000, 2, undefined, 0.3525, undefined], // no tag: delay unknown
] as const;

describe("coded formats", () => {
  for (const [name, format, rate, channels, samples, gain, allowed] of FIXTURES) {
    it(`decodes ${name}, aligned to the sample`, async () => {
      const bytes = fixture(name);
      expect(sniffFormat(bytes)).toEqual({ format });
      const audio = await decodeAudio(bytes);
      expect(audio.rate).toBe(rate);
      expect(audio.channels).toHaveLength(channels);
      const mono = downmix(audio.channels);
      if (samples !== undefined) expect(mono.length).toBe(samples);
      else expect(mono.length / rate).toBeGreaterThan(0.3);
      if (allowed !== undefined) expect(error(mono, rate, gain)).toBeLessThan(allowed);
      else expect(Math.max(...mono)).toBeCloseTo(gain, 1);
    });

    it(`names ${name} truncated, wherever it is cut`, async () => {
      const bytes = fixture(name);
      for (const part of [0.31, 0.62, 0.93, 1 - 1 / bytes.length]) {
        const cut = await problem(bytes.slice(0, Math.floor(bytes.length * part)));
        expect(["truncated", "damaged"], `${part}: ${cut.reason} ${cut.message}`).toContain(cut.reason);
      }
    });

    it(`never fails on a damaged ${name} but with a reason`, async () => {
      const bytes = fixture(name);
      let state = 1;
      const random = (n: number) => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % n;
      for (let round = 0; round < 12; round++) {
        const hurt = bytes.slice();
        for (let i = 0; i < 1 + round * 20; i++) hurt[random(hurt.length)] = random(256);
        try {
          const audio = await decodeAudio(hurt);
          expect(audio.channels[0]!.length).toBeGreaterThan(0);
        } catch (failure) {
          expect(failure).toBeInstanceOf(ClipProblem);
        }
      }
    });
  }

  it("finds damage inside Ogg pages by their checksum", async () => {
    for (const name of ["sine-vorbis-44k.ogg", "sine-44k.opus"]) {
      const bytes = fixture(name);
      bytes[bytes.length - 100]! ^= 1;
      const found = await problem(bytes);
      expect(found.reason).toBe("damaged");
      expect(found.message).toMatch(/Ogg page \d+ at byte \d+ does not match its checksum/);
    }
  });

  it("skips an ID3 tag and a picture's worth of it", async () => {
    const mp3 = fixture("sine-lame-44k.mp3");
    const tag = new Uint8Array(10 + 20000);
    tag.set([0x49, 0x44, 0x33, 3, 0, 0, 0, 1, 28, 32]); // 20000 in 7-bit digits
    const plain = await decodeAudio(mp3);
    const tagged = await decodeAudio(Uint8Array.of(...tag, ...mp3));
    expect(tagged.channels[0]).toEqual(plain.channels[0]);
  });

  it("tells non-audio and unread formats apart", async () => {
    const text = (value: string) => new TextEncoder().encode(value);
    expect((await problem(new Uint8Array())).reason).toBe("empty");
    expect((await problem(text("Hello, I am a text file renamed .wav"))).reason).toBe("not-audio");
    expect((await problem(text("\0\0\0\x20ftypM4A and more"))).message).toContain("MP4/AAC (m4a)");
    expect((await problem(text("FORM....AIFF"))).reason).toBe("unsupported");
    expect((await problem(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10))).reason).toBe("not-audio");
  });
});
