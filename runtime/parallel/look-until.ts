import { setImmediate as nextTurn } from "node:timers/promises";
import { nap } from "./nap.ts";

/** Looks between two of the clock, which costs about as much as a look. */
const LOOKS = 16;
/** ms without a pause after which other callbacks get a turn. */
const TURN = 0.25;
/** ms of the first nap, and of the longest. */
const [FIRST_NAP, LONGEST_NAP] = [0.02, 1];
/** ms of looking without a pause where nothing but the others' arrival is awaited: a nap and its end take a tenth. */
export const SPIN = 0.3;

/**
 * Resolves once `done` is true. Looks without a pause at first, since a nap would be as long as what is awaited; then
 * between naps: the core belongs to those who compute.
 * @param spin ms without a pause
 * @param hope called before each nap; throws where there is nothing left to wait for
 */
export async function lookUntil(done: () => boolean, spin: number, hope: () => void): Promise<void> {
  const began = performance.now();
  for (let now = began, turned = began; now - began < spin; now = performance.now()) {
    for (let look = 0; look < LOOKS; look++) if (done()) return;
    if (now - turned < TURN) continue;
    await nextTurn();
    turned = performance.now();
  }
  for (let rest = FIRST_NAP; !done(); rest = Math.min(1.3 * rest, LONGEST_NAP)) {
    hope();
    await nap(rest);
  }
}
