// Embeds recordings with an exported encoder, without jepac and without a GPU, and says how alike they are:
//
//   jepac export runs/x --onnx encoder.onnx
//   npm install onnxruntime-web            (or onnxruntime-node: the same calls, faster)
//   node examples/embed-onnx.mjs encoder.onnx one.wav two.wav three.wav
//
// Recordings are 16-bit mono WAV at the model's own rate; what follows the model's window is left out.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import * as ort from "onnxruntime-web";

const [model, ...files] = process.argv.slice(2);
if (model === undefined || files.length === 0) {
  console.error("usage: node embed-onnx.mjs encoder.onnx clip.wav ...");
  process.exit(1);
}

// A path will do for onnxruntime-node; onnxruntime-web takes bytes, or in a browser an address.
const session = await ort.InferenceSession.create(readFileSync(model));
const window = session.inputMetadata.find((input) => input.name === "clip").shape[1];

/** The samples of a 16-bit WAV: chunks of a name, a length and so many bytes, after a header of 12 bytes. */
function readWav(path) {
  const bytes = readFileSync(path);
  for (let at = 12; at + 8 <= bytes.length; at += 8 + bytes.readUInt32LE(at + 4)) {
    if (bytes.toString("latin1", at, at + 4) !== "data") continue;
    const length = Math.min(bytes.readUInt32LE(at + 4), bytes.length - at - 8) >> 1;
    return Float32Array.from({ length }, (_, i) => bytes.readInt16LE(at + 8 + 2 * i) / 32768);
  }
  throw new Error(`${path} is no WAV file`);
}

// All recordings in one run: [clips, window] and how many samples of each are real; the rest is zeros.
const clip = new Float32Array(files.length * window);
const valid = new Int32Array(files.length);
for (const [row, file] of files.entries()) {
  const samples = readWav(file).subarray(0, window);
  clip.set(samples, row * window);
  valid[row] = samples.length;
}
const { result } = await session.run({
  clip: new ort.Tensor("float32", clip, [files.length, window]),
  valid: new ort.Tensor("int32", valid, [files.length]),
});

// [clips, tokens, dim] → one vector a clip. (A short clip's last tokens stand for padding; docs/export.md says which.)
const [, tokens, dim] = result.dims;
const vectors = files.map((_, row) => {
  const mean = new Float64Array(dim);
  for (let i = 0; i < tokens * dim; i++) mean[i % dim] += result.data[row * tokens * dim + i] / tokens;
  return mean;
});

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
console.log(`${files.length} clips of at most ${window} samples: ${tokens} tokens of ${dim} numbers each; cosine similarity of their means:`);
for (const [row, a] of vectors.entries()) {
  const alike = vectors.map((b) => (dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))).toFixed(3));
  console.log(`${basename(files[row]).padEnd(16)} ${alike.join("  ")}`);
}
