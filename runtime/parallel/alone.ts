import type { Collective } from "./collective.ts";

/** A group of one: what a run on one device is. */
export const ALONE: Collective = {
  rank: 0,
  world: 1,
  carrier: "nothing",
  async allReduceSum(from, into) {
    if (from !== into) into.set(from);
  },
  async reduceScatter(from, into) {
    into.set(from);
  },
  async allGather(own, into) {
    into.set(own);
  },
  async broadcast() {},
  async gather(message) {
    return [message];
  },
  async barrier() {},
  fail() {},
  async close() {},
};
