// The benchmark's step in TensorFlow.js: eager operations on its WebGPU back end, its own Adam, decay by hand.
import { createRequire } from "node:module";
import { KIT, kitData, matmulData } from "../kit/data.mjs";
import { matmulSize, runPeer, transposed } from "./peer.mjs";
import { offerWebGpu } from "./webgpu-for-browsers.mjs";

const { batch, tokens, patch, dim, depth, heads, lnEps, lr, b1, b2, eps, decay } = KIT;

await runPeer("tfjs", async () => {
  const adapter = await offerWebGpu();
  // Its ES modules do not load in Node without a bundler.
  const require = createRequire(import.meta.url);
  const tf = require("@tensorflow/tfjs");
  require("@tensorflow/tfjs-backend-webgpu");
  if (!(await tf.setBackend("webgpu"))) throw new Error("tfjs finds no WebGPU");
  await tf.ready();
  return { adapter, version: tf.version_core, step: matmulSize === undefined ? trainingStep(tf) : product(tf, matmulSize) };
});

function trainingStep(tf) {
  const data = kitData();
  const w = {};
  for (const { name, shape, data: values } of data.weights) {
    const matrix = shape.length === 2 && name.endsWith(".weight");
    w[name] = tf.variable(matrix ? tf.tensor(transposed(shape, values), [shape[1], shape[0]]) : tf.tensor(values, shape));
  }
  const rows = batch * tokens;
  const x = tf.tensor(data.x, [rows, patch]);
  const y = tf.tensor(data.y, [rows, dim]);

  const norm = (name, h) => {
    const { mean, variance } = tf.moments(h, -1, true);
    return h.sub(mean).mul(variance.add(lnEps).rsqrt()).mul(w[`${name}.weight`]).add(w[`${name}.bias`]);
  };
  const linear = (name, h) => tf.fused.matMul({ a: h, b: w[`${name}.weight`], bias: w[`${name}.bias`] });
  const gelu = (h) => h.mul(0.5).mul(h.mul(Math.SQRT1_2).erf().add(1));
  const attention = (name, h) => {
    const parts = linear(`${name}.qkv`, h).reshape([batch, tokens, 3 * heads, dim / heads]).transpose([0, 2, 1, 3]);
    const [q, k, v] = tf.split(parts, 3, 1);
    const weights = tf.matMul(q, k, false, true).mul(1 / Math.sqrt(dim / heads)).softmax();
    return linear(`${name}.proj`, tf.matMul(weights, v).transpose([0, 2, 1, 3]).reshape([rows, dim]));
  };
  const loss = () => {
    let h = linear("encoder.embed", x).reshape([batch, tokens, dim]).add(w["encoder.pos"]).reshape([rows, dim]);
    for (let i = 0; i < depth; i++) {
      const name = `encoder.blocks.${i}`;
      h = h.add(attention(`${name}.attn`, norm(`${name}.norm1`, h)));
      h = h.add(linear(`${name}.mlp.fc2`, gelu(linear(`${name}.mlp.fc1`, norm(`${name}.norm2`, h)))));
    }
    return norm("encoder.norm", h).sub(y).square().mean();
  };

  const adam = tf.train.adam(lr, b1, b2, eps);
  const variables = Object.values(w);
  return async () => {
    const value = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss, variables);
      for (const variable of variables) variable.assign(variable.mul(1 - lr * decay));
      adam.applyGradients(grads);
      return value;
    });
    const [number] = await value.data();
    value.dispose();
    // The loss is there before the weights are: the last one updated tells the end.
    const end = tf.tidy(() => variables.at(-1).sum());
    await end.data();
    end.dispose();
    return number;
  };
}

function product(tf, [m, k, n]) {
  const { a, b } = matmulData([m, k, n]);
  const [left, right] = [tf.tensor(a, [m, k]), tf.tensor(b, [k, n])];
  let last;
  return async () => {
    last?.dispose();
    last = tf.matMul(left, right);
    const corner = tf.tidy(() => last.slice([0, 0], [1, 1]));
    const [number] = await corner.data();
    corner.dispose();
    return number;
  };
}
