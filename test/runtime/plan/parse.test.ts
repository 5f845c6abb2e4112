import { describe, expect, it } from "vitest";
import { UserError } from "../../../runtime/errors.ts";
import { parsePlan } from "../../../runtime/plan/parse.ts";
import { smallPlan } from "./small-plan.ts";

type Json = Record<string, unknown>;

/** The small plan as JSON, with the value at a path of keys replaced (`undefined` deletes it). */
function edited(path: readonly (string | number)[], value: unknown): Json {
  const plan = JSON.parse(JSON.stringify(smallPlan())) as Json;
  const parent = path.slice(0, -1).reduce<Json>((at, key) => at[key] as Json, plan);
  const last = path.at(-1)!;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return plan;
}

function complaint(json: unknown): string {
  try {
    parsePlan(json, "build/x/plan.json");
  } catch (error) {
    if (error instanceof UserError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "accepted";
}

describe("parsePlan", () => {
  it("gives back a valid plan as it was", () => {
    expect(parsePlan(JSON.parse(JSON.stringify(smallPlan())))).toEqual(smallPlan());
  });

  it("leaves out what the schema does not name", () => {
    expect(parsePlan({ ...smallPlan(), extra: 1 })).toEqual(smallPlan());
  });

  const dispatch = ["programs", "step", "dispatches", 1] as const;
  it.each<[string, unknown, string]>([
    ["not an object", [1], "JR203 build/x/plan.json: the plan: expected an object, found a list of 1"],
    ["another format", edited(["format"], "onnx"), "JR203 build/x/plan.json: 'format': expected \"jepac-plan\", found \"onnx\""],
    ["another version", edited(["version"], 2), "JR204 build/x/plan.json: the plan has version 2, this runtime reads version 1"],
    ["a missing field", edited([...dispatch, "bindings", 0, "size"], undefined), "JR203 build/x/plan.json: 'programs.step.dispatches[1].bindings[0].size': expected a multiple of 4 from 4 on, found nothing"],
    ["an odd offset", edited([...dispatch, "bindings", 0, "offset"], 32), "'programs.step.dispatches[1].bindings[0].offset': expected a multiple of 256 from 0 on, found 32"],
    ["a binding past its buffer", edited([...dispatch, "bindings", 0, "size"], 4096), "'programs.step.dispatches[1].bindings[0]': expected a range inside buffer 'weights' of 512 bytes, found 4096 bytes at 0"],
    ["bindings that overlap", edited([...dispatch, "bindings", 3, "offset"], 256), "'programs.step.dispatches[1].bindings[3]': expected a range apart from the others, as all are writable, found an overlap with bindings[2]"],
    ["a kernel index too large", edited([...dispatch, "kernel"], 3), "'programs.step.dispatches[1].kernel': expected an index of kernels, 0 to 2, found 3"],
    ["a buffer index too large", edited(["tensors", 0, "buffer"], 7), "'tensors[0].buffer': expected an index of buffers, 0 to 2, found 7"],
    ["too few bindings", edited([...dispatch, "bindings"], []), "expected the 4 bindings of kernel 'total', found 0"],
    ["workgroups for one variant of two", edited([...dispatch, "workgroups"], [[1, 1, 1]]), "expected one entry for each of the 2 variants of kernel 'total', found 1"],
    ["workgroups of two axes", edited([...dispatch, "workgroups", 0], [1, 1]), "expected a list of 3, the workgroups along x, y and z, found a list of 2"],
    ["a length of flat memory that no binding has", edited([...dispatch, "flat"], { units: 1, workgroups: [], params: [] }), "'programs.step.dispatches[1].flat.units': expected as many as times 256 bytes go into a binding of the dispatch, found 1"],
    ["parameters a kernel does not take", edited([...dispatch, "params"], 0), "'programs.step.dispatches[1].params': expected -1, no parameter block, for kernel 'total', found 0"],
    ["a parameter block that is not there", edited(["programs", "step", "dispatches", 0, "params"], 1), "'programs.step.dispatches[0].params': expected an index of parameter blocks, 0 to 0, found 1"],
    ["a tensor past its buffer", edited(["tensors", 1, "shape"], [2, 4000]), "'tensors[1]': expected a range inside buffer 'weights' of 512 bytes, found 32000 bytes at 256"],
    ["two tensors of one name", edited(["tensors", 1, "name"], "net.w"), "'tensors[1].name': expected a name not yet taken, found net.w"],
    ["an average of nothing", edited(["tensors", 1, "of"], "net.v"), "'tensors[1].of': expected the name of a tensor, found net.v"],
    ["an unknown size", edited(["programs", "step", "inputs", 0, "shape", 0], { size: "q" }), "'programs.step.inputs[0].shape[0]': expected the name of a runtime size, found q"],
    ["an unknown operation", edited(["displays", 0, "value"], { call: "sinh", args: [1] }), "'displays[0].value.call': expected \"add\" or"],
    ["a wrong number of arguments", edited(["displays", 0, "value"], { call: "add", args: [1] }), "'displays[0].value.args': expected 2 arguments of 'add', found a list of 1"],
    ["an expression of no kind", edited(["displays", 0, "value"], {}), "'displays[0].value': expected a number or an expression (get, size, random, key, call), found an object"],
    ["bounds the wrong way round", edited(["sizes", 0, "max"], 0), "'sizes[0].max': expected a whole number from 1 on, found 0"],
    ["a file outside the build folder", edited(["kernels", 0, "variants", 0, "file"], "../../secrets"), "expected a path inside the build folder, found \"../../secrets\""],
    ["a kernel that always needs something", edited(["kernels", 0, "variants", 0, "requires"], ["subgroups"]), "'kernels[0].variants': expected a list whose last variant needs nothing of the adapter, found 1 variants"],
    ["a matrix of no columns", edited(["kernels", 1, "variants", 0, "matrix", "n"], 0), "'kernels[1].variants[0].matrix.n': expected a whole number from 1 on, found 0"],
    ["an unknown back end", edited(["kernels", 1, "variants", 0, "backEnd"], "cublas"), "'kernels[1].variants[0].backEnd': expected \"sgm\" or"],
    ["an unknown precision", edited(["precision"], "f8"), "'precision': expected \"f32\" or \"f16\", found \"f8\""],
    ["a buffer beyond the target", edited(["buffers", 1, "bytes"], 2 ** 29), "'buffers[1].bytes': expected at most target.maxBufferSize, 268435456, found 536870912"],
    ["more bindings than the target has", edited(["target", "maxStorageBuffersPerShaderStage"], 3), "'kernels[1].bindings': expected at most target.maxStorageBuffersPerShaderStage, 3, found 4"],
    ["a cost of a size that is not there", edited([...dispatch, "cost"], { flops: { size: "q" }, bytes: 0 }), "'programs.step.dispatches[1].cost.flops': expected the name of a runtime size, found q"],
    ["half a cost", edited([...dispatch, "cost"], { flops: 3 }), "'programs.step.dispatches[1].cost.bytes': expected"],
    ["updates past the last dispatch", edited(["programs", "step", "phases"], { passes: 1, clips: 4, updateFrom: 3, gradients: [] }), "'programs.step.phases.updateFrom': expected at most the number of dispatches, 2, found 3"],
    ["gradients that are final after the updates began", edited(["programs", "step", "phases"], { passes: 1, clips: 4, updateFrom: 1, gradients: [{ buffer: 0, offset: 0, bytes: 256, after: 1 }] }), "'programs.step.phases.gradients[0].after': expected a dispatch from 0 on, below updateFrom, found 1"],
    ["gradients past their buffer", edited(["programs", "step", "phases"], { passes: 1, clips: 4, updateFrom: 1, gradients: [{ buffer: 0, offset: 256, bytes: 512, after: 0 }] }), "'programs.step.phases.gradients[0]': expected a range inside buffer 'weights' of 512 bytes, found 512 bytes at 256"],
    ["a number that JSON cannot hold", edited(["stats", "flops"], null), "'stats.flops': expected a number, found null"],
  ])("names %s", (_, json, message) => expect(complaint(json)).toContain(message));

  it("stands an expression nested without end", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 5000; i++) deep = { call: "neg", args: [deep] };
    expect(complaint(edited(["displays", 0, "value"], deep))).toContain("an expression at most 200 deep");
  });
});

describe("a plan damaged anywhere", () => {
  /** Every place in a JSON value, as a path of keys. */
  function* places(value: unknown, path: (string | number)[] = []): Generator<(string | number)[]> {
    if (path.length > 0) yield path;
    if (typeof value !== "object" || value === null) return;
    for (const key of Object.keys(value)) yield* places((value as Json)[key], [...path, Array.isArray(value) ? Number(key) : key]);
  }
  const junk = [undefined, null, true, "x", "", -1, 0, 0.5, 3, 256, 1e300, [], {}, [[]], { size: "n" }, { call: "add", args: [{}, 1] }, JSON.parse('{"__proto__": 1}') as unknown];

  it("is a complaint or a plan, never a crash", () => {
    let accepted = 0, refused = 0;
    for (const path of places(smallPlan())) {
      for (const value of junk) {
        const json = edited(path, value);
        const answer = complaint(json);
        if (answer === "accepted") {
          accepted++;
          expect(parsePlan(parsePlan(json))).toEqual(parsePlan(json));
        } else {
          refused++;
          expect(answer).toMatch(/^JR20[34] build\/x\/plan\.json: /);
        }
      }
    }
    expect(refused).toBeGreaterThan(3 * accepted);
    expect(accepted).toBeGreaterThan(100);
  });

  it("names the damaged field when one is missing", () => {
    const optional = /\.(of|source|rowLanes|subgroupSize|adapter|backEnd|matrix|workgroupBytes|doc)$|^(config|stats\.parameters|programs)\.[^.]*$|\.args\.scale$/;
    for (const path of places(smallPlan())) {
      if (typeof path.at(-1) === "number") continue;
      const name = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("").slice(1);
      if (!optional.test(name)) expect(complaint(edited(path, undefined))).toContain(name.replace(/\.[^.]*$/, ""));
    }
  });
});
