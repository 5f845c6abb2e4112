// jepac on one matrix product, timed as the peers are: from the call to the end of the work.
//   node bench/product.mjs --matmul 1024x1024x1024 [--steps 10] [--warmup 3]
import { parseArgs } from "node:util";
import { openGpu } from "../runtime/dist/index.js";
import { matmulData } from "./kit/data.mjs";
import { countGpuCalls } from "./support/gpu-counters.mjs";
import { measureSteps } from "./support/measure.mjs";
import { compileModel, openSession } from "./support/open-model.mjs";
import { productText } from "./support/product.mjs";

const { values } = parseArgs({ options: { matmul: { type: "string", default: "1024x1024x1024" }, steps: { type: "string", default: "10" }, warmup: { type: "string", default: "3" } } });
const size = values.matmul.split("x").map(Number);
const counts = countGpuCalls();
const gpu = await openGpu();
const session = await openSession(compileModel("product.jm", {}, productText(size, "nn")), gpu);
const { a, b } = matmulData(size);
session.writeTensor("operands.a", a);
session.writeTensor("operands.b", b);
const run = (read) => session.run("product", { step: 0, seed: 0, read }).outputs();
const times = await measureSteps(async () => void (await run([])), { warmup: Number(values.warmup), steps: Number(values.steps) });
const { result } = await run(["result"]);
const [first] = result;
console.log(JSON.stringify({ peer: "jepac", adapter: `${gpu.info.name}, ${gpu.info.driver}`, ...times, losses: [first], peak_buffer_bytes: counts.peakBufferBytes }));
session.dispose();
gpu.destroy();
