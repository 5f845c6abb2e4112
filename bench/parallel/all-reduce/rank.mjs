// One rank of bench/parallel/all-reduce/run.mjs: the same as all-reduce.c, through the runtime's collective.
import { joinGroup } from "../../../runtime/dist/parallel/index.js";
import { SharedMemory } from "../../../runtime/dist/parallel/shared-memory/shared-memory.js";

const { JEPAC_BENCH, JEPAC_GROUP, JEPAC_RANK, JEPAC_WORLD } = process.env;
// As it is where koffi is not installed.
const byFiles = () => SharedMemory.join(JEPAC_GROUP, Number(JEPAC_RANK), Number(JEPAC_WORLD), undefined, null);
const group = await (JEPAC_BENCH === "files" ? byFiles() : joinGroup());
const numbers = process.argv.slice(2).map(Number);
for (let i = 0; i + 1 < numbers.length; i += 2) {
  const [bytes, rounds] = [numbers[i], numbers[i + 1]];
  const from = Float32Array.from({ length: bytes / 4 }, (_, k) => group.rank + (k % 7));
  const into = new Float32Array(bytes / 4).fill(0); // as C does: each page is there before the first round
  for (let round = 0; round < rounds; round++) {
    await group.barrier();
    const start = performance.now();
    await group.allReduceSum(from, into);
    if (group.rank === 0) console.log(`${bytes} ${((performance.now() - start) / 1000).toFixed(9)}`);
  }
  const wrong = into.findIndex((value, k) => value !== group.world * (k % 7) + (group.world * (group.world - 1)) / 2);
  if (wrong >= 0) throw new Error(`element ${wrong} is ${into[wrong]}`);
}
await group.close();
