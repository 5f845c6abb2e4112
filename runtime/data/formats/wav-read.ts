import { ClipProblem } from "../clip-problem.ts";
import { checkDecodedSize, fourCC, viewOf, type DecodedAudio } from "./decoded.ts";

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
const CODEC_NAMES: Record<number, string> = { 2: "MS ADPCM", 6: "A-law", 7: "mu-law", 0x11: "IMA ADPCM", 0x55: "MP3" };

interface Format {
  readonly codec: typeof PCM | typeof FLOAT;
  readonly channels: number;
  readonly rate: number;
  /** Bytes one sample of one channel takes; 12-, 20- and 24-bit samples sit at the top of their container. */
  readonly width: number;
}

/**
 * Reads RIFF/WAVE, RF64 and BW64: PCM of 8, 16, 24 and 32 bits, float of 32 and 64 bits, plain or
 * WAVE_FORMAT_EXTENSIBLE (Microsoft, "Multiple channel audio data and WAVE files"; EBU Tech 3306 for RF64).
 * Integers map to [-1, 1) by division by 2^(bits-1). Throws ClipProblem.
 */
export function readWav(bytes: Uint8Array): DecodedAudio {
  const view = viewOf(bytes);
  let format: Format | undefined;
  let data: { at: number; size: number } | undefined;
  let bigDataSize: number | undefined;

  for (let at = 12; at + 8 <= bytes.length && !(format && data); ) {
    const id = fourCC(bytes, at);
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (id === "ds64" && body + 16 <= bytes.length) bigDataSize = Number(view.getBigUint64(body + 8, true));
    if (id === "fmt ") format = readFormat(bytes, body, Math.min(size, bytes.length - body));
    if (id === "data") data = { at: body, size: dataSize(bytes, body, size, bigDataSize) };
    at = nextChunk(bytes, body, data?.at === body ? data.size : size);
  }

  if (!format) throw new ClipProblem(data ? "damaged" : "truncated", "the WAV file has no fmt chunk");
  if (!data) throw new ClipProblem("truncated", "the WAV file has no data chunk");
  const block = format.width * format.channels;
  const available = bytes.length - data.at;
  if (data.size - available >= block) {
    throw new ClipProblem("truncated", `the data chunk promises ${data.size} bytes, ${available} are there`);
  }
  const frames = Math.floor(Math.min(data.size, available) / block);
  checkDecodedSize(frames, format.channels, format.rate);
  return { rate: format.rate, channels: deinterleave(view, data.at, frames, format) };
}

function readFormat(bytes: Uint8Array, at: number, size: number): Format {
  if (size < 16) throw new ClipProblem("truncated", `the fmt chunk has ${size} bytes, at least 16 are needed`);
  const view = viewOf(bytes);
  let tag = view.getUint16(at, true);
  const channels = view.getUint16(at + 2, true);
  const rate = view.getUint32(at + 4, true);
  const block = view.getUint16(at + 12, true);
  const bits = view.getUint16(at + 14, true);
  // The sub-format is a GUID that begins with the plain tag.
  if (tag === EXTENSIBLE && size >= 26) tag = view.getUint16(at + 24, true);
  if (tag !== PCM && tag !== FLOAT) {
    const name = CODEC_NAMES[tag] ?? "an unknown codec";
    throw new ClipProblem("unsupported", `WAV with ${name} (format tag ${tag}): convert it to PCM or FLAC`);
  }
  if (channels === 0 || rate === 0) throw new ClipProblem("damaged", `the fmt chunk says ${channels} channels at ${rate} Hz`);
  const width = block % channels === 0 && block > 0 ? block / channels : Math.ceil(bits / 8);
  const widths = tag === PCM ? [1, 2, 3, 4] : [4, 8];
  if (!widths.includes(width) || width * 8 < bits) {
    throw new ClipProblem("unsupported", `WAV with ${bits}-bit ${tag === PCM ? "PCM" : "float"} samples in ${width} bytes`);
  }
  return { codec: tag, channels, rate, width };
}

/** Programs that write to a pipe cannot know the size: they leave 0, or the largest value they can. */
function dataSize(bytes: Uint8Array, body: number, declared: number, ds64: number | undefined): number {
  const available = bytes.length - body;
  if (declared === 0xffffffff) return ds64 ?? available;
  if (declared >= 0x7ffff000 && declared > available) return available;
  const riffSize = viewOf(bytes).getUint32(4, true);
  if (declared === 0 && (riffSize === 0 || riffSize === 0xffffffff)) return available;
  return declared;
}

/** Chunks are padded to even length, but some writers forget: believe whichever place holds a chunk name. */
function nextChunk(bytes: Uint8Array, body: number, size: number): number {
  const end = body + size;
  const isName = (at: number) => /^[\x20-\x7e]{4}$/.test(fourCC(bytes, at));
  return size % 2 === 1 && (isName(end + 1) || !isName(end)) ? end + 1 : end;
}

function deinterleave(view: DataView, at: number, frames: number, { codec, channels, width }: Format): Float32Array[] {
  const read = sampleReader(view, codec, width);
  return Array.from({ length: channels }, (_, channel) => {
    const out = new Float32Array(frames);
    let offset = at + channel * width;
    for (let i = 0; i < frames; i++, offset += channels * width) out[i] = read(offset);
    return out;
  });
}

/** DataView reads at any byte, so a data chunk at an odd address needs no copy. */
function sampleReader(view: DataView, codec: Format["codec"], width: number): (offset: number) => number {
  if (codec === FLOAT) return width === 4 ? (o) => view.getFloat32(o, true) : (o) => view.getFloat64(o, true);
  switch (width) {
    case 1:
      return (o) => (view.getUint8(o) - 128) / 128; // 8-bit WAV alone is unsigned
    case 2:
      return (o) => view.getInt16(o, true) / 2 ** 15;
    case 3:
      return (o) => (view.getUint16(o, true) + view.getInt8(o + 2) * 65536) / 2 ** 23;
    default:
      return (o) => view.getInt32(o, true) / 2 ** 31;
  }
}
