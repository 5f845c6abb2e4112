import { fourCC } from "./decoded.ts";

/**
 * The last of these bytes gives what follows the copied header an odd number of one bits. CRC-8 and CRC-16 of FLAC
 * both have the factor x + 1, so that valid headers and valid frames have an even number: the parser can never take
 * the header and this for a frame. They are as many as the parser wants to see behind the start of a header.
 */
const NO_FRAME = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

/**
 * The file with its first frame header once more at its end. The parser under the decoder knows that a frame is over
 * by the valid header of the next one, and where there is none, it misses the end of the file (and so loses the
 * last frame) if the third byte from there is 0xff. The header that it finds here starts no frame: nothing is added
 * to the audio. A file without a first frame where one must be is returned as it is.
 */
export function withHeaderAtEnd(bytes: Uint8Array): Uint8Array {
  const header = firstFrameHeader(bytes);
  if (!header) return bytes;
  const longer = new Uint8Array(bytes.length + header.length + NO_FRAME.length);
  longer.set(bytes);
  longer.set(header, bytes.length);
  longer.set(NO_FRAME, bytes.length + header.length);
  return longer;
}

/** Sync code to CRC-8 (RFC 9639, section 9.1). */
function firstFrameHeader(bytes: Uint8Array): Uint8Array | undefined {
  const start = metadataEnd(bytes);
  if (bytes[start] !== 0xff || (bytes[start + 1]! & 0xfe) !== 0xf8) return undefined;
  const sizeCode = bytes[start + 2]! >>> 4;
  const rateCode = bytes[start + 2]! & 15;
  const sizeBytes = sizeCode === 6 ? 1 : sizeCode === 7 ? 2 : 0;
  const rateBytes = rateCode === 12 ? 1 : rateCode === 13 || rateCode === 14 ? 2 : 0;
  // The frame or sample number is coded as UTF-8 codes characters: as many bytes as the first has leading ones.
  const leadingOnes = Math.clz32(~(bytes[start + 4]! << 24));
  return bytes.subarray(start, start + 4 + Math.max(1, leadingOnes) + sizeBytes + rateBytes + 1);
}

/** Where the metadata blocks end (RFC 9639, section 8.1). */
function metadataEnd(bytes: Uint8Array): number {
  if (fourCC(bytes, 0) !== "fLaC") return bytes.length;
  let last = false;
  let at = 4;
  while (!last && at + 4 <= bytes.length) {
    last = bytes[at]! >= 0x80;
    at += 4 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
  }
  return at;
}
