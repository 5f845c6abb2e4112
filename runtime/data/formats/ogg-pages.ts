import { ClipProblem } from "../clip-problem.ts";
import { fourCC, viewOf } from "./decoded.ts";

/** What the page headers say about an Ogg stream (RFC 3533). */
export interface OggStream {
  /** The first packet's first bytes: the codec's own header. */
  readonly head: Uint8Array;
  /** Granule position of the last page: for audio, samples up to there, pre-skip included. */
  readonly lastGranule: number;
}

const LAST_PAGE = 4;

/**
 * Walks every page and checks its checksum, because the decoders do not: a flipped bit would be
 * decoded to noise. Throws ClipProblem "damaged" or "truncated".
 */
export function checkOggPages(bytes: Uint8Array): OggStream {
  const view = viewOf(bytes);
  let head: Uint8Array | undefined;
  let lastGranule = 0;
  let ended = false;
  for (let at = 0, page = 0; at < bytes.length; page++) {
    if (fourCC(bytes, at) !== "OggS") {
      if (ended) break; // trailing junk, such as an ID3 tag
      throw new ClipProblem("damaged", `no Ogg page at byte ${at}, after ${page} pages`);
    }
    const segments = bytes[at + 26] ?? 0;
    const body = at + 27 + segments;
    const end = bytes.subarray(at + 27, body).reduce((sum, size) => sum + size, body);
    if (at + 27 > bytes.length || end > bytes.length) {
      throw new ClipProblem("truncated", `Ogg page ${page} ends at byte ${end}, the file at ${bytes.length}`);
    }
    if (pageChecksum(bytes, at, end) !== view.getUint32(at + 22, true)) {
      throw new ClipProblem("damaged", `Ogg page ${page} at byte ${at} does not match its checksum`);
    }
    head ??= bytes.subarray(body, end);
    const granule = view.getBigInt64(at + 6, true);
    if (granule >= 0n) lastGranule = Number(granule); // -1: no packet ends on this page
    ended = ((bytes[at + 5] ?? 0) & LAST_PAGE) !== 0;
    at = end;
  }
  if (!ended) throw new ClipProblem("truncated", "the Ogg stream stops before its last page");
  return { head: head ?? new Uint8Array(), lastGranule };
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

/** CRC-32 of a page with its own checksum field taken as zero. */
function pageChecksum(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const inField = i >= start + 22 && i < start + 26;
    value = (value << 8) ^ CRC_TABLE[(value >>> 24) ^ (inField ? 0 : bytes[i]!)]!;
  }
  return value >>> 0;
}
