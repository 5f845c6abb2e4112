import { describe, expect, it } from "vitest";
import { chooseVariant } from "../../../runtime/execute/choose-variant.ts";
import { checkLimits } from "../../../runtime/execute/limits.ts";
import type { Gpu } from "../../../runtime/gpu/index.ts";
import type { KernelVariant } from "../../../runtime/plan/schema.ts";
import { smallPlan } from "../plan/small-plan.ts";

const HALF = ["subgroups", "shader-f16", "subgroup-matrix"] as const;
const UNIT = { m: 16, n: 16, k: 16 };
const variants: readonly KernelVariant[] = [
  { file: "large", backEnd: "sgm", requires: HALF, adapter: "hardware", subgroupSize: 32, matrix: UNIT, workgroupBytes: 27_000 },
  { file: "narrow", backEnd: "sgm", requires: HALF, adapter: "hardware", subgroupSize: 32, matrix: { ...UNIT, n: 8 }, workgroupBytes: 14_000 },
  { file: "sgx", backEnd: "sgx", requires: ["subgroups"], adapter: "software", subgroupSize: 8 },
  { file: "tile", backEnd: "tile", requires: [], adapter: "hardware" },
  { file: "plain", backEnd: "plain", requires: [] },
];

interface Has {
  readonly features?: readonly string[];
  readonly software?: boolean;
  readonly lanes?: number;
  readonly matrices?: readonly (typeof UNIT)[];
  readonly memory?: number;
  readonly backEnds?: Gpu["backEnds"];
}

function device({ features = HALF, software = false, lanes = 32, matrices = [UNIT], memory = 49_152, backEnds = [] }: Has): Parameters<typeof chooseVariant>[1] {
  const limits = { ...smallPlan().target, maxComputeWorkgroupStorageSize: memory };
  return { has: (feature) => features.includes(feature), info: { software, subgroupMinSize: lanes, subgroupMaxSize: lanes, matrices }, limits, backEnds };
}

describe("the variant of a kernel that a device runs", () => {
  it.each<[string, Has, string]>([
    ["matrix units of a known shape", {}, "large"],
    ["of the second known shape", { matrices: [{ ...UNIT, n: 8 }] }, "narrow"],
    ["of no known shape", { matrices: [{ m: 64, n: 8, k: 16 }] }, "tile"],
    ["too little workgroup memory", { memory: 16_384, matrices: [UNIT, { ...UNIT, n: 8 }] }, "narrow"],
    ["subgroups of another size", { lanes: 64 }, "tile"],
    ["no half precision", { features: ["subgroups", "subgroup-matrix"] }, "tile"],
    ["software, whatever it can", { software: true, lanes: 8, matrices: [{ m: 8, n: 8, k: 8 }] }, "sgx"],
    ["software without subgroups", { software: true, features: [] }, "plain"],
    ["a back end asked for, of the other class", { software: true, backEnds: ["tile"] }, "tile"],
    ["a back end asked for that cannot run", { matrices: [], backEnds: ["sgm"] }, "tile"],
    ["several asked for, in their order", { matrices: [], backEnds: ["sgm", "plain", "tile"] }, "plain"],
  ])("%s", (_, has, file) => {
    expect(variants[chooseVariant({ variants }, device(has))]!.file).toBe(file);
  });
});

describe("a plan in half precision", () => {
  it("is refused by an adapter without shader-f16, which is named with the way out", () => {
    const without = device({ features: [] });
    const gpu = { ...without, info: { ...without.info, name: "old-card" } } as Gpu;
    const refused = () => checkLimits({ ...smallPlan(), precision: "f16" }, gpu);
    expect(refused).toThrow(expect.objectContaining({ code: "JR109", hint: expect.stringContaining("--precision f32") as string }));
    expect(refused).toThrow(/'old-card' .* lacks the feature shader-f16/);
    expect(() => checkLimits(smallPlan(), gpu)).not.toThrow();
  });
});
