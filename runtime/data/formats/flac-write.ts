import { createHash } from "node:crypto";
import { toInt16 } from "./wav-write.ts";

/** Samples per frame; the last frame may be shorter. */
const BLOCK = 4096;

/**
 * A mono 16-bit FLAC file (RFC 9639): fixed linear predictors of order 0 to 4 with one Rice partition a frame.
 * Larger than a full encoder's output, but valid, lossless and short. `rate` in Hz, a multiple of 10 from 65,536 on.
 */
export function encodeFlac(samples: Float32Array, rate: number): Uint8Array {
  const pcm = toInt16(samples);
  const out = new BitWriter();
  out.bytes(new TextEncoder().encode("fLaC"));
  out.put(1, 1); // last metadata block
  out.put(0, 7); // STREAMINFO
  out.put(34, 24);
  out.put(BLOCK, 16);
  out.put(BLOCK, 16);
  out.put(0, 24); // frame sizes unknown
  out.put(0, 24);
  out.put(rate, 20);
  out.put(0, 3); // channels - 1
  out.put(15, 5); // bits - 1
  out.put(0, 4); // high bits of the 36-bit sample count
  out.put(pcm.length, 32);
  const little = new Uint8Array(pcm.length * 2);
  pcm.forEach((value, i) => new DataView(little.buffer).setInt16(i * 2, value, true));
  out.bytes(createHash("md5").update(little).digest());
  for (let at = 0, frame = 0; at < pcm.length; at += BLOCK, frame++) {
    writeFrame(out, pcm.subarray(at, at + BLOCK), frame, rate);
  }
  return out.done();
}

function writeFrame(out: BitWriter, pcm: Int16Array, frame: number, rate: number): void {
  const start = out.length;
  out.put(0xfff8, 16); // sync, fixed block size
  out.put(7, 4); // block size follows as 16 bits
  // The rate follows as 16 bits, in Hz or tens of Hz; the wasm decoder cannot look it up in STREAMINFO.
  out.put(rate < 65536 ? 13 : 14, 4);
  out.put(0, 4); // mono
  out.put(4, 3); // 16 bits
  out.put(0, 1);
  // The frame number, coded like a UTF-8 code point (RFC 9639 section 9.1.5).
  if (frame < 0x80) out.put(frame, 8);
  else if (frame < 0x800) out.put(0xc080 | ((frame >> 6) << 8) | (frame & 63), 16);
  else out.put(0xe08080 | ((frame >> 12) << 16) | (((frame >> 6) & 63) << 8) | (frame & 63), 24);
  out.put(pcm.length - 1, 16);
  out.put(rate < 65536 ? rate : rate / 10, 16);
  out.put(crc(out.since(start), 8, 0x07), 8);

  const { order, residual } = bestPredictor(pcm);
  out.put(8 | order, 7); // zero bit, then "fixed predictor of this order"
  out.put(0, 1); // no wasted bits
  for (let i = 0; i < order; i++) out.put(pcm[i]! & 0xffff, 16);
  out.put(0, 2); // 4-bit Rice parameter
  out.put(0, 4); // one partition
  const folded = residual.map((value) => (value >= 0 ? value * 2 : -value * 2 - 1));
  const mean = folded.reduce((sum, value) => sum + value, 0) / Math.max(1, folded.length);
  const rice = Math.max(0, Math.min(14, Math.floor(Math.log2(mean + 1))));
  out.put(rice, 4);
  for (const value of folded) {
    for (let zeros = value >>> rice; zeros > 0; zeros -= 24) out.put(0, Math.min(24, zeros));
    out.put(1, 1);
    out.put(value & ((1 << rice) - 1), rice);
  }
  out.align();
  out.put(crc(out.since(start), 16, 0x8005), 16);
}

/** Repeated differences are the fixed predictors; the one with the smallest total wins. */
function bestPredictor(pcm: Int16Array): { order: number; residual: number[] } {
  let current = Array.from(pcm);
  let best = { order: 0, residual: current, cost: Infinity };
  for (let order = 0; order <= Math.min(4, pcm.length - 1); order++) {
    const cost = current.reduce((sum, value) => sum + Math.abs(value), 0);
    if (cost < best.cost) best = { order, residual: current, cost };
    current = current.slice(1).map((value, i) => value - current[i]!);
  }
  return best;
}

function crc(bytes: Uint8Array, width: 8 | 16, polynomial: number): number {
  const top = 1 << (width - 1);
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit++) value = value & top ? (value << 1) ^ polynomial : value << 1;
  }
  return value & ((1 << width) - 1);
}

/** Most significant bit first. */
class BitWriter {
  private buffer = new Uint8Array(1 << 16);
  private pending = 0;
  private pendingBits = 0;
  length = 0;

  put(value: number, bits: number): void {
    for (let left = bits; left > 0; ) {
      const take = Math.min(8 - this.pendingBits, left);
      left -= take;
      this.pending = (this.pending << take) | ((value >>> left) & ((1 << take) - 1));
      this.pendingBits += take;
      if (this.pendingBits === 8) this.push();
    }
  }

  bytes(values: Uint8Array): void {
    for (const value of values) this.put(value, 8);
  }

  align(): void {
    if (this.pendingBits > 0) this.put(0, 8 - this.pendingBits);
  }

  since(start: number): Uint8Array {
    return this.buffer.subarray(start, this.length);
  }

  done(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  private push(): void {
    if (this.length === this.buffer.length) {
      const grown = new Uint8Array(this.buffer.length * 2);
      grown.set(this.buffer);
      this.buffer = grown;
    }
    this.buffer[this.length++] = this.pending;
    this.pending = this.pendingBits = 0;
  }
}
