import type { DType, HostExpr } from "@jepac/runtime/plan";
import type { Node, SizeBounds } from "../graph/node.ts";
import { diagnose } from "../diagnostics/codes.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Program } from "../program/program.ts";
import type { Expr, FnDecl, ModelDecl, ModelMember, NetDecl, OptimizeDecl, TypeExpr } from "../syntax/ast.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { Poly } from "../size/poly.ts";
import { applyConfig, type Choices } from "./config.ts";
import { argumentsOf } from "./arguments.ts";
import { builtinNames } from "./builtins/table.ts";
import { evaluate, evaluateBlock, execute } from "./expression.ts";
import { ElaborationFailure, fail } from "./failure.ts";
import { hostCall } from "../graph/host-call.ts";
import { Interpreter, type Layers } from "./interpreter.ts";
import { evaluateNet } from "./net.ts";
import { elaborateRule, type ElaboratedRule } from "./rule.ts";
import { Scope } from "./scope.ts";
import { asScalar, asSize, asStatic, asTensor } from "./want.ts";
import { checkWhere } from "./where.ts";
import { hostInt, sizeValue, tensor, type Value } from "./value.ts";

/** A model with its numbers: what it computes, as graph nodes, and everything that is not a graph. */
export interface ElaboratedModel {
  readonly name: string;
  readonly doc?: string;
  readonly config: Readonly<Record<string, number | string | boolean>>;
  readonly builder: GraphBuilder;
  readonly bounds: ReadonlyMap<string, SizeBounds>;
  /** Runtime sizes drawn by the runtime each step. */
  readonly drawn: readonly { readonly name: string; readonly draw: HostExpr }[];
  readonly inputs: readonly ModelInput[];
  /** Every stored tensor, in order of declaration; `init` builds its first value. */
  readonly weights: readonly ModelWeight[];
  readonly loss: Node;
  readonly reports: readonly { readonly name: string; readonly node: Node }[];
  readonly optimizers: readonly { readonly nets: readonly string[]; readonly rule: ElaboratedRule }[];
  readonly averages: readonly { readonly net: string; readonly of: string; readonly rule: ElaboratedRule }[];
  readonly exports: readonly ModelExport[];
}

export interface ModelInput {
  readonly name: string;
  readonly doc?: string;
  readonly dtype: DType;
  readonly shape: readonly Poly[];
  readonly source?: { readonly kind: string; readonly args: Readonly<Record<string, number | string | boolean>> };
}

export interface ModelWeight {
  readonly name: string;
  /** The top-level net it belongs to. */
  readonly net: string;
  readonly shape: readonly number[];
  /** For a weight of an average net: the weight it follows (and starts as a copy of). */
  readonly of?: string;
  readonly init: () => Node;
}

export interface ModelExport {
  readonly name: string;
  readonly doc?: string;
  readonly inputs: readonly ModelInput[];
  /** Runtime sizes of its inputs, bound by what the caller brings. */
  readonly sizes: readonly string[];
  readonly result: Node;
}

/** Elaborates the program's one model. A failure is a diagnostic, never an exception. */
export function elaborate(program: Program, choices: Choices): { model: ElaboratedModel } | { failure: Diagnostic } {
  const decl = program.main.file.items.find((item): item is ModelDecl => item.kind === "model");
  if (decl === undefined) throw new Error("a program without a model was elaborated");
  try {
    return { model: new ModelElaborator(program, decl, choices.layers).run(choices) };
  } catch (error) {
    if (error instanceof ElaborationFailure) return { failure: error.diagnostic };
    throw error;
  }
}

class ModelElaborator {
  readonly #it: Interpreter;
  readonly #decl: ModelDecl;
  readonly #scope: Scope;
  readonly #drawn: { name: string; draw: HostExpr }[] = [];
  readonly #inputs: ModelInput[] = [];
  readonly #netOf = new Map<string, string>();
  readonly #follows = new Map<string, string>();
  readonly #averages: { net: string; of: string; rule: ElaboratedRule }[] = [];
  readonly #reports: { name: string; node: Node }[] = [];
  #loss: Node | undefined;

  constructor(program: Program, decl: ModelDecl, layers: Layers | undefined) {
    this.#it = new Interpreter(new GraphBuilder(), { builtins: builtinNames, evaluate, block: evaluateBlock }, layers);
    this.#decl = decl;
    this.#scope = new Scope(this.#it.scopeOf(program.main));
    this.#scope.declare("step", hostInt({ get: "step" }));
  }

  run(choices: Choices): ElaboratedModel {
    const it = this.#it;
    const config = applyConfig(it, this.#decl, choices, this.#scope);
    checkWhere(it, this.#decl.where, this.#scope, this.#decl.name.span);
    for (const member of this.#decl.members) if (member.kind === "fn" && member.name !== null) this.#declareFn(member);
    const optimizes: OptimizeDecl[] = [];
    const exports: FnDecl[] = [];
    for (const member of this.#decl.members) this.#member(member, optimizes, exports);
    if (this.#loss === undefined) {
      fail(diagnose("JM0410", { found: 0 }, [{ span: this.#decl.name.span, text: "has nothing to train" }], { help: ["add `train { minimize loss }`, where `loss` is an f32[]"] }));
    }
    const optimizers = optimizes.map((o) => this.#optimize(o));
    return {
      name: this.#decl.name.name,
      ...(this.#decl.doc === undefined ? {} : { doc: this.#decl.doc }),
      config,
      builder: it.g,
      bounds: it.sizes,
      drawn: this.#drawn,
      inputs: this.#inputs,
      weights: [...it.weights.values()].map((site) => {
        const of = this.#follows.get(site.name);
        return { name: site.name, net: this.#netOf.get(site.name) ?? "", shape: site.shape, init: site.init, ...(of === undefined ? {} : { of }) };
      }),
      loss: this.#loss,
      reports: this.#reports,
      optimizers,
      averages: this.#averages,
      exports: exports.map((fn) => this.#export(fn)),
    };
  }

  #declareFn(fn: FnDecl): void {
    if (fn.name !== null) this.#scope.declare(fn.name.name, { kind: "fn", decl: fn, scope: this.#scope });
  }

  #member(member: ModelMember, optimizes: OptimizeDecl[], exports: FnDecl[]): void {
    const it = this.#it;
    switch (member.kind) {
      case "config":
      case "preset":
        return;
      case "let":
        this.#scope.declare(member.name.name, evaluate(it, member.value, this.#scope));
        return;
      case "dim":
        this.#dim(member);
        return;
      case "input": {
        const { shape, dtype } = this.#shapeOf(member.type);
        const source = member.source;
        this.#inputs.push({
          name: member.name.name,
          dtype,
          shape,
          ...(member.doc === undefined ? {} : { doc: member.doc }),
          ...(source === undefined
            ? {}
            : { source: { kind: source.name.name, args: Object.fromEntries(source.args.map((arg) => [arg.name?.name ?? "", this.#plain(arg.value)])) } }),
        });
        this.#scope.declare(member.name.name, tensor(it.at(member.span).input(member.name.name, dtype, shape)));
        return;
      }
      case "net":
        this.#net(member);
        return;
      case "train":
        execute(it, member.body, new Scope(this.#scope), {
          minimize: (value, stmt) => {
            this.#loss = asTensor(it, value, stmt.span);
          },
          report: (name, value, stmt) => {
            this.#reports.push({ name, node: asTensor(it, value, stmt.span) });
          },
        });
        return;
      case "optimize":
        optimizes.push(member);
        return;
      case "fn":
        if (member.exported) exports.push(member);
        return;
    }
  }

  #dim(dim: ModelMember & { kind: "dim" }): void {
    const it = this.#it;
    if (dim.range === undefined) {
      if (dim.value !== undefined) this.#scope.declare(dim.name.name, sizeValue(asSize(it, evaluate(it, dim.value, this.#scope), dim.value.span)));
      return;
    }
    const min = asStatic(it, evaluate(it, dim.range.low, this.#scope), dim.range.low.span, "the bound of a runtime size");
    const max = asStatic(it, evaluate(it, dim.range.high, this.#scope), dim.range.high.span, "the bound of a runtime size");
    if (!(min >= 1 && min <= max)) it.fail("JM0507", { name: dim.name.name, low: `${min}`, high: `${max}` }, dim.span);
    const name = dim.name.name;
    const span = max - min + 1;
    const raw: HostExpr =
      dim.value === undefined
        ? hostCall("add", min, hostCall("floor", hostCall("mul", { random: it.nextSite() }, span)))
        : asScalar(it, evaluate(it, dim.value, this.#scope), dim.value.span).host;
    this.#drawn.push({ name, draw: hostCall("min", max, hostCall("max", min, hostCall("floor", raw))) });
    it.sizes.set(name, { name, min, max });
    this.#scope.declare(name, sizeValue(Poly.atom(name)));
  }

  #shapeOf(type: TypeExpr): { dtype: DType; shape: Poly[] } {
    if (type.kind !== "tensor-type") throw new Error("an input that is no tensor passed the checker");
    return {
      dtype: type.dtype,
      shape: type.axes.map((axis) => {
        if (axis.kind === "pack") throw new Error("a pack in an input's type passed the checker");
        const size = asSize(this.#it, evaluate(this.#it, axis, this.#scope), axis.span);
        if (this.#it.range(size).min < 1) this.#it.fail("JM0510", { name: "an axis of this input", size: size.toString() }, axis.span);
        return size;
      }),
    };
  }

  #plain(expr: Expr): number | string | boolean {
    const value = evaluate(this.#it, expr, this.#scope);
    if (value.kind === "text") return value.text;
    const number = asStatic(this.#it, value, expr.span, "an argument of an input's source");
    return value.kind === "scalar" && value.type === "bool" ? number !== 0 : number;
  }

  #net(decl: NetDecl): void {
    const it = this.#it;
    const before = new Set(it.weights.keys());
    const rule = decl.value.kind === "call" ? evaluateCallee(it, decl.value.callee, this.#scope) : undefined;
    if (decl.value.kind === "call" && rule?.kind === "rule") {
      this.#average(decl, decl.value, rule);
    } else {
      this.#scope.declare(decl.name.name, evaluateNet(it, decl, this.#scope, decl.name.name));
    }
    for (const name of it.weights.keys()) if (!before.has(name)) this.#netOf.set(name, decl.name.name);
  }

  /** A net that follows another: the same modules again under its own name, moved by the rule. */
  #average(decl: NetDecl, call: NetDecl["value"] & { kind: "call" }, rule: Value & { kind: "rule" }): void {
    const it = this.#it;
    const [followed, ...rest] = call.args;
    const of = followed?.value.kind === "name" ? followed.value.name : "";
    const original = this.#decl.members.find((m): m is NetDecl => m.kind === "net" && m.name.name === of);
    if (original === undefined) throw new Error("an average of no net passed the checker");
    const known = new Set(it.weights.keys());
    this.#scope.declare(decl.name.name, evaluateNet(it, original, this.#scope, decl.name.name));
    const ranks: number[] = [];
    for (const [name, site] of it.weights) {
      if (known.has(name)) continue;
      this.#follows.set(name, of + name.slice(decl.name.name.length));
      ranks.push(site.shape.length);
    }
    const args = argumentsOf(it, rule.decl.params, rest, this.#scope, rule.scope);
    this.#averages.push({ net: decl.name.name, of, rule: elaborateRule(it, rule.decl, rule.scope, args, ranks) });
  }

  #optimize(decl: OptimizeDecl): { nets: string[]; rule: ElaboratedRule } {
    const it = this.#it;
    const rule = this.#scope.find(decl.rule.name);
    if (rule?.kind !== "rule") throw new Error("an optimizer that is no rule passed the checker");
    const nets = decl.nets.map((n) => n.name);
    const ranks = [...it.weights.values()].filter((w) => nets.includes(this.#netOf.get(w.name) ?? "")).map((w) => w.shape.length);
    const args = argumentsOf(it, rule.decl.params, decl.args, this.#scope, rule.scope);
    return { nets, rule: elaborateRule(it, rule.decl, rule.scope, args, ranks) };
  }

  /** `export fn`: its size parameters become runtime sizes up to `batch` (or 16 where no config is called so). */
  #export(fn: FnDecl): ModelExport {
    const it = this.#it;
    const name = fn.name?.name ?? "";
    const scope = new Scope(this.#scope);
    const batch = this.#scope.find("batch");
    const most = batch?.kind === "scalar" && typeof batch.host === "number" ? batch.host : 16;
    const sizes: string[] = [];
    for (const param of fn.params) {
      if (param.type.kind !== "tensor-type") continue;
      for (const axis of param.type.axes) {
        if (axis.kind !== "name" || scope.find(axis.name) !== undefined) continue;
        const size = it.sizes.has(axis.name) ? `${name}_${axis.name}` : axis.name;
        it.sizes.set(size, { name: size, min: 1, max: most });
        scope.declare(axis.name, sizeValue(Poly.atom(size)));
        sizes.push(size);
      }
    }
    const inputs: ModelInput[] = fn.params.map((param) => {
      if (param.type.kind !== "tensor-type") throw new Error("an export with a static parameter passed the checker");
      const shape = param.type.axes.map((axis) => {
        if (axis.kind === "pack") throw new Error("a pack in an export passed the checker");
        return asSize(it, evaluate(it, axis, scope), axis.span);
      });
      const like = this.#inputs.find((input) => input.name === param.name.name);
      return { name: param.name.name, dtype: param.type.dtype, shape, ...(like?.source === undefined ? {} : { source: like.source }) };
    });
    for (const input of inputs) scope.declare(input.name, tensor(it.at(fn.span).input(`${name}.${input.name}`, input.dtype, input.shape)));
    const result = asTensor(it, evaluateBlock(it, fn.body, scope), fn.span);
    return { name, inputs, sizes, result, ...(fn.doc === undefined ? {} : { doc: fn.doc }) };
  }
}

function evaluateCallee(it: Interpreter, callee: Expr, scope: Scope): Value | undefined {
  return callee.kind === "name" ? scope.find(callee.name) : evaluate(it, callee, scope);
}
