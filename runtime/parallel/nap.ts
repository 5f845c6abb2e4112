import { setImmediate as nextTurn } from "node:timers/promises";

const cell = new Int32Array(new SharedArrayBuffer(4));

/**
 * Sleeps for less than a timer can, then lets other callbacks run. A timer's shortest wait of a millisecond is as long
 * as an exchange between two processes of one machine takes.
 * @param milliseconds the thread is blocked for so long
 */
export async function nap(milliseconds: number): Promise<void> {
  Atomics.wait(cell, 0, 0, milliseconds);
  await nextTurn();
}
