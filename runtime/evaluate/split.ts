import { UserError } from "../errors.ts";
import { mix32 } from "../plan/random.ts";

export type Side = "train" | "test";

/** How clips are divided: by a table, or a share of each class by a seeded hash of the clips' names. */
export type Split =
  | { readonly kind: "hash"; readonly testShare: number; readonly seed: number }
  | { readonly kind: "given"; readonly sideOf: (name: string) => Side | undefined };

export const DEFAULT_SPLIT: Split = { kind: "hash", testShare: 0.2, seed: 0 };

export interface LabelledClip {
  readonly name: string;
  readonly label: string;
}

/**
 * The side of each clip, undefined for those a given table leaves out. A hashed split is stratified: of every class
 * with two clips or more, at least one is on each side. Whether a clip is tested depends on the names in its class
 * and the seed, not on the order of the clips. Throws a UserError JR611 where a side stays empty.
 */
export function splitClips(clips: readonly LabelledClip[], split: Split): (Side | undefined)[] {
  const sides = split.kind === "given" ? clips.map((clip) => split.sideOf(clip.name)) : hashed(clips, split.testShare, split.seed);
  for (const side of ["train", "test"] as const) {
    if (!sides.includes(side)) throw new UserError("JR611", `no labelled clip is on the ${side} side of the split`, "Give more clips a label, at least two a class, or another split.");
  }
  return sides;
}

function hashed(clips: readonly LabelledClip[], testShare: number, seed: number): Side[] {
  if (!(testShare > 0 && testShare < 1)) throw new UserError("JR611", `the share of clips to test must lie between 0 and 1, found ${testShare}`);
  const sides = clips.map((): Side => "train");
  const classes = new Map<string, number[]>();
  clips.forEach(({ label }, i) => {
    const members = classes.get(label);
    if (members) members.push(i);
    else classes.set(label, [i]);
  });
  for (const members of classes.values()) {
    const drawn = members
      .map((i) => ({ i, key: hashText(clips[i]!.name, seed), name: clips[i]!.name }))
      .sort((a, b) => a.key - b.key || (a.name < b.name ? -1 : 1));
    const tested = Math.min(members.length - 1, Math.max(1, Math.round(testShare * members.length)));
    for (const { i } of drawn.slice(0, tested)) sides[i] = "test";
  }
  return sides;
}

/** 32 bits of a text and a seed. */
function hashText(text: string, seed: number): number {
  let hash = mix32(seed >>> 0);
  for (const byte of new TextEncoder().encode(text)) hash = mix32(hash ^ byte);
  return hash;
}
