// A rank that mpi.test.ts starts: what it learns goes to stdout as a line of JSON.
import { joinGroup } from "../../../runtime/dist/parallel/index.js";

const group = await joinGroup();
const values = Float32Array.from({ length: 100_000 }, (_, i) => Math.sin(1 + i * 0.37 + group.rank * 11.3));
const into = new Float32Array(values.length);
await group.allReduceSum(values, into);
await group.allReduceSum(values, values);
const bytes = new Uint8Array(5000).fill(group.rank);
await group.broadcast(bytes, 1);
const messages = await group.gather({ rank: group.rank, text: "é" });
await group.barrier();
const expected = values.every((_, i) => {
  let sum = 0;
  for (let rank = 0; rank < group.world; rank++) sum += Math.sin(1 + i * 0.37 + rank * 11.3);
  return Math.abs(sum - into[i]) < 1e-5;
});
const same = (a, b) => Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0;
const { createHash } = await import("node:crypto");
const digest = createHash("sha256").update(Buffer.from(into.buffer)).digest("hex");
const line = { carrier: group.carrier, world: group.world, expected, inPlace: same(values, into), broadcast: bytes.every((byte) => byte === 1), messages, digest };
process.stdout.write(`${JSON.stringify(line)}\n`);
await group.close();
