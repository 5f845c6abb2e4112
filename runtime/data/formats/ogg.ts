import { OggVorbisDecoder } from "@wasm-audio-decoders/ogg-vorbis";
import { OggOpusDecoder } from "ogg-opus-decoder";
import { ClipProblem } from "../clip-problem.ts";
import { checkDecodedSize, viewOf, type DecodedAudio, type WasmResult } from "./decoded.ts";
import { checkOggPages } from "./ogg-pages.ts";

/** Ogg Vorbis. Throws ClipProblem. */
export async function readVorbis(bytes: Uint8Array): Promise<DecodedAudio> {
  const { head, lastGranule } = checkOggPages(bytes);
  // Identification header (Vorbis I, section 4.2.2): type, "vorbis", version, channels, rate.
  if (head.length < 16) throw new ClipProblem("damaged", "the Vorbis identification header is cut short");
  const [channels, rate] = [head[11] ?? 0, viewOf(head).getUint32(12, true)];
  checkDecodedSize(lastGranule, channels, rate);
  const decoder = new OggVorbisDecoder();
  return decodeOgg(decoder, bytes, 0, lastGranule);
}

/** Ogg Opus: always 48 kHz, whatever was encoded. Throws ClipProblem. */
export async function readOpus(bytes: Uint8Array): Promise<DecodedAudio> {
  const { head, lastGranule } = checkOggPages(bytes);
  // Identification header (RFC 7845, section 5.1): "OpusHead", version, channels, pre-skip.
  if (head.length < 19) throw new ClipProblem("damaged", "the Opus identification header is cut short");
  const preSkip = viewOf(head).getUint16(10, true);
  checkDecodedSize(lastGranule, head[9] ?? 0, 48000);
  return decodeOgg(new OggOpusDecoder(), bytes, preSkip, lastGranule);
}

interface OggDecoder {
  readonly ready: Promise<void>;
  decodeFile(bytes: Uint8Array): Promise<WasmResult>;
  free(): void;
}

async function decodeOgg(decoder: OggDecoder, bytes: Uint8Array, preSkip: number, lastGranule: number): Promise<DecodedAudio> {
  await decoder.ready;
  try {
    const result = await decoder.decodeFile(bytes);
    const fault = result.errors[0];
    if (fault) throw new ClipProblem("damaged", `the decoder reports: ${fault.message}`);
    if (result.samplesDecoded === 0) throw new ClipProblem("empty", "the stream holds no audio");
    // The last granule position counts the pre-skip; the decoder has dropped the pre-skip itself,
    // but leaves as many samples of encoder padding at the end.
    const frames = Math.min(result.samplesDecoded, Math.max(0, lastGranule - preSkip));
    return { rate: result.sampleRate, channels: result.channelData.map((samples) => samples.subarray(0, frames)) };
  } finally {
    decoder.free();
  }
}
