// Which back ends of matrix products a device can run.
import { openGpu } from "../../runtime/dist/index.js";
import { chooseVariant } from "../../runtime/dist/execute/choose-variant.js";
import { compileModel } from "./open-model.mjs";
import { productText } from "./product.mjs";

/** Names of back ends, fastest kind first: those that a large product has a variant for and the best device can run. */
export async function backEndsOf(options = {}) {
  const { plan } = compileModel("product.jm", options, productText([256, 256, 256], "nn"));
  const kernel = plan.kernels[plan.programs.product.dispatches[0].kernel];
  const names = [...new Set(kernel.variants.map(({ backEnd }) => backEnd))];
  const able = [];
  for (const name of names) {
    const gpu = await openGpu({ backEnds: [name] });
    if (kernel.variants[chooseVariant(kernel, gpu)].backEnd === name) able.push(name);
    gpu.destroy();
  }
  return able;
}
