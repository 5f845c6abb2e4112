import { ClipProblem } from "../clip-problem.ts";
import { HIGHEST_RATE, LOWEST_RATE } from "../rate.ts";
import type { DecodedAudio } from "./decoded.ts";
import { readFlac, readOggFlac } from "./flac-read.ts";
import { readMp3 } from "./mp3-read.ts";
import { id3Length } from "./mp3-frames.ts";
import { readOpus, readVorbis } from "./ogg.ts";
import { sniffFormat, type AudioFormat } from "./sniff.ts";
import { readWav } from "./wav-read.ts";

/** Decodes a whole file of any format we read, told by its content. Throws ClipProblem and nothing else. */
export async function decodeAudio(bytes: Uint8Array): Promise<DecodedAudio> {
  if (bytes.length === 0) throw new ClipProblem("empty", "the file has no bytes");
  const sniffed = sniffFormat(bytes);
  if (!sniffed) throw new ClipProblem("not-audio", "not WAV, FLAC, Ogg (Vorbis, Opus, FLAC) or MP3 by its content");
  if ("unsupported" in sniffed) {
    throw new ClipProblem("unsupported", `${sniffed.unsupported} is not read: convert it to FLAC or WAV`);
  }
  const audio = await decodeAs(sniffed.format, bytes).catch((error: unknown) => {
    if (error instanceof ClipProblem) throw error;
    // Whatever a decoder throws on malformed input says no more than that.
    throw new ClipProblem("damaged", `the ${sniffed.format} decoder failed: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (!(audio.rate >= LOWEST_RATE && audio.rate <= HIGHEST_RATE)) {
    throw new ClipProblem("damaged", `a sampling rate of ${audio.rate} Hz (expected ${LOWEST_RATE} to ${HIGHEST_RATE})`);
  }
  if (!audio.channels[0]?.length) throw new ClipProblem("empty", `the ${sniffed.format} file holds no samples`);
  return audio;
}

async function decodeAs(format: AudioFormat, bytes: Uint8Array): Promise<DecodedAudio> {
  switch (format) {
    case "wav":
      return readWav(bytes);
    case "flac":
      return readFlac(bytes.subarray(id3Length(bytes)));
    case "ogg flac":
      return readOggFlac(bytes);
    case "vorbis":
      return readVorbis(bytes);
    case "opus":
      return readOpus(bytes);
    case "mp3":
      return readMp3(bytes);
  }
}
