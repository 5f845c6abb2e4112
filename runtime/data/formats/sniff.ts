import { fourCC } from "./decoded.ts";
import { firstMp3Frame, id3Length } from "./mp3-frames.ts";

export type AudioFormat = "wav" | "flac" | "ogg flac" | "vorbis" | "opus" | "mp3";

/** Bytes from the start of a file that `sniffFormat` wants to see (an ID3 tag with a picture may be longer). */
export const SNIFF_BYTES = 4096;

/** Audio (and look-alikes) we can name but not read, by what stands at the start. */
const UNSUPPORTED: readonly [name: string, at: number, text: string][] = [
  ["AIFF", 0, "FORM"],
  ["MP4/AAC (m4a)", 4, "ftyp"],
  ["CAF", 0, "caff"],
  ["AU", 0, ".snd"],
  ["WavPack", 0, "wvpk"],
  ["Monkey's Audio", 0, "MAC "],
  ["WMA", 0, "0&\xb2u"],
  ["Matroska/WebM", 0, "\x1aE\xdf\xa3"],
  ["big-endian WAV (RIFX)", 0, "RIFX"],
  ["AMR", 0, "#!AM"],
];

/** The format by content alone; names lie. `unsupported` names an audio format that is not read. */
export function sniffFormat(bytes: Uint8Array): { format: AudioFormat } | { unsupported: string } | undefined {
  const magic = fourCC(bytes, 0);
  if (["RIFF", "RF64", "BW64"].includes(magic)) {
    return fourCC(bytes, 8) === "WAVE" || bytes.length < 12 ? { format: "wav" } : undefined;
  }
  if (magic === "fLaC") return { format: "flac" };
  if (magic === "OggS") return sniffOgg(bytes);
  const unsupported = UNSUPPORTED.find(([, at, text]) => fourCC(bytes, at) === text);
  if (unsupported) return { unsupported: unsupported[0] };
  const tag = id3Length(bytes);
  if (tag > 0) return { format: fourCC(bytes, tag) === "fLaC" ? "flac" : "mp3" };
  // AAC in ADTS shares MP3's sync word, with layer bits 00.
  if (bytes[0] === 0xff && (bytes[1]! & 0xf6) === 0xf0) return { unsupported: "AAC (ADTS)" };
  return firstMp3Frame(bytes, 0) === undefined ? undefined : { format: "mp3" };
}

function sniffOgg(bytes: Uint8Array): { format: AudioFormat } | { unsupported: string } {
  const head = 27 + (bytes[26] ?? 0);
  const codec = String.fromCharCode(...bytes.subarray(head, head + 8));
  if (codec.startsWith("\x01vorbis")) return { format: "vorbis" };
  if (codec === "OpusHead") return { format: "opus" };
  if (codec.startsWith("\x7fFLAC")) return { format: "ogg flac" };
  return { unsupported: codec.startsWith("Speex") ? "Speex" : "an unknown codec in Ogg" };
}
