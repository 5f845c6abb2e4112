import type { FnDecl, ModuleDecl } from "../syntax/ast.ts";
import type { Context, Limit } from "./context.ts";
import { once } from "./scope.ts";
import type { Origin } from "./types.ts";

/** What checking a body tells its callers. */
export interface FnInfo {
  readonly limits: ReadonlyMap<string, Limit>;
  /** Of a scalar result: its own stage, and the parameters it depends on. */
  readonly result: Origin;
  /** Whether the body gives what the signature says; if not, that is reported, and calls have no type. */
  readonly sound: boolean;
}

/** Names in a signature that stand for sizes found at the call. */
export interface SizeParams {
  readonly names: ReadonlySet<string>;
  readonly packs: ReadonlySet<string>;
}

/** A function where it is declared; its body is checked once, when first asked for. */
export class FnDefinition {
  readonly decl: FnDecl;
  /** For messages: `softmax`, `Encoder.visible`, or `Encoder` for what calling a net does. */
  readonly title: string;
  readonly sizes: () => SizeParams;
  /** Undefined while the body is being checked: the function calls itself. */
  readonly info: () => FnInfo | undefined;

  constructor(decl: FnDecl, title: string, sizes: () => SizeParams, check: (self: FnDefinition) => FnInfo) {
    this.decl = decl;
    this.title = title;
    this.sizes = sizes;
    this.info = once<FnInfo | undefined>(
      () => check(this),
      () => undefined,
    );
  }
}

export interface ModuleInfo {
  /** Where the members are: parameters, lets, nets, weights, functions. */
  readonly cx: Context;
  /** By name; what calling a net does has the name "". */
  readonly methods: ReadonlyMap<string, FnDefinition>;
}

/** A module where it is declared; its members are checked once, when first asked for. */
export class ModuleDefinition {
  readonly decl: ModuleDecl;
  /** Undefined while the members are being checked: the module contains itself. */
  readonly info: () => ModuleInfo | undefined;

  constructor(decl: ModuleDecl, build: (self: ModuleDefinition) => ModuleInfo) {
    this.decl = decl;
    this.info = once<ModuleInfo | undefined>(
      () => build(this),
      () => undefined,
    );
  }
}
