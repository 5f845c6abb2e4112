import { endianness } from "node:os";

/** How prepared samples are stored, little-endian: 16-bit integers times a step of the clip's own, or float32. */
export type PcmEncoding = "s16" | "f32";

export const SAMPLE_BYTES: Record<PcmEncoding, number> = { s16: 2, f32: 4 };

/** The step of ordinary 16-bit audio. */
const SIXTEEN_BIT = 2 ** -15;

/** A clip as stored. `step` is the value of one unit of an s16 sample; 1 for f32. */
export interface StoredClip {
  readonly pcm: Uint8Array<ArrayBuffer>;
  readonly samples: number;
  readonly step: number;
}

/**
 * s16 is exact for clips that are 16-bit audio already (neither resampled nor mixed). Any other clip is rounded to
 * steps of peak/32767, about 98 dB below its peak whatever its level, and never clips.
 */
export function encodePcm(clip: Float32Array, encoding: PcmEncoding): StoredClip {
  const samples = clip.length;
  if (encoding === "f32") return { pcm: littleEndian(new Uint8Array(clip.slice().buffer), 4), samples, step: 1 };
  const step = isSixteenBit(clip) ? SIXTEEN_BIT : clip.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0) / 32767;
  const out = new Int16Array(samples);
  for (let i = 0; i < samples; i++) out[i] = Math.round(clip[i]! / step);
  return { pcm: littleEndian(new Uint8Array(out.buffer), 2), samples, step };
}

/** The inverse. `pcm` must own its buffer from the start: it is reinterpreted in place. */
export function decodePcm(pcm: Uint8Array<ArrayBuffer>, encoding: PcmEncoding, step: number): Float32Array {
  littleEndian(pcm, SAMPLE_BYTES[encoding]);
  if (encoding === "f32") return new Float32Array(pcm.buffer, pcm.byteOffset, pcm.length / 4);
  const stored = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2);
  const clip = new Float32Array(stored.length);
  for (let i = 0; i < clip.length; i++) clip[i] = stored[i]! * step;
  return clip;
}

function isSixteenBit(clip: Float32Array): boolean {
  return clip.every((value) => {
    const unit = value / SIXTEEN_BIT;
    return Number.isInteger(unit) && unit >= -32768 && unit <= 32767;
  });
}

/** Swaps in place between this machine's byte order and little-endian: nothing to do on almost all machines. */
function littleEndian(bytes: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> {
  if (endianness() === "BE") {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (width === 2) buffer.swap16();
    else buffer.swap32();
  }
  return bytes;
}
