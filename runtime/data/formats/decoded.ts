import { ClipProblem } from "../clip-problem.ts";

/** Audio as the file had it. */
export interface DecodedAudio {
  /** Sampling rate, Hz. */
  readonly rate: number;
  /** One array per channel, equal lengths, nominally in [-1, 1]. */
  readonly channels: readonly Float32Array[];
}

/** Samples over all channels that one clip may decode to: 1 GiB of float32, about 50 minutes of 44.1 kHz stereo. */
const MAX_DECODED_SAMPLES = 2 ** 28;

/** Throws "too-long" before memory is asked for. `frames` counts samples per channel. */
export function checkDecodedSize(frames: number, channels: number, rate: number): void {
  if (frames * channels <= MAX_DECODED_SAMPLES) return;
  const minutes = (frames / rate / 60).toFixed(0);
  throw new ClipProblem("too-long", `${minutes} minutes of ${channels}-channel audio at ${rate} Hz: cut it into shorter files`);
}

/** Four characters at `at`, or fewer at the end of the bytes. */
export function fourCC(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** What every `@wasm-audio-decoders` decoder returns. */
export interface WasmResult {
  readonly channelData: Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly { readonly message: string }[];
}

/**
 * Runs `work`, which must do its decoding synchronously, and gathers what the decoders print with
 * `console.error`, which is how they report faults. mpg123-decoder can repeat one fault without end:
 * throwing from the patched console is what stops it.
 */
export function gatheringComplaints<T>(work: () => T): { value: T; complaints: string[] } {
  const complaints: string[] = [];
  const original = console.error;
  console.error = (...parts: unknown[]) => {
    complaints.push(parts.join(" ").replace(/\s+/g, " "));
    if (complaints.length > 100) throw new ClipProblem("damaged", complaints[0] ?? "the decoder failed");
  };
  try {
    return { value: work(), complaints };
  } finally {
    console.error = original;
  }
}
