import { fourCC, viewOf } from "./decoded.ts";

/** One MPEG audio layer III frame header (ISO/IEC 11172-3 section 2.4.1.3; 13818-3 for the low rates). */
export interface Mp3Frame {
  /** Sampling rate, Hz. */
  readonly rate: number;
  readonly channels: 1 | 2;
  /** Samples per channel the frame decodes to. */
  readonly samples: number;
  /** Bytes of the whole frame, header included. */
  readonly bytes: number;
  /** Bytes of side information after the header: where a Xing tag may follow. */
  readonly sideInfo: number;
}

// kbit/s by index, for MPEG-1 and for MPEG-2/2.5 layer III. Index 0 is "free format", which no encoder in use writes.
const BITRATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const BITRATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const RATES = [44100, 48000, 32000];

/** The frame header at `at`, or undefined where there is none. */
export function mp3FrameAt(bytes: Uint8Array, at: number): Mp3Frame | undefined {
  if (at + 4 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1]! & 0xe0) !== 0xe0) return undefined;
  const version = (bytes[at + 1]! >> 3) & 3; // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const layer = (bytes[at + 1]! >> 1) & 3; // 1: layer III
  const baseRate = RATES[(bytes[at + 2]! >> 2) & 3];
  const first = version === 3;
  const bitrate = (first ? BITRATES_1 : BITRATES_2)[bytes[at + 2]! >> 4];
  if (version === 1 || layer !== 1 || baseRate === undefined || !bitrate) return undefined;
  const rate = first ? baseRate : version === 2 ? baseRate / 2 : baseRate / 4;
  const channels = bytes[at + 3]! >> 6 === 3 ? 1 : 2;
  const samples = first ? 1152 : 576;
  const padding = (bytes[at + 2]! >> 1) & 1;
  const sideInfo = first ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17;
  return { rate, channels, samples, bytes: Math.floor((samples / 8) * 1000 * bitrate / rate) + padding, sideInfo };
}

/** Bytes of the ID3v2 tags in front of the audio. */
export function id3Length(bytes: Uint8Array): number {
  let at = 0;
  while (at + 10 <= bytes.length && fourCC(bytes, at).startsWith("ID3")) {
    const size = [6, 7, 8, 9].reduce((sum, i) => sum * 128 + (bytes[at + i]! & 127), 0);
    at += 10 + size + (bytes[at + 5]! & 0x10 ? 10 : 0);
  }
  return at;
}

/** Offset of the first frame followed by another (or by the end): a lone sync word proves nothing. */
export function firstMp3Frame(bytes: Uint8Array, from: number, reach = 4096): number | undefined {
  for (let at = from; at < Math.min(bytes.length, from + reach); at++) {
    const frame = mp3FrameAt(bytes, at);
    if (!frame) continue;
    const next = mp3FrameAt(bytes, at + frame.bytes);
    if (at + frame.bytes === bytes.length || next?.rate === frame.rate) return at;
  }
  return undefined;
}

/** Number of frames a Xing/Info tag in the first frame promises (that frame itself not counted). */
export function xingFrameCount(bytes: Uint8Array, at: number, frame: Mp3Frame): number | undefined {
  const tag = at + 4 + frame.sideInfo;
  if (!["Xing", "Info"].includes(fourCC(bytes, tag)) || tag + 12 > bytes.length) return undefined;
  const view = viewOf(bytes);
  return view.getUint32(tag + 4) & 1 ? view.getUint32(tag + 8) : undefined;
}
