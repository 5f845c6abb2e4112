// The benchmark's step in jax-js: loss, gradients and AdamW in one jit.
import { readFileSync } from "node:fs";
import { KIT, kitData, matmulData } from "../kit/data.mjs";
import { matmulSize, runPeer, transposed } from "./peer.mjs";
import { offerWebGpu } from "./webgpu-for-browsers.mjs";

const { batch, tokens, patch, dim, depth, heads, lnEps, lr, b1, b2, eps, decay } = KIT;

await runPeer("jax-js", async () => {
  const adapter = await offerWebGpu();
  // Node 20 lacks the iterator helpers it is written with.
  if (globalThis.Iterator === undefined) await import("core-js/actual/iterator/index.js");
  const jax = await import("@jax-js/jax");
  if (!(await jax.init("webgpu")).includes("webgpu")) throw new Error("jax-js finds no WebGPU");
  jax.defaultDevice("webgpu");
  const { version } = JSON.parse(readFileSync(new URL("node_modules/@jax-js/jax/package.json", import.meta.url), "utf8"));
  return { adapter, version, step: matmulSize === undefined ? trainingStep(jax) : product(jax, matmulSize) };
});

// Every operation uses its operands up; `.ref` keeps one for another use.
function trainingStep({ jit, valueAndGrad, nn, numpy: np, tree, blockUntilReady }) {
  const norm = (w, name, x) => {
    const centred = x.ref.sub(x.mean(-1, { keepdims: true }));
    const variance = np.square(centred.ref).mean(-1, { keepdims: true });
    return centred.div(np.sqrt(variance.add(lnEps))).mul(w[`${name}.weight`]).add(w[`${name}.bias`]);
  };
  const linear = (w, name, x) => np.matmul(x, w[`${name}.weight`]).add(w[`${name}.bias`]);
  const attention = (w, name, x) => {
    const parts = np.split(linear(w, `${name}.qkv`, x).reshape([batch, tokens, 3, heads, dim / heads]), 3, 2);
    const [q, k, v] = parts.map((part) => part.reshape([batch, tokens, heads, dim / heads]));
    return linear(w, `${name}.proj`, nn.dotProductAttention(q, k, v).reshape([batch, tokens, dim]));
  };
  const loss = (w, x, y) => {
    let h = linear(w, "encoder.embed", x).add(w["encoder.pos"]);
    for (let i = 0; i < depth; i++) {
      const name = `encoder.blocks.${i}`;
      h = h.ref.add(attention(w, `${name}.attn`, norm(w, `${name}.norm1`, h)));
      const hidden = nn.gelu(linear(w, `${name}.mlp.fc1`, norm(w, `${name}.norm2`, h.ref)), { approximate: false });
      h = h.add(linear(w, `${name}.mlp.fc2`, hidden));
    }
    return np.square(norm(w, "encoder.norm", h).sub(y)).mean();
  };
  const withGradients = valueAndGrad(loss);
  /** `c1` and `c2` undo the bias of the first steps: 1 / (1 − βᵗ). */
  const update = jit((w, m, v, x, y, c1, c2) => {
    const [value, gradients] = withGradients(tree.ref(w), x, y);
    const next = { w: {}, m: {}, v: {} };
    for (const [name, g] of Object.entries(gradients)) {
      next.m[name] = m[name].mul(b1).add(g.ref.mul(1 - b1));
      next.v[name] = v[name].mul(b2).add(np.square(g).mul(1 - b2));
      const direction = next.m[name].ref.mul(c1.ref).div(np.sqrt(next.v[name].ref.mul(c2.ref)).add(eps));
      next.w[name] = w[name].mul(1 - lr * decay).sub(direction.mul(lr));
    }
    c1.dispose();
    c2.dispose();
    return [value, next.w, next.m, next.v];
  });

  const data = kitData();
  let [w, m, v] = [{}, {}, {}];
  for (const { name, shape, data: values } of data.weights) {
    const matrix = shape.length === 2 && name.endsWith(".weight");
    w[name] = np.array(matrix ? transposed(shape, values) : values).reshape(matrix ? [shape[1], shape[0]] : shape);
    m[name] = np.zeros(w[name].shape);
    v[name] = np.zeros(w[name].shape);
  }
  const x = np.array(data.x).reshape([batch, tokens, patch]);
  const y = np.array(data.y).reshape([batch, tokens, dim]);
  let t = 0;
  return async () => {
    t++;
    let value;
    [value, w, m, v] = update(w, m, v, x.ref, y.ref, np.array(1 / (1 - b1 ** t)), np.array(1 / (1 - b2 ** t)));
    const [number] = await value.data();
    await blockUntilReady(w);
    return number;
  };
}

function product({ jit, numpy: np, blockUntilReady }, size) {
  const { a, b } = matmulData(size);
  const [m, k, n] = size;
  const [left, right] = [np.array(a).reshape([m, k]), np.array(b).reshape([k, n])];
  const multiply = jit((p, q) => np.matmul(p, q));
  let last;
  return async () => {
    last?.dispose();
    last = multiply(left.ref, right.ref);
    await blockUntilReady(last);
    return (await last.ref.slice(0, 0).data())[0];
  };
}
