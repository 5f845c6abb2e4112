import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { encodeWav } from "../../runtime/data/formats/wav-write.ts";
import { tarOf } from "./tar.ts";

const RATE = 8000;

/** A clip of tones, one for each class in it, from second `start` to `end`, over faint noise. */
export function tones(seconds: number, parts: readonly { readonly class: number; readonly start?: number; readonly end?: number }[], seed: number): Uint8Array {
  let state = seed + 1;
  const samples = Float32Array.from({ length: seconds * RATE }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const time = i / RATE;
    const sound = parts.filter(({ start = 0, end = seconds }) => time >= start && time < end).reduce((sum, part) => sum + Math.sign(Math.sin(2 * Math.PI * 250 * 2 ** part.class * time)), 0);
    return 0.3 * sound + 0.02 * (state / 2 ** 31 - 1);
  });
  return encodeWav(samples, RATE);
}

interface MiniClip {
  readonly wav: Uint8Array;
  readonly json: unknown;
}

/** Writes a shard as WebDataset has it: key.wav and key.json one after the other. */
export function writeShard(path: string, clips: readonly MiniClip[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const files = clips.flatMap(({ wav, json }, i): [string, Uint8Array | string][] => [[`clip${i}.wav`, wav], [`clip${i}.json`, JSON.stringify(json)]]);
  writeFileSync(path, tarOf(Object.fromEntries(files)));
}

const classClips = (count: number, seconds: number, label: (c: number) => unknown, seed: number): MiniClip[] =>
  Array.from({ length: count }, (_, i) => ({ wav: tones(seconds, [{ class: i % 2 }], seed + i), json: label(i % 2) }));

/** A small X-ARES, in its own names and keys: a task of every kind. */
export function writeMiniSuite(folder: string): void {
  const shard = (task: string, name: string, clips: readonly MiniClip[]): void => {
    writeShard(join(folder, task, name), clips);
  };
  // Folds, integer labels.
  for (const fold of [1, 2, 3, 4, 5]) shard("esc50", `wds-audio-fold-${fold}-000000.tar`, classClips(4, 0.5, (c) => ({ label: c }), 10 * fold));
  // Splits, several shards in one; a name that the pattern must not take.
  for (const part of [0, 1]) shard("cremad", `wds-audio-train-00000${part}.tar`, classClips(6, 0.5, (c) => ({ label: "HS"[c] }), 100 + 10 * part));
  shard("cremad", "wds-audio-valid-000000.tar", classClips(4, 0.5, (c) => ({ label: "HS"[c] }), 120));
  shard("cremad", "wds-audio-test-000000.tar", classClips(6, 0.5, (c) => ({ label: "HS"[c] }), 130));
  shard("cremad", "other.tar", classClips(2, 0.5, () => ({ label: "X" }), 140));
  // Crops: 5 s of 12 give two samples each, a shorter clip is padded to one.
  const gender = (c: number): unknown => ({ gender: "MF"[c], trans: "WORDS" });
  shard("librispeechmalefemale", "train-clean-100-000000.tar", classClips(4, 12, gender, 200));
  shard("librispeechmalefemale", "dev-clean-000000.tar", classClips(2, 12, gender, 210));
  shard("librispeechmalefemale", "test-clean-000000.tar", [...classClips(2, 12, gender, 220), ...classClips(2, 2, gender, 230)]);
  // Several classes a clip.
  const several = (count: number, seed: number): MiniClip[] =>
    Array.from({ length: count }, (_, i) => {
      const classes = [[0], [1], [0, 2], [1, 2]][i % 4]!;
      return { wav: tones(1, classes.map((c) => ({ class: c })), seed + i), json: { soundevent: classes.map((c) => ["Bark", "Bell", "Rain"][c]).join(";") } };
    });
  for (const [name, count] of [["train", 8], ["validation", 4], ["eval", 8]] as const) shard("fsd50k", `fsd50k_${name}_000000.tar`, several(count, 300 + count));
  // Events in time; valid and test are the same shards.
  const events = (count: number, seed: number, json: (c: number, start: number, end: number) => unknown): MiniClip[] =>
    Array.from({ length: count }, (_, i) => ({ wav: tones(10, [{ class: i % 2, start: 1 + i, end: 5 + i }], seed + i), json: [json(i % 2, 1 + i, 5 + i)] }));
  const desed = (c: number, onset: number, offset: number): unknown => ({ onset, offset, label: ["Cat", "Dog"][c] });
  shard("desed", "wds-audio-train-000000.tar", events(4, 400, desed));
  shard("desed", "wds-audio-eval-000000.tar", events(2, 410, desed));
  const maestro = (c: number, start: number, end: number): unknown => ({ start, end, note: 60 + c });
  for (const name of ["train", "valid", "test"]) shard("maestro", `maestro_${name}_000000.tar`, events(2, 500 + name.length, maestro));
  // Captions.
  const captions = ["a low hum", "one deep tone", "something buzzes", "the low note", "a drone, deep"];
  const high = ["a high beep", "one sharp tone", "something whistles", "the high note", "a squeal, sharp"];
  const captioned = (count: number, seed: number): MiniClip[] =>
    Array.from({ length: count }, (_, i) => ({ wav: tones(2, [{ class: i % 2 }], seed + i), json: Object.fromEntries((i % 2 === 0 ? captions : high).map((text, n) => [`caption_${n + 1}`, text])) }));
  for (const [name, count] of [["development", 4], ["evaluation", 2], ["validation", 2]] as const) shard("clotho", `clotho_${name}_000000.tar`, captioned(count, 600 + count));
}
