import { UserError } from "../errors.ts";
import { checkPlan } from "./check.ts";
import { Field } from "./field.ts";
import { HOST_OPS, type HostExpr, type HostOp } from "./host-expr.ts";
import { BACK_ENDS } from "./schema.ts";
import type {
  BindingPlan, BufferPlan, ConstantPlan, DispatchPlan, FlatPlan, GradientRange, KernelPlan, KernelVariant, Limits, ParamPlan, PhasesPlan,
  Plan, PlanStats, PortPlan, ProgramPlan, RuntimeSize, TensorPlan,
} from "./schema.ts";

/** The version of the plan this runtime reads. */
export const PLAN_VERSION = 1;

/** Bindings start where every adapter lets them: WebGPU's largest `minStorageBufferOffsetAlignment`. */
const BINDING_ALIGNMENT = 256;
/** Far deeper than any schedule; keeps a hostile plan from exhausting the stack. */
const MAX_EXPRESSION_DEPTH = 200;

/**
 * Reads a plan from parsed JSON, field by field. The result holds only what the schema names.
 * @param file what messages call the plan, usually the path of `plan.json`
 * @throws UserError JR203 naming the field, what was expected and what was found; JR204 for another version
 */
export function parsePlan(json: unknown, file = "plan.json"): Plan {
  const plan = new Field(json, "", file);
  plan.get("format").oneOf(["jepac-plan"]);
  checkVersion(plan.get("version"));
  const parsed: Plan = {
    format: "jepac-plan",
    version: PLAN_VERSION,
    model: plan.get("model").string(),
    config: plan.get("config").map((value) => value.scalar()),
    fingerprint: plan.get("fingerprint").string(),
    ...plan.optional("precision", (precision) => precision.oneOf(["f32", "f16"])),
    target: limits(plan.get("target")),
    sizes: plan.get("sizes").list(runtimeSize),
    buffers: plan.get("buffers").list(buffer),
    tensors: plan.get("tensors").list(tensor),
    constants: plan.get("constants").list(constant),
    kernels: plan.get("kernels").list(kernel),
    programs: plan.get("programs").map(program),
    displays: plan.get("displays").list((item) => ({ name: item.get("name").name(), value: hostExpr(item.get("value")) })),
    stats: stats(plan.get("stats")),
  };
  checkPlan(parsed, file);
  return parsed;
}

function checkVersion(version: Field): void {
  const found = version.integer(1);
  if (found === PLAN_VERSION) return;
  const message = `${version.file}: the plan has version ${found}, this runtime reads version ${PLAN_VERSION}`;
  const older = found < PLAN_VERSION;
  throw new UserError("JR204", message, older ? "Build the model again with this jepac." : "Update @jepac/runtime to the version of the jepac that built it.");
}

function limits(field: Field): Limits {
  const limit = (name: keyof Limits) => field.get(name).integer(1);
  return {
    maxStorageBufferBindingSize: limit("maxStorageBufferBindingSize"),
    maxBufferSize: limit("maxBufferSize"),
    maxStorageBuffersPerShaderStage: limit("maxStorageBuffersPerShaderStage"),
    maxComputeWorkgroupsPerDimension: limit("maxComputeWorkgroupsPerDimension"),
    maxComputeInvocationsPerWorkgroup: limit("maxComputeInvocationsPerWorkgroup"),
    maxComputeWorkgroupStorageSize: limit("maxComputeWorkgroupStorageSize"),
  };
}

function runtimeSize(field: Field): RuntimeSize {
  const min = field.get("min").integer();
  const draw = field.get("draw");
  return { name: field.get("name").name(), min, max: field.get("max").integer(min), draw: draw.value === null ? null : hostExpr(draw) };
}

function buffer(field: Field): BufferPlan {
  const kind = field.get("kind").oneOf(["arena", "weights", "gradients", "state", "constants"]);
  return { name: field.get("name").name(), bytes: field.get("bytes").integer(4, 4), kind };
}

function tensor(field: Field): TensorPlan {
  return {
    name: field.get("name").name(),
    shape: field.get("shape").list((size) => size.integer()),
    buffer: field.get("buffer").integer(),
    offset: field.get("offset").integer(0, 4),
    role: field.get("role").oneOf(["weight", "average", "state"]),
    ...field.optional("of", (of) => of.name()),
    net: field.get("net").string(),
  };
}

function constant(field: Field): ConstantPlan {
  return {
    buffer: field.get("buffer").integer(),
    offset: field.get("offset").integer(0, 4),
    bytes: field.get("bytes").integer(4, 4),
    fileOffset: field.get("fileOffset").integer(0, 4),
  };
}

function kernel(field: Field): KernelPlan {
  return {
    name: field.get("name").name(),
    ...field.optional("source", (source) => source.string()),
    bindings: field.get("bindings").integer(),
    params: field.get("params").boolean(),
    variants: field.get("variants").list(variant),
  };
}

function variant(field: Field): KernelVariant {
  return {
    file: wgslFile(field.get("file")),
    ...field.optional("backEnd", (backEnd) => backEnd.oneOf(BACK_ENDS)),
    requires: field.get("requires").list((feature) => feature.oneOf(["subgroups", "shader-f16", "subgroup-matrix"])),
    ...field.optional("matrix", (matrix) => ({ m: matrix.get("m").integer(1), n: matrix.get("n").integer(1), k: matrix.get("k").integer(1) })),
    ...field.optional("workgroupBytes", (bytes) => bytes.integer(1)),
    ...field.optional("adapter", (adapter) => adapter.oneOf(["software", "hardware"])),
    ...field.optional("subgroupSize", (size) => size.integer(1)),
    ...field.optional("rowLanes", (rowLanes) => rowLanes.boolean()),
  };
}

/** A path inside the build folder: a plan from elsewhere must not make the runtime read other files. */
function wgslFile(field: Field): string {
  const file = field.name();
  const parts = file.split(/[\\/]/);
  if (/^([\\/]|[A-Za-z]:)/.test(file) || parts.includes("..") || file.includes("\0")) throw field.wrong("a path inside the build folder");
  return file;
}

function program(field: Field): ProgramPlan {
  return {
    ...field.optional("doc", (doc) => doc.string()),
    sizes: field.get("sizes").list((size) => size.name()),
    inputs: field.get("inputs").list(port),
    outputs: field.get("outputs").list(port),
    params: field.get("params").list((block) => block.list(param)),
    dispatches: field.get("dispatches").list(dispatch),
    ...field.optional("phases", phases),
  };
}

function phases(field: Field): PhasesPlan {
  return { passes: field.get("passes").integer(1), clips: field.get("clips").integer(), updateFrom: field.get("updateFrom").integer(), gradients: field.get("gradients").list(gradientRange) };
}

function gradientRange(field: Field): GradientRange {
  return {
    buffer: field.get("buffer").integer(),
    offset: field.get("offset").integer(0, BINDING_ALIGNMENT),
    bytes: field.get("bytes").integer(BINDING_ALIGNMENT, BINDING_ALIGNMENT),
    after: field.get("after").integer(),
  };
}

function port(field: Field): PortPlan {
  return {
    name: field.get("name").name(),
    dtype: field.get("dtype").oneOf(["f32", "i32", "bool"]),
    shape: field.get("shape").list((size) => hostExpr(size)),
    buffer: field.get("buffer").integer(),
    offset: field.get("offset").integer(0, 4),
    ...field.optional("source", (source) => ({ kind: source.get("kind").name(), args: source.get("args").map((value) => value.scalar()) })),
    ...field.optional("perClip", (perClip) => perClip.boolean()),
  };
}

function param(field: Field): ParamPlan {
  return { type: field.get("type").oneOf(["u32", "i32", "f32"]), value: hostExpr(field.get("value")) };
}

function dispatch(field: Field): DispatchPlan {
  return {
    kernel: field.get("kernel").integer(),
    bindings: field.get("bindings").list(binding),
    params: field.get("params").integer(-1),
    workgroups: workgroups(field.get("workgroups")),
    ...field.optional("source", (source) => source.string()),
    ...field.optional("cost", (cost) => ({ flops: hostExpr(cost.get("flops")), bytes: hostExpr(cost.get("bytes")), ...cost.optional("shape", (shape) => shape.string()) })),
    ...field.optional("flat", flat),
  };
}

function flat(field: Field): FlatPlan {
  return { units: field.get("units").integer(1), workgroups: workgroups(field.get("workgroups")), params: field.get("params").list(param) };
}

function workgroups(field: Field): DispatchPlan["workgroups"] {
  return field.list((counts) => {
    const [x, y, z, ...more] = counts.list((count) => hostExpr(count));
    if (x === undefined || y === undefined || z === undefined || more.length > 0) throw counts.wrong("a list of 3, the workgroups along x, y and z");
    return [x, y, z] as const;
  });
}

function binding(field: Field): BindingPlan {
  return {
    buffer: field.get("buffer").integer(),
    offset: field.get("offset").integer(0, BINDING_ALIGNMENT),
    size: field.get("size").integer(4, 4),
  };
}

function stats(field: Field): PlanStats {
  return {
    parameters: field.get("parameters").map((count) => count.integer()),
    flops: field.get("flops").number(),
    bytes: field.get("bytes").number(),
    peakBytes: field.get("peakBytes").number(),
  };
}

/** One operation and its arguments; a wrong number of arguments would give NaN at run time, so it is refused here. */
function hostExpr(field: Field, depth = 0): HostExpr {
  if (typeof field.value === "number") return field.number();
  if (depth > MAX_EXPRESSION_DEPTH) throw field.wrong(`an expression at most ${MAX_EXPRESSION_DEPTH} deep`);
  const form = ["get", "size", "random", "key", "call"].find((key) => field.get(key).value !== undefined);
  switch (form) {
    case "get": return { get: field.get("get").oneOf(["step", "firstClip"]) };
    case "size": return { size: field.get("size").name() };
    case "random": return { random: field.get("random").integer() };
    case "key": return { key: field.get("key").integer() };
    case "call": {
      const call = field.get("call").oneOf(Object.keys(HOST_OPS) as HostOp[]);
      const args = field.get("args").list((arg) => hostExpr(arg, depth + 1));
      if (args.length !== HOST_OPS[call]) throw field.get("args").wrong(`${HOST_OPS[call]} arguments of '${call}'`);
      return { call, args };
    }
    default: throw field.wrong("a number or an expression (get, size, random, key, call)");
  }
}
