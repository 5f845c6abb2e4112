import { describe, expect, it } from "vitest";
import { ClipProblem } from "../../../runtime/data/clip-problem.ts";
import { decodeAudio } from "../../../runtime/data/formats/decode.ts";
import { encodeFlac } from "../../../runtime/data/formats/flac-write.ts";
import { readWav } from "../../../runtime/data/formats/wav-read.ts";
import { encodeWav } from "../../../runtime/data/formats/wav-write.ts";
import { monoClip } from "../../../runtime/data/mono-clip.ts";

interface WavSpec {
  tag?: number; channels?: number; rate?: number; bits: number; width?: number; data: number[];
  extensible?: boolean; before?: [string, number[]][]; pad?: boolean; declared?: number; riff?: number; magic?: string;
}

/** A WAV file from parts, so that each part can be wrong. */
function wav(spec: WavSpec): Uint8Array {
  const { tag = 1, channels = 1, rate = 16000, bits, data } = spec;
  const width = spec.width ?? bits / 8;
  const u16 = (v: number) => [v & 255, (v >> 8) & 255];
  const u32 = (v: number) => [...u16(v & 0xffff), ...u16(v >>> 16)];
  const text = (v: string) => [...v].map((c) => c.charCodeAt(0));
  const fmt = [...u16(spec.extensible ? 0xfffe : tag), ...u16(channels), ...u32(rate), ...u32(rate * channels * width), ...u16(channels * width), ...u16(spec.extensible ? width * 8 : bits)];
  if (spec.extensible) fmt.push(...u16(22), ...u16(bits), ...u32(0), ...u16(tag), ...text("\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"));
  const chunk = (id: string, body: number[], size = body.length) =>
    [...text(id), ...u32(size), ...body, ...(body.length % 2 && spec.pad !== false ? [0] : [])];
  const chunks = [...(spec.before ?? []).flatMap(([id, body]) => chunk(id, body)), ...chunk("fmt ", fmt), ...chunk("data", data, spec.declared)];
  return Uint8Array.from([...text(spec.magic ?? "RIFF"), ...u32(spec.riff ?? chunks.length + 4), ...text("WAVE"), ...chunks]);
}

const bytesOf = (array: ArrayBufferView) => [...new Uint8Array(array.buffer)];
const reasonOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof ClipProblem) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return "no problem";
};

describe("readWav", () => {
  it.each([
    ["8-bit", { bits: 8, data: [0, 128, 255, 64] }, [-1, 0, 127 / 128, -0.5]],
    ["16-bit", { bits: 16, data: bytesOf(Int16Array.of(-32768, 0, 32767, 16384)) }, [-1, 0, 32767 / 32768, 0.5]],
    ["24-bit", { bits: 24, data: [0, 0, 128, 0, 0, 64, 1, 0, 0, 255, 255, 255] }, [-1, 0.5, 2 ** -23, -(2 ** -23)]],
    ["32-bit", { bits: 32, data: bytesOf(Int32Array.of(-(2 ** 31), 2 ** 30, 0)) }, [-1, 0.5, 0]],
    ["float32", { tag: 3, bits: 32, data: bytesOf(Float32Array.of(-1, 0.25, 1.5)) }, [-1, 0.25, 1.5]],
    ["float64", { tag: 3, bits: 64, data: bytesOf(Float64Array.of(-1, 0.25, 1.5)) }, [-1, 0.25, 1.5]],
    ["extensible 24 bits in 32", { extensible: true, bits: 24, width: 4, data: [0, 0, 0, 128, 0, 0, 0, 64] }, [-1, 0.5]],
    ["extensible float", { extensible: true, tag: 3, bits: 32, data: bytesOf(Float32Array.of(0.125)) }, [0.125]],
    ["RF64-style unknown size", { bits: 16, magic: "RF64", declared: 0xffffffff, data: [0, 64] }, [0.5]],
    ["size 0 from a pipe", { bits: 16, riff: 0, declared: 0, data: [0, 64, 0, 192] }, [0.5, -0.5]],
    ["sox's pipe size", { bits: 16, declared: 0x7ffff000, data: [0, 64] }, [0.5]],
    ["a padded odd chunk before", { bits: 16, before: [["LIST", [1, 2, 3]]], data: [0, 64] }, [0.5]],
    ["an odd chunk nobody padded", { bits: 16, pad: false, before: [["LIST", [1, 2, 3]]], data: [0, 64] }, [0.5]],
    ["half a frame at the end", { bits: 16, channels: 1, data: [0, 64, 7] }, [0.5]],
  ] as [string, WavSpec, number[]][])("reads %s", (_, spec, expected) => {
    const audio = readWav(wav(spec));
    expect(audio.rate).toBe(16000);
    expect([...audio.channels[0]!]).toEqual(expected.map(Math.fround));
  });

  it("separates channels, from any byte address", () => {
    const file = wav({ bits: 16, channels: 3, rate: 44100, data: bytesOf(Int16Array.of(1, 2, 3, 4, 5, 6)) });
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    for (const bytes of [file, shifted.subarray(1)]) {
      expect(readWav(bytes).channels.map((c) => [...c].map((v) => v * 32768))).toEqual([[1, 4], [2, 5], [3, 6]]);
    }
  });

  it("says what is wrong", () => {
    const reasons = [
      wav({ bits: 16, data: [0, 64], declared: 1000 }),
      wav({ bits: 16, data: [] }).subarray(0, 36),
      wav({ bits: 16, data: [0, 64] }).subarray(0, 20),
      wav({ tag: 6, bits: 8, data: [1] }),
      wav({ tag: 17, bits: 4, width: 1, data: [1] }),
      wav({ bits: 16, channels: 0, data: [0, 64] }),
      wav({ tag: 3, bits: 16, data: [0, 64] }),
    ].map((bytes) => reasonOf(() => readWav(bytes)));
    expect(reasons).toEqual([
      "truncated: the data chunk promises 1000 bytes, 2 are there",
      "truncated: the WAV file has no data chunk",
      "truncated: the fmt chunk has 0 bytes, at least 16 are needed",
      "unsupported: WAV with A-law (format tag 6): convert it to PCM or FLAC",
      "unsupported: WAV with IMA ADPCM (format tag 17): convert it to PCM or FLAC",
      "damaged: the fmt chunk says 0 channels at 16000 Hz",
      "unsupported: WAV with 16-bit float samples in 2 bytes",
    ]);
  });

  it("gives a reason for any mutilation", async () => {
    const whole = wav({ bits: 16, before: [["LIST", [1, 2, 3]]], data: bytesOf(Int16Array.from({ length: 50 }, (_, i) => i * 99)) });
    for (let cut = 0; cut < whole.length - 1; cut++) {
      await expect(decodeAudio(whole.slice(0, cut))).rejects.toBeInstanceOf(ClipProblem);
    }
    for (let at = 0; at < 60; at++) {
      for (const value of [0, 1, 127, 255]) {
        const hurt = whole.slice();
        hurt[at] = value;
        await decodeAudio(hurt).catch((error: unknown) => expect(error).toBeInstanceOf(ClipProblem));
      }
    }
  });
});

describe("writers", () => {
  const signal = Float32Array.from({ length: 10000 }, (_, i) => Math.round(32768 * (0.4 * Math.sin(i / 7) + 0.3 * Math.sin(i * i * 1e-4))) / 32768);

  it("WAV comes back bit for bit, saturating at full scale", async () => {
    const audio = await decodeAudio(encodeWav(signal, 22050));
    expect(audio.rate).toBe(22050);
    expect(audio.channels[0]).toEqual(signal);
    expect([...readWav(encodeWav(Float32Array.of(2, -2), 8000)).channels[0]!]).toEqual([32767 / 32768, -1]);
  });

  it.each([["tones", signal], ["noise", signal.map((_, i) => ((Math.imul(i + 1, 2654435761) >>> 16) - 32768) / 32768)], ["silence", new Float32Array(9000)], ["one sample", Float32Array.of(0.5)]])(
    "FLAC of %s comes back bit for bit", async (_, samples) => {
      const coded = encodeFlac(samples, 16000);
      const audio = await decodeAudio(coded);
      expect(audio.rate).toBe(16000);
      expect(audio.channels).toEqual([samples]);
    });

  it("FLAC is smaller than WAV for tones", () => {
    const slow = Float32Array.from({ length: 16000 }, (_, i) => 0.5 * Math.sin(i / 20));
    expect(encodeFlac(slow, 16000).length).toBeLessThan(0.6 * encodeWav(slow, 16000).length);
  });
});

describe("monoClip", () => {
  const clip = (samples: number[], tag = 3, channels = 1) => monoClip(wav({ tag, bits: 32, channels, data: bytesOf(Float32Array.from(samples)) }), 16000);
  const reason = (samples: number[], channels = 1) => clip(samples, 3, channels).then(() => "none", (e: ClipProblem) => `${e.reason}: ${e.message}`);

  it("averages the channels", async () => {
    expect([...(await clip([1, 0, 0.5, 0.25], 3, 2))]).toEqual([0.5, 0.375]);
  });

  it("refuses what would become NaN or teach nothing", async () => {
    expect(await reason([0, 0, 0])).toBe("silent: all 3 samples are 0.00");
    expect(await reason([0.5, 0.5])).toBe("silent: all 2 samples are 0.500");
    expect(await reason([0.5, -0.5, -0.25, 0.25], 2)).toBe("silent: all 2 samples are 0.00");
    expect(await reason([0, NaN, 1])).toBe("non-finite: sample 1 is NaN");
    expect(await reason([0, 1, -Infinity])).toBe("non-finite: sample 2 is -Infinity");
    expect(await reason([0, 1e30])).toMatch(/^non-finite: sample 1 is 1.0/);
    expect(await reason([])).toBe("empty: the wav file holds no samples");
  });

  it("refuses ultrasound that resampling removes", async () => {
    const ultrasound = Float32Array.from({ length: 96000 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 40000 * i) / 96000) * Math.sin((Math.PI * i) / 96000) ** 2);
    const found = monoClip(wav({ tag: 3, bits: 32, rate: 96000, data: bytesOf(ultrasound) }), 16000);
    await expect(found).rejects.toMatchObject({ reason: "silent" });
  });
});
