import { hardKeywords, softKeywords } from "../../compiler/syntax/tokens.ts";
import { mutateOnce, mutateWord } from "../compiler/syntax/mutate.ts";

/** Damages `text`; `others` are texts to take pieces from. `draw` gives numbers in [0, 1). */
export type Damage = (text: string, draw: () => number, others: readonly string[]) => string;

const keywords = new Set([...hardKeywords, ...softKeywords].map(({ PATTERN }) => PATTERN).filter((word) => typeof word === "string"));
const numbers = ["0", "1", "2", "3", "5", "7", "-1", "-3", "0.5", "2.0", "-0.0", "1e-3", "1e9", "1e38", "4_096", "65_536", "2_147_483_648", "9_007_199_254_740_993"];

/** Characters or lines dropped, doubled, swapped, inserted: most no longer parse. */
const characters: Damage = mutateOnce;

/** One or two words, numbers or marks changed, dropped or doubled: most parse, few have types. */
const words: Damage = (text, draw) => (draw() < 0.7 ? mutateWord(text, draw) : mutateWord(mutateWord(text, draw), draw));

/** A name in the place of another: nearly all parse, and many have types. */
const names: Damage = (text, draw) => {
  const all = [...text.matchAll(/[A-Za-z_]\w*/g)].filter(([word]) => !keywords.has(word));
  const [old, other] = [all[Math.floor(draw() * all.length)]!, all[Math.floor(draw() * all.length)]!];
  return text.slice(0, old.index) + other[0] + text.slice(old.index + old[0].length);
};

/** A line of another model in the place of one, or before it. */
const lines: Damage = (text, draw, others) => {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(draw() * list.length)]!;
  const own = text.split("\n");
  own.splice(Math.floor(draw() * own.length), draw() < 0.5 ? 1 : 0, pick(pick(others).split("\n")));
  return own.join("\n");
};

/** One or two numbers changed, also to absurd ones: many still have types, and fail where sizes become known. */
const sizes: Damage = (text, draw) => {
  let result = text;
  for (let times = 1 + Math.floor(draw() * 2); times > 0; times--) {
    const all = [...result.matchAll(/\b\d[\d_]*(?:\.\d+)?(?:e-?\d+)?\b/g)];
    const { index, 0: old } = all[Math.floor(draw() * all.length)]!;
    result = result.slice(0, index) + numbers[Math.floor(draw() * numbers.length)]! + result.slice(index + old.length);
  }
  return result;
};

/** Each kind with its share of the cases: the deeper a case gets into the compiler, the longer it takes. */
const kinds: readonly (readonly [share: number, Damage])[] = [
  [0.2, characters],
  [0.25, words],
  [0.3, names],
  [0.13, lines],
  [0.12, sizes],
];

/** One kind of damage, drawn by its share. */
export const anyDamage: Damage = (text, draw, others) => {
  let left = draw();
  const [, damage] = kinds.find(([share]) => (left -= share) < 0) ?? kinds[0]!;
  return damage(text, draw, others);
};
