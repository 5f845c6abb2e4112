import { ClipProblem } from "./clip-problem.ts";
import { decodeAudio } from "./formats/decode.ts";
import { resample } from "./resample.ts";

/** Peak-to-peak below this (-120 dB of full scale) is silence: a lossy coder's silence is not exactly zero. */
const SILENCE = 1e-6;
/** No recording has such samples; the squares of larger ones would overflow float32 in a power spectrum. */
const ABSURD = 1e9;

/**
 * File bytes to what a model is fed: mono (mean of the channels), at `rate` Hz, finite and not constant.
 * Throws ClipProblem.
 */
export async function monoClip(bytes: Uint8Array, rate: number): Promise<Float32Array> {
  const audio = await decodeAudio(bytes);
  const mono = downmix(audio.channels);
  checkSignal(mono);
  const clip = resample(mono, audio.rate, rate);
  // Ultrasound alone is a signal before resampling and none after it.
  if (clip !== mono) checkSignal(clip);
  return clip;
}

/** Mean over the channels, equal lengths assumed. */
export function downmix(channels: readonly Float32Array[]): Float32Array {
  const [first, ...others] = channels;
  if (!first) return new Float32Array();
  if (others.length === 0) return first;
  const mono = new Float32Array(first.length);
  for (let i = 0; i < mono.length; i++) {
    let sum = first[i]!;
    for (const channel of others) sum += channel[i]!;
    mono[i] = sum / channels.length;
  }
  return mono;
}

function checkSignal(samples: Float32Array): void {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i]!;
    if (!(Math.abs(value) < ABSURD)) throw new ClipProblem("non-finite", `sample ${i} is ${value}`);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (high - low < SILENCE) throw new ClipProblem("silent", `all ${samples.length} samples are ${((high + low) / 2).toPrecision(3)}`);
}
