// Matrix products: one size beside the peers, then the products of a model's layers in every back end that the device has.
//   node bench/matmul.mjs [--size 1024x1024x1024] [--rounds 3] [--precision f32] [--skip peers] [--skip shapes] [--small] [--json]
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openGpu } from "../runtime/dist/index.js";
import { writeMatmulData } from "./kit/write-data.mjs";
import { backEndsOf } from "./support/back-ends.mjs";
import { installPeers, pythonWithTorch, quietMachine, root, runForJson } from "./support/processes.mjs";
import { linearProducts, timeProduct } from "./support/product.mjs";
import { disagreement, ratiosTo, summarise } from "./support/summary.mjs";
import { number, table } from "./support/table.mjs";

/** Rows, and the linear layers: of the benchmark's model on processors, of Audio-JEPA at batch 256 on GPUs. */
const LAYERS = {
  small: { rows: 1024, layers: [[192, 576], [192, 192], [192, 768], [768, 192]] },
  full: { rows: 16_384, layers: [[768, 2304], [768, 768], [768, 3072], [3072, 768], [384, 1536]] },
};

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "1024x1024x1024" }, rounds: { type: "string", default: "3" }, precision: { type: "string", default: "f32" },
    patience: { type: "string", default: "30" }, skip: { type: "string", multiple: true, default: [] }, small: { type: "boolean", default: false }, json: { type: "boolean", default: false },
  },
});
const result = {};
if (!values.skip.includes("peers")) Object.assign(result, await besidePeers());
if (!values.skip.includes("shapes")) result.shapes = await layerProducts();
if (values.json) console.log(JSON.stringify(result));

async function besidePeers() {
  installPeers();
  const size = values.size.split("x").map(Number);
  const python = pythonWithTorch();
  const data = join(root, "build", "bench", "product");
  if (python) writeMatmulData(data, size);
  const peers = [[process.execPath, "bench/product.mjs"], [process.execPath, "bench/peers/jax-js.mjs"], [process.execPath, "bench/peers/tfjs.mjs"], ...(python ? [[python, "bench/peers/torch.py", data]] : [])];
  const runs = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [program, ...args] of peers) {
      await quietMachine(Number(values.patience));
      runs.push(await runForJson(program, [...args, "--matmul", values.size]));
    }
  }
  const summaries = summarise(runs);
  const ratios = ratiosTo("jepac", summaries);
  const gflops = Object.fromEntries(summaries.map(({ peer, step_ms }) => [peer, (2 * size[0] * size[1] * size[2]) / 1e6 / step_ms]));
  console.log(`\nA product of ${size.join(" x ")} in f32 on ${summaries[0].adapter}\n`);
  console.log(table(["library", "ms", "ratio", "GFLOP/s", "CPU ms", "quiet rounds"], summaries.map((s) => [
    s.peer, number(s.step_ms, 1), s.peer === "jepac" ? "1" : number(ratios[s.peer], 2), number(gflops[s.peer], 1), number(s.cpu_ms), `${s.quiet_rounds}/${s.rounds}`,
  ])));
  const apart = disagreement(summaries, 1);
  // A sum of a thousand products of normal numbers, near enough to 0 that its last digits differ.
  if (!(apart < 1e-3)) throw new Error(`the libraries do not agree on the product: apart by ${apart}`);
  return { ratios, gflops };
}

/** The device's own time of each product of the layers, in each back end. */
async function layerProducts() {
  const probe = await openGpu();
  const { rows, layers } = LAYERS[probe.info.software || values.small ? "small" : "full"];
  const { name } = probe.info;
  probe.destroy();
  const options = { precision: values.precision };
  const products = layers.flatMap(([from, to]) => linearProducts(rows, from, to));
  const found = [];
  const backEnds = await backEndsOf(options);
  for (const backEnd of backEnds) {
    const gpu = await openGpu({ backEnds: [backEnd] });
    for (const product of products) found.push({ back_end: backEnd, ...product, ...(await timeProduct(gpu, product, { options })) });
    gpu.destroy();
  }
  console.log(`\nProducts of the layers in ${values.precision} on ${name}, GFLOP/s by the device's clock\n`);
  console.log(table(["m x k x n", "form", ...backEnds], products.map(({ size, form }) => {
    const rates = backEnds.map((backEnd) => found.find((f) => f.back_end === backEnd && f.size === size && f.form === form).gflops);
    return [size.join(" x "), form, ...rates.map((rate) => number(rate, 1))];
  })));
  return found.map(({ size, ...rest }) => ({ size: size.join("x"), ...rest }));
}
