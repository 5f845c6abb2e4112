// A rank that mpi.test.ts starts: what it learns goes to stdout as a line of JSON.
import { joinGroup } from "../../../runtime/dist/parallel/index.js";

const group = await joinGroup();
const values = Float32Array.from({ length: 100_000 }, (_, i) => Math.sin(1 + i * 0.37 + group.rank * 11.3));
const into = new Float32Array(values.length);
await group.allReduceSum(values, into);
await group.allReduceSum(values, values);
// Parts of unequal length, in both formats. Whole numbers are exact in half precision: the powers are 1, each f16 is below 2048.
const blocks = Array.from({ length: group.world }, (_, rank) => 200 + 3 * rank);
const count = 64 * blocks.reduce((a, b) => a + b, 0);
const wholes = Float32Array.from({ length: count }, (_, i) => (i % 97) * (group.rank + 1));
const expectedWholes = wholes.map((_, i) => ((i % 97) * group.world * (group.world + 1)) / 2);
const single = await inParts(new Uint8Array(wholes.buffer), "f32", 256);
const half = await inParts(packWholes(wholes), "f16", 132);
const scattered = same(new Float32Array(single.buffer), expectedWholes) && same(unpack(half), expectedWholes);
const bytes = new Uint8Array(5000).fill(group.rank);
await group.broadcast(bytes, 1);
const messages = await group.gather({ rank: group.rank, text: "é" });
await group.barrier();
const expected = values.every((_, i) => {
  let sum = 0;
  for (let rank = 0; rank < group.world; rank++) sum += Math.sin(1 + i * 0.37 + rank * 11.3);
  return Math.abs(sum - into[i]) < 1e-5;
});
const { createHash } = await import("node:crypto");
const digest = createHash("sha256").update(Buffer.from(into.buffer)).digest("hex");
const line = { carrier: group.carrier, world: group.world, expected, inPlace: same(values, into), scattered, broadcast: bytes.every((byte) => byte === 1), messages, digest };
process.stdout.write(`${JSON.stringify(line)}\n`);
await group.close();

function same(a, b) {
  return Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0;
}

/** Each rank sums its part, then all get all parts. */
async function inParts(from, format, blockBytes) {
  let at = 0;
  const parts = blocks.map((own) => [at, (at += own * blockBytes)]);
  const own = new Uint8Array(blocks[group.rank] * blockBytes);
  await group.reduceScatter(from, own, parts, format);
  const all = new Uint8Array(from.length);
  await group.allGather(own, all, parts);
  return all;
}

function packWholes(numbers) {
  const halves = new Uint16Array(66 * (numbers.length / 64));
  numbers.forEach((number, i) => {
    const exponent = number === 0 ? -15 : Math.floor(Math.log2(number));
    halves[66 * Math.floor(i / 64) + 2 + (i % 64)] = number === 0 ? 0 : ((exponent + 15) << 10) + (number * 2 ** (10 - exponent) - 1024);
  });
  for (let block = 0; block * 66 < halves.length; block++) halves.set([0, 0x3f80], 66 * block);
  return new Uint8Array(halves.buffer);
}

function unpack(packed) {
  const [powers, halves] = [new Float32Array(packed.buffer), new Uint16Array(packed.buffer)];
  return Float32Array.from({ length: 64 * (packed.length / 132) }, (_, i) => {
    const half = halves[66 * Math.floor(i / 64) + 2 + (i % 64)];
    return half === 0 ? 0 : powers[33 * Math.floor(i / 64)] * (1024 + (half & 1023)) * 2 ** ((half >> 10) - 25);
  });
}
