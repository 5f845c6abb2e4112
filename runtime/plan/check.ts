import type { UserError } from "../errors.ts";
import { invalidPlan } from "./field.ts";
import { FLAT_UNIT, withUnits } from "./flat.ts";
import type { HostExpr } from "./host-expr.ts";
import type { BindingPlan, DispatchPlan, FlatPlan, KernelPlan, PhasesPlan, Plan, PortPlan, ProgramPlan } from "./schema.ts";

/** What one field cannot tell: that indices lead somewhere, ranges lie inside buffers, and parts fit each other. */
export function checkPlan(plan: Plan, file: string): void {
  new PlanCheck(plan, file).run();
}

class PlanCheck {
  private readonly plan: Plan;
  private readonly file: string;
  private readonly sizes: ReadonlySet<string>;

  constructor(plan: Plan, file: string) {
    this.plan = plan;
    this.file = file;
    this.sizes = new Set(plan.sizes.map((size) => size.name));
  }

  run(): void {
    const { buffers, constants, displays, kernels, programs, sizes, target, tensors } = this.plan;
    this.unique("sizes", sizes);
    this.unique("buffers", buffers);
    this.unique("tensors", tensors);
    buffers.forEach(({ bytes }, i) => {
      if (bytes > target.maxBufferSize) throw this.wrong(`buffers[${i}].bytes`, `at most target.maxBufferSize, ${target.maxBufferSize}`, bytes);
    });
    sizes.forEach((size, i) => this.expression(`sizes[${i}].draw`, size.draw ?? 0));
    displays.forEach(({ value }, i) => this.expression(`displays[${i}].value`, value));
    const names = new Set(tensors.map((tensor) => tensor.name));
    tensors.forEach((tensor, i) => {
      const size = 4 * tensor.shape.reduce((a, b) => a * b, 1);
      this.range(`tensors[${i}]`, { ...tensor, size });
      if (tensor.of !== undefined && !names.has(tensor.of)) throw this.wrong(`tensors[${i}].of`, "the name of a tensor", tensor.of);
    });
    constants.forEach((constant, i) => this.range(`constants[${i}]`, { ...constant, size: constant.bytes }));
    kernels.forEach((kernel, i) => this.kernel(`kernels[${i}]`, kernel));
    for (const [name, program] of Object.entries(programs)) this.program(`programs.${name}`, program);
  }

  private kernel(path: string, kernel: KernelPlan): void {
    const most = this.plan.target.maxStorageBuffersPerShaderStage;
    if (kernel.bindings > most) throw this.wrong(`${path}.bindings`, `at most target.maxStorageBuffersPerShaderStage, ${most}`, kernel.bindings);
    const last = kernel.variants.at(-1);
    const plain = last && last.requires.length === 0 && [last.adapter, last.subgroupSize, last.matrix, last.workgroupBytes].every((need) => need === undefined);
    if (!plain) throw this.wrong(`${path}.variants`, "a list whose last variant needs nothing of the adapter", `${kernel.variants.length} variants`);
  }

  private program(path: string, program: ProgramPlan): void {
    program.sizes.forEach((size, i) => this.sizeName(`${path}.sizes[${i}]`, size));
    for (const side of ["inputs", "outputs"] as const) {
      this.unique(`${path}.${side}`, program[side]);
      program[side].forEach((port, i) => this.port(`${path}.${side}[${i}]`, port));
    }
    program.params.forEach((block, i) => block.forEach(({ value }, j) => this.expression(`${path}.params[${i}][${j}].value`, value)));
    program.dispatches.forEach((dispatch, i) => this.dispatch(`${path}.dispatches[${i}]`, dispatch, program));
    if (program.phases) this.phases(`${path}.phases`, program.phases, program.dispatches.length);
  }

  private phases(path: string, { updateFrom, gradients }: PhasesPlan, dispatches: number): void {
    if (updateFrom > dispatches) throw this.wrong(`${path}.updateFrom`, `at most the number of dispatches, ${dispatches}`, updateFrom);
    let before = 0;
    gradients.forEach((range, i) => {
      this.range(`${path}.gradients[${i}]`, { ...range, size: range.bytes });
      const { after } = range;
      if (after < before || after >= updateFrom) throw this.wrong(`${path}.gradients[${i}].after`, `a dispatch from ${before} on, below updateFrom`, after);
      before = after;
    });
  }

  private port(path: string, port: PortPlan): void {
    this.range(path, { ...port, size: 0 });
    port.shape.forEach((size, i) => this.expression(`${path}.shape[${i}]`, size));
  }

  private dispatch(path: string, dispatch: DispatchPlan, program: ProgramPlan): void {
    const kernel = this.at(`${path}.kernel`, this.plan.kernels, dispatch.kernel, "kernels");
    const { bindings, params, workgroups } = dispatch;
    if (bindings.length !== kernel.bindings) throw this.wrong(`${path}.bindings`, `the ${kernel.bindings} bindings of kernel '${kernel.name}'`, bindings.length);
    if (workgroups.length !== kernel.variants.length) {
      throw this.wrong(`${path}.workgroups`, `one entry for each of the ${kernel.variants.length} variants of kernel '${kernel.name}'`, workgroups.length);
    }
    if (kernel.params !== params >= 0) throw this.wrong(`${path}.params`, `${kernel.params ? "a parameter block" : "-1, no parameter block,"} for kernel '${kernel.name}'`, params);
    if (params >= 0) this.at(`${path}.params`, program.params, params, "parameter blocks");
    workgroups.forEach((counts, i) => counts.forEach((count, j) => this.expression(`${path}.workgroups[${i}][${j}]`, count)));
    if (dispatch.flat) this.flat(`${path}.flat`, dispatch.flat, dispatch, program);
    for (const part of ["flops", "bytes"] as const) this.expression(`${path}.cost.${part}`, dispatch.cost?.[part] ?? 0);
    const most = this.plan.target.maxStorageBufferBindingSize;
    bindings.forEach((binding, i) => {
      this.range(`${path}.bindings[${i}]`, binding);
      if (binding.size > most) throw this.wrong(`${path}.bindings[${i}].size`, `at most target.maxStorageBufferBindingSize, ${most}`, binding.size);
      const clash = bindings.slice(0, i).findIndex((other) => overlap(other, binding));
      if (clash >= 0) throw this.wrong(`${path}.bindings[${i}]`, "a range apart from the others, as all are writable", `an overlap with bindings[${clash}]`);
    });
  }

  /** It says the same as the dispatch, but for the length. */
  private flat(path: string, { units, workgroups, params }: FlatPlan, dispatch: DispatchPlan, program: ProgramPlan): void {
    const block = program.params[dispatch.params] ?? [];
    const bytes = 4 * FLAT_UNIT * units;
    if (!dispatch.bindings.some(({ size }) => size === bytes)) throw this.wrong(`${path}.units`, "as many as times 256 bytes go into a binding of the dispatch", units);
    if (workgroups.length !== dispatch.workgroups.length) throw this.wrong(`${path}.workgroups`, `${dispatch.workgroups.length} entries, as the dispatch has`, workgroups.length);
    if (params.length !== block.length) throw this.wrong(`${path}.params`, `the ${block.length} parameters of the dispatch`, params.length);
    const known = (expr: HostExpr): HostExpr => withUnits(expr, units);
    workgroups.forEach((counts, i) => counts.forEach((count, j) => this.expression(`${path}.workgroups[${i}][${j}]`, known(count))));
    params.forEach(({ value }, i) => this.expression(`${path}.params[${i}].value`, known(value)));
  }

  private range(path: string, { buffer, offset, size }: BindingPlan): void {
    const { name, bytes } = this.at(`${path}.buffer`, this.plan.buffers, buffer, "buffers");
    if (offset + size > bytes) throw this.wrong(path, `a range inside buffer '${name}' of ${bytes} bytes`, `${size} bytes at ${offset}`);
  }

  private at<T>(path: string, list: readonly T[], index: number, of: string): T {
    const found = list[index];
    if (found === undefined) throw this.wrong(path, list.length === 0 ? `no index, as there are no ${of}` : `an index of ${of}, 0 to ${list.length - 1}`, index);
    return found;
  }

  private expression(path: string, expr: HostExpr): void {
    if (typeof expr === "number") return;
    if ("size" in expr) this.sizeName(path, expr.size);
    else if ("call" in expr) for (const arg of expr.args) this.expression(path, arg);
  }

  private sizeName(path: string, name: string): void {
    if (!this.sizes.has(name)) throw this.wrong(path, "the name of a runtime size", name);
  }

  private unique(path: string, named: readonly { readonly name: string }[]): void {
    const seen = new Set<string>();
    named.forEach(({ name }, i) => {
      if (seen.has(name)) throw this.wrong(`${path}[${i}].name`, "a name not yet taken", name);
      seen.add(name);
    });
  }

  private wrong(path: string, expected: string, found: string | number): UserError {
    return invalidPlan(this.file, `'${path}': expected ${expected}, found ${found}`);
  }
}

function overlap(a: BindingPlan, b: BindingPlan): boolean {
  return a.buffer === b.buffer && a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}
