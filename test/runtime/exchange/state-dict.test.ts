import { describe, expect, it } from "vitest";
import { ourName, theirName } from "../../../runtime/exchange/names.ts";
import { findStateDict } from "../../../runtime/exchange/state-dict.ts";
import { StorageRef, TensorRef, type PyDict, type PyValue } from "../../../runtime/pytorch/values.ts";

const tensor = new TensorRef(new StorageRef("0", "f32", 4), 0, [4], [1]);
const dict = (entries: Readonly<Record<string, PyValue>>): PyDict => new Map(Object.entries(entries));
const names = (root: PyValue): string[] => [...findStateDict(root, "x.pt").tensors.keys()].map(ourName);

describe("a state dict", () => {
  it("is found in the layouts that checkpoints have", () => {
    const lightning = dict({ epoch: 3, global_step: 700, state_dict: dict({ "encoder.norm.weight": tensor, "criterion.scale": 2 }) });
    expect(names(lightning)).toEqual(["encoder.norm.weight"]);
    expect(findStateDict(lightning, "x.pt").step).toBe(700);
    expect(names(dict({ "encoder._orig_mod.norm.weight": tensor }))).toEqual(["encoder.norm.weight"]);
    expect(names(dict({ model: dict({ "module.encoder.norm.weight": tensor }) }))).toEqual(["encoder.norm.weight"]);
    // I-JEPA's: one dict for each network, and an optimizer's beside them.
    const ijepa = dict({ encoder: dict({ "module.blocks.0.attn.qkv.bias": tensor }), target_encoder: dict({ "module.norm.bias": tensor }), opt: dict({ state: dict({ "0": tensor }) }), epoch: 300 });
    expect(names(ijepa)).toEqual(["encoder.blocks.0.attn.qkv.bias", "target_encoder.norm.bias"]);
  });

  it("is missed by what was found instead", () => {
    expect(() => findStateDict([1, 2], "x.pt")).toThrow("'x.pt' holds no state dict; found an object, not a dict");
    expect(() => findStateDict(dict({ epoch: 1, lr: 0.1 }), "x.pt")).toThrow("found a dict with the keys epoch, lr");
  });
});

it("the two spellings of attention lead to each other", () => {
  const ours = "predictor.predictor_blocks.0.attn.proj.weight";
  expect(theirName(ours, "Wqkv")).toBe("predictor.predictor_blocks.0.attn.out_proj.weight");
  expect(ourName(theirName(ours, "Wqkv"))).toBe(ours);
  expect(ourName("encoder.blocks.11.attn.Wqkv.bias")).toBe("encoder.blocks.11.attn.qkv.bias");
  expect(ourName("predictor.predictor_proj.weight")).toBe("predictor.predictor_proj.weight");
});
