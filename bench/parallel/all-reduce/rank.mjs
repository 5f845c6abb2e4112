// One rank of bench/parallel/all-reduce/run.mjs: the same as all-reduce.c, through the runtime's collective; after the
// argument `f16`, of as many numbers in half precision.
import { joinGroup } from "../../../runtime/dist/parallel/index.js";
import { evenParts, scaled } from "../../../runtime/dist/parallel/parts.js";
import { SharedMemory } from "../../../runtime/dist/parallel/shared-memory/shared-memory.js";

const { JEPAC_BENCH, JEPAC_GROUP, JEPAC_RANK, JEPAC_WORLD } = process.env;
// As it is where koffi is not installed.
const byFiles = () => SharedMemory.join(JEPAC_GROUP, Number(JEPAC_RANK), Number(JEPAC_WORLD), undefined, null);
const group = await (JEPAC_BENCH === "files" ? byFiles() : joinGroup());
const half = process.argv[2] === "f16";
const numbers = process.argv.slice(half ? 3 : 2).map(Number);
for (let i = 0; i + 1 < numbers.length; i += 2) {
  const [bytes, rounds] = [numbers[i], numbers[i + 1]];
  const sum = half ? halves(bytes / 256) : singles(bytes / 4);
  for (let round = 0; round < rounds; round++) {
    await group.barrier();
    const start = performance.now();
    await sum.run();
    if (group.rank === 0) console.log(`${bytes} ${((performance.now() - start) / 1000).toFixed(9)}`);
  }
  sum.check();
}
await group.close();

function singles(count) {
  const from = Float32Array.from({ length: count }, (_, k) => group.rank + (k % 7));
  const into = new Float32Array(count).fill(0); // as C does: each page is there before the first round
  return {
    run: () => group.allReduceSum(from, into),
    check() {
      const wrong = into.findIndex((value, k) => value !== group.world * (k % 7) + (group.world * (group.world - 1)) / 2);
      if (wrong >= 0) throw new Error(`element ${wrong} is ${into[wrong]}`);
    },
  };
}

/** Blocks of 64 ones: a power of 1, then f16 of 1. Their sums come back as f16 of 2^14, for any number of ranks that is a power of two. */
function halves(blocks) {
  const from = new Uint16Array(66 * blocks).fill(0x3c00);
  for (let block = 0; block < blocks; block++) from.set([0, 0x3f80], 66 * block);
  const into = new Uint8Array(from.byteLength).fill(0);
  const parts = scaled(evenParts(blocks, group.world), 132);
  const own = new Uint8Array(parts[group.rank][1] - parts[group.rank][0]);
  return {
    async run() {
      await group.reduceScatter(new Uint8Array(from.buffer), own, parts, "f16");
      await group.allGather(own, into, parts);
    },
    check() {
      const [powers, sums] = [new Float32Array(into.buffer), new Uint16Array(into.buffer)];
      for (let block = 0; block < blocks; block++) {
        if (powers[33 * block] !== group.world / 2 ** 14 || sums[66 * block + 65] !== 0x7400) throw new Error(`block ${block} is ${powers[33 * block]} times ${sums[66 * block + 65]}`);
      }
    },
  };
}
