import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeAudio } from "../../../runtime/data/formats/decode.ts";
import { withHeaderAtEnd } from "../../../runtime/data/formats/flac-end.ts";
import { encodeFlac } from "../../../runtime/data/formats/flac-write.ts";

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));

/** Noise that 16 bits hold exactly. */
function noise(seed: number, length: number): Float32Array {
  let state = seed + 1;
  return Float32Array.from({ length }, () => ((state = Math.imul(state, 48271) % 0x7fffffff) >> 16) / 32768);
}

/** The third byte from the end looks like the start of a sync code and is none. */
function endsInFalseSync(bytes: Uint8Array): boolean {
  const [first, second] = bytes.subarray(-3);
  return first === 0xff && ![0xff, 0xf8, 0xf9].includes(second!);
}

/** MD5 of 24-bit samples, little-endian and interleaved, as STREAMINFO has it. */
function digest(channels: readonly Float32Array[]): string {
  const raw = Buffer.alloc(channels.length * channels[0]!.length * 3);
  channels.forEach((channel, c) =>
    channel.forEach((sample, i) => raw.writeIntLE(sample * 2 ** 23, (i * channels.length + c) * 3, 3)),
  );
  return createHash("md5").update(raw).digest("hex");
}

describe("the end of a FLAC file", () => {
  it("is found where its last bytes look like a sync code", async () => {
    let met = 0;
    for (let seed = 0; seed < 20000 && met < 8; seed++) {
      const clip = noise(seed, 20 + (seed % 40));
      const bytes = encodeFlac(clip, 8000);
      if (!endsInFalseSync(bytes)) continue;
      met++;
      expect((await decodeAudio(bytes)).channels).toEqual([clip]);
    }
    expect(met).toBe(8);
  });

  for (const name of ["ends-in-ff-24bit-22k.flac", "ends-in-ff-oggflac-22k.oga"]) {
    it(`is found in ${name}, to the bit`, async () => {
      const bytes = fixture(name);
      expect(endsInFalseSync(bytes)).toBe(true);
      const { channels, rate } = await decodeAudio(bytes);
      expect([rate, channels.length]).toEqual([22050, 2]);
      const promised = Buffer.from(bytes).indexOf("fLaC") + 8 + 18;
      expect(digest(channels)).toBe(Buffer.from(bytes.subarray(promised, promised + 16)).toString("hex"));
    });
  }

  it("is missed when the last frame is cut short or damaged", async () => {
    const bytes = fixture("ends-in-ff-24bit-22k.flac");
    for (const missing of [1, 2, 3, 20]) {
      await expect(decodeAudio(bytes.subarray(0, -missing))).rejects.toMatchObject({ reason: "truncated" });
    }
    bytes[bytes.length - 50]! ^= 1;
    await expect(decodeAudio(bytes)).rejects.toMatchObject({ reason: "truncated" });
  });

  it("is marked by the first header, however long that is", async () => {
    // The numbers of frames from 128 on take two bytes.
    const bytes = encodeFlac(new Float32Array(130 * 4096).fill(0.5), 8000);
    const start = Buffer.from(bytes).indexOf(Uint8Array.of(0xff, 0xf8, 0x70 | 13, 8, 0xc2, 0x80));
    expect(start).toBeGreaterThan(42);
    const late = Uint8Array.of(...bytes.subarray(0, 42), ...bytes.subarray(start));
    new DataView(late.buffer).setUint32(22, 2 * 4096);
    const longer = withHeaderAtEnd(late);
    expect(longer.subarray(0, late.length)).toEqual(late);
    expect(longer.subarray(late.length, -16)).toEqual(late.subarray(42, 42 + 11));
    expect((await decodeAudio(late)).channels).toEqual([new Float32Array(2 * 4096).fill(0.5)]);
  });

  it("is left as it is where no first frame is found", () => {
    const bytes = encodeFlac(noise(1, 100), 8000);
    for (const other of [bytes.subarray(0, 42), bytes.subarray(1), new Uint8Array(50)]) {
      expect(withHeaderAtEnd(other)).toBe(other);
    }
  });
});
