import { setImmediate as nextTurn } from "node:timers/promises";

/** Milliseconds between two looks at the device: short at first, for small work, then growing to the longest. */
const SHORTEST_NAP = 0.05;
const LONGEST_NAP = 2;

const cell = new Int32Array(new SharedArrayBuffer(4));
let waiting = 0;
let pacing = false;

/**
 * Waits for a WebGPU promise without burning a core. While such a promise is pending, dawn.node runs the event loop
 * without pause; with a software driver that takes the time from the very work waited for. Here the thread naps
 * between turns instead. Other callbacks still run, at most {@link LONGEST_NAP} ms late.
 */
export async function sleepUntil<T>(promise: Promise<T>): Promise<T> {
  waiting++;
  if (!pacing) void pace();
  try {
    return await promise;
  } finally {
    waiting--;
  }
}

/** One loop serves all waiters, so that two of them do not nap twice as long. */
async function pace(): Promise<void> {
  pacing = true;
  await nextTurn();
  for (let nap = SHORTEST_NAP; waiting > 0; nap = Math.min(1.3 * nap, LONGEST_NAP)) {
    Atomics.wait(cell, 0, 0, nap);
    await nextTurn();
  }
  pacing = false;
}
