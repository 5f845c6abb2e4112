import { FLACDecoder } from "@wasm-audio-decoders/flac";
import { ClipProblem } from "../clip-problem.ts";
import { checkDecodedSize, gatheringComplaints, viewOf, type DecodedAudio, type WasmResult } from "./decoded.ts";
import { withHeaderAtEnd } from "./flac-end.ts";
import { checkOggPages } from "./ogg-pages.ts";

/** FLAC (RFC 9639). Frames lost to damage show as fewer samples than STREAMINFO promises. Throws ClipProblem. */
export async function readFlac(bytes: Uint8Array): Promise<DecodedAudio> {
  if (bytes.length < 42) throw new ClipProblem("truncated", `${bytes.length} bytes, less than a FLAC header`);
  const expected = streamLength(bytes, 8);
  const result = await decode(withHeaderAtEnd(bytes));
  const found = result.samplesDecoded;
  if (expected > 0 && found < expected) {
    // Cut short, or damaged so that the parser lost its place: the two look alike from here.
    throw new ClipProblem("truncated", `${expected} samples promised, ${found} could be decoded: the file is cut short or damaged there`);
  }
  if (found === 0) throw new ClipProblem("empty", "the FLAC stream holds no audio");
  return { rate: result.sampleRate, channels: result.channelData };
}

/** FLAC in Ogg. Throws ClipProblem. */
export async function readOggFlac(bytes: Uint8Array): Promise<DecodedAudio> {
  const { head } = checkOggPages(bytes);
  // The mapping header (RFC 9639, section 10.1) is 13 bytes before "fLaC" and a STREAMINFO block.
  if (head.length < 51) throw new ClipProblem("damaged", "the FLAC header in the Ogg stream is cut short");
  const expected = streamLength(head, 17);
  const result = await decode(bytes);
  if (result.samplesDecoded < Math.max(1, expected)) {
    throw new ClipProblem("damaged", `${expected} samples promised, ${result.samplesDecoded} could be decoded`);
  }
  return { rate: result.sampleRate, channels: result.channelData };
}

/** Samples per channel that STREAMINFO at `at` promises, 0 when unknown; also refuses what memory could not hold. */
function streamLength(bytes: Uint8Array, at: number): number {
  const view = viewOf(bytes);
  const packed = view.getUint32(at + 10); // rate: 20 bits, channels - 1: 3, bits - 1: 5, then 4 bits of the count
  const frames = (packed & 15) * 2 ** 32 + view.getUint32(at + 14);
  checkDecodedSize(frames, ((packed >>> 9) & 7) + 1, Math.max(1, packed >>> 12));
  return frames;
}

/** The samples that were coded, as k / 2^(bits-1). */
async function decode(bytes: Uint8Array): Promise<WasmResult> {
  const decoder = new FLACDecoder();
  await decoder.ready;
  try {
    const { value, complaints } = gatheringComplaints(() => decoder.decodeFile(bytes));
    const result = await value;
    const fault = complaints[0] ?? result.errors[0]?.message;
    if (fault !== undefined) throw new ClipProblem("damaged", `the decoder reports: ${fault}`);
    // The decoder divides by 2^(bits-1) - 1: undo that, so that FLAC and WAV of one recording are equal.
    const scale = 2 ** (result.bitDepth - 1);
    for (const samples of result.channelData) {
      for (let i = 0; i < samples.length; i++) samples[i] = Math.round(samples[i]! * (scale - 1)) / scale;
    }
    return result;
  } finally {
    decoder.free();
  }
}
