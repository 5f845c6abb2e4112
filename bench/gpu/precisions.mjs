// The precisions that this jepac builds and this device runs, one a line.
import { openGpu } from "../../runtime/dist/index.js";
import { compileModel } from "../support/open-model.mjs";
import { productText } from "../support/product.mjs";

console.log("f32");
const { plan } = compileModel("product.jm", { precision: "f16" }, productText([64, 64, 64], "nn"));
const gpu = await openGpu();
if (JSON.stringify(plan.kernels).includes("shader-f16") && gpu.has("shader-f16")) console.log("f16");
gpu.destroy();
