import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const numpy = (() => {
  try {
    execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const examples = fileURLToPath(new URL("../../examples", import.meta.url));

/**
 * Stands in for torch and onnxruntime: a model of windows of 8 samples whose token t, band b has the value
 * (mean of the samples at time t) + b, and how many samples are real.
 */
const STUB = `
import sys, types, json
import numpy as np
port = lambda name, *shape: types.SimpleNamespace(name=name, shape=list(shape))
class Session:
    def __init__(self, path, providers): self.calls = []
    def get_inputs(self): return [port("clip", "N", 8), port("valid", "N")]
    def get_outputs(self): return [port("result", "N", 8, 2)]
    def get_modelmeta(self): return types.SimpleNamespace(custom_metadata_map={"config": json.dumps({"rate": 8000, "frames": 32, "patch": 8})})
    def run(self, names, feed):
        clip, valid = feed["clip"], feed["valid"]
        assert clip.dtype == np.float32 and valid.dtype == np.int32 and len(clip) <= 8
        times = clip.reshape(len(clip), 4, 2).mean(2)
        tokens = times[:, :, None] + np.arange(2)
        return [np.stack([tokens.reshape(len(clip), 8), np.repeat(valid[:, None], 8, 1)], axis=2).astype(np.float32)]
sys.modules["onnxruntime"] = types.SimpleNamespace(InferenceSession=Session, get_available_providers=lambda: [])
sys.modules["torch"] = types.SimpleNamespace(nn=types.SimpleNamespace(Module=object), Tensor=object)
from xares_encoder import JepacEncoder
import xares_encoder
encoder = JepacEncoder("x.onnx")
audio = np.stack([np.arange(19), np.arange(19) + 100]).astype(np.float32)
features = encoder.features(audio)
print(json.dumps({"names": [n for n in dir(xares_encoder) if n.endswith("Encoder")], "rate": encoder.sampling_rate, "dim": encoder.output_dim,
  "hop": encoder.hop_size_in_ms, "shape": features.shape, "first": features[0].tolist(), "long": encoder.features(np.zeros((3, 8 * 50), np.float32)).shape}))
`;

describe.skipIf(!numpy)("the encoder for X-ARES", () => {
  it("gives one vector a time step, bands averaged, padding left out", () => {
    const out = JSON.parse(execFileSync("python3", ["-c", STUB], { cwd: examples, encoding: "utf8", env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } })) as Record<string, unknown>;
    // 19 samples: two windows, and 3 of 8 samples of a third, which is 2 of its 4 steps.
    expect(out).toMatchObject({ names: ["JepacEncoder"], rate: 8000, dim: 2, hop: 0.25, shape: [2, 10, 2], long: [3, 200, 2] });
    const times = [0.5, 2.5, 4.5, 6.5, 8.5, 10.5, 12.5, 14.5, 16.5, 9]; // the last: samples 18 and 0
    expect(out["first"]).toEqual(times.map((value, i) => [value + 0.5, i < 8 ? 8 : 3]));
  });
});
