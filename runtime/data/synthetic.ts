import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { uniform } from "./counter-hash.ts";
import { encodeFlac } from "./formats/flac-write.ts";
import { encodeWav } from "./formats/wav-write.ts";

/** Value of a sound `t` seconds after its start, `u` = t / duration in [0, 1); about [-1, 1]. */
type Sound = (t: number, u: number) => number;

/** Draws for one clip: `between` is log-uniform, `noise(i)` white in [-1, 1]. */
interface Draws {
  readonly between: (low: number, high: number) => number;
  readonly noise: (index: number) => number;
}

const TAU = 2 * Math.PI;

/** Classes told apart by their shape in time and frequency, not by pitch or level, which vary within each. */
const CLASSES: Record<string, (draws: Draws) => Sound> = {
  "chirp-up": (draws) => chirp(draws.between(200, 600), draws.between(2000, 5000)),
  "chirp-down": (draws) => chirp(draws.between(2000, 5000), draws.between(200, 600)),
  harmonic({ between }) {
    const [pitch, depth, speed] = [between(110, 440), between(0.01, 0.03), between(4, 7)];
    return (t) => {
      const phase = TAU * pitch * (t + (depth / (TAU * speed)) * Math.sin(TAU * speed * t));
      return [1, 2, 3, 4, 5, 6].reduce((sum, k) => sum + Math.sin(k * phase) / k, 0) / 2;
    };
  },
  clicks({ between }) {
    const [period, ring] = [1 / between(5, 15), between(1500, 4000)];
    return (t) => Math.exp(-(t % period) * 250) * Math.cos(TAU * ring * (t % period));
  },
  "am-noise"({ between, noise }) {
    const speed = between(3, 9);
    return (t) => noise(Math.round(t * 48000)) * (0.5 - 0.5 * Math.cos(TAU * speed * t));
  },
  "band-noise"({ between, noise }) {
    const low = between(400, 2500);
    return (t) => Array.from({ length: 24 }, (_, k) => Math.sin(TAU * (low * (1 + k / 40) * t + noise(k)))).reduce((sum, value) => sum + value, 0) / 8;
  },
  "two-tone"({ between }) {
    const [first, second, speed] = [between(500, 900), between(1400, 2600), between(2, 5)];
    return (t) => Math.sin(TAU * ((t * speed) % 1 < 0.5 ? first : second) * t);
  },
  siren({ between }) {
    const [centre, swing, speed] = [between(600, 1500), between(0.3, 0.6), between(0.8, 2)];
    return (t) => Math.sin(TAU * centre * (t - (swing / (TAU * speed)) * Math.cos(TAU * speed * t)));
  },
};

/** A tone that rises or falls at a constant ratio per second. */
function chirp(from: number, to: number): Sound {
  const octaves = Math.log(to / from);
  return (t, u) => (u === 0 ? 0 : Math.sin((TAU * from * (t / u) * (Math.exp(octaves * u) - 1)) / octaves));
}

export interface SyntheticOptions {
  /** Clips in all, spread evenly over the classes. */
  readonly count: number;
  /** How many of the 8 classes (8). */
  readonly classes?: number;
  /** Length of each clip (1). */
  readonly seconds?: number;
  /** Hz (16,000). */
  readonly rate?: number;
  readonly seed?: number;
}

/**
 * Writes short labelled clips as `<folder>/<label>/<number>.wav`, every third as flac: the same bytes for the same
 * options on any machine. Pitch, speed, level, onset and a faint background differ from clip to clip.
 */
export async function writeSyntheticClips(folder: string, options: SyntheticOptions): Promise<{ file: string; label: string }[]> {
  const { count, classes = 8, seconds = 1, rate = 16000, seed = 0 } = options;
  const labels = Object.keys(CLASSES).slice(0, classes);
  if (!(Number.isInteger(classes) && classes >= 1 && classes <= Object.keys(CLASSES).length)) {
    throw new UserError("JR406", `classes must be a whole number from 1 to ${Object.keys(CLASSES).length}, not ${classes}`);
  }
  const written: { file: string; label: string }[] = [];
  for (let i = 0; i < count; i++) {
    const label = labels[i % classes]!;
    const samples = syntheticClip(label, i, seconds, rate, seed);
    const flac = i % 3 === 2;
    const file = join(folder, label, `${String(i).padStart(5, "0")}.${flac ? "flac" : "wav"}`);
    await mkdir(join(folder, label), { recursive: true });
    await writeFile(file, flac ? encodeFlac(samples, rate) : encodeWav(samples, rate));
    written.push({ file, label });
  }
  return written;
}

/** f32[seconds * rate]. */
function syntheticClip(label: string, clip: number, seconds: number, rate: number, seed: number): Float32Array {
  let drawn = 0;
  const draws: Draws = {
    between: (low, high) => low * (high / low) ** uniform(seed, clip, 0, drawn++),
    noise: (index) => 2 * uniform(seed, clip, 1, index) - 1,
  };
  const sound = CLASSES[label]!(draws);
  const level = draws.between(0.08, 0.6);
  const duration = seconds * draws.between(0.6, 0.8);
  const onset = (seconds - duration) * uniform(seed, clip, 2);
  return Float32Array.from({ length: Math.round(seconds * rate) }, (_, i) => {
    const t = i / rate - onset;
    const background = 0.002 * (2 * uniform(seed, clip, 3, i) - 1);
    if (t < 0 || t >= duration) return background;
    const fade = Math.min(1, t / 0.01, (duration - t) / 0.01);
    return background + level * fade * Math.max(-1, Math.min(1, sound(t, t / duration)));
  });
}
