import type { DiagnosticBag } from "../diagnostics/diagnostic.ts";
import { itemName, type Program } from "../program/program.ts";
import type { Expr } from "../syntax/ast.ts";
import type { Context, Session } from "./context.ts";
import { checkExpr } from "./expr.ts";
import { Files } from "./files.ts";
import { checkModel } from "./model.ts";
import { checkBlock, checkStmts } from "./stmt.ts";
import type { Type } from "./types.ts";
import { Uses } from "./unused.ts";

/** The parser's codes. */
const SYNTAX = "JM00";

/** `import { Block } from "std/layers"`, if a file of the program declares the name. */
function importOf(program: Program, name: string): string | undefined {
  const declares = program.units.find((unit) => unit !== program.main && unit.file.items.some((item) => itemName(item) === name));
  return declares === undefined ? undefined : `import { ${name} } from "${declares.source.path.replace(/\.jm$/, "")}"`;
}

/** What the checker found out, for editors. */
export interface CheckedProgram {
  /** The type of an expression as a person would write it: `f32[B, N, 3*D]`. Undefined where it was not checked. */
  typeText(expr: Expr): string | undefined;
}

/**
 * Checks every body of a program once, where it is declared, with sizes as names. All mistakes go to the bag; each
 * silences what depends on it.
 */
export function check(program: Program, bag: DiagnosticBag): CheckedProgram {
  const types = new WeakMap<Expr, { readonly type: Type; readonly cx: Context }>();
  const uses = new Uses();
  const unreadable = new Set(bag.all.filter((d) => d.code.startsWith(SYNTAX)).map((d) => d.labels[0]?.span.source));
  const session: Session = {
    bag,
    expr: checkExpr,
    block: checkBlock,
    stmts: checkStmts,
    hasGaps: (source) => unreadable.has(source),
    importOf: (name) => importOf(program, name),
    useOf: (name, what) => uses.of(name, what),
    note: (expr, type, cx) => types.set(expr, { type, cx }),
  };
  const files = new Files(session);
  for (const unit of program.units) {
    for (const item of unit.file.items) {
      const type = files.binding({ item, unit }).type();
      if (type.kind === "fn") type.definition.info();
      else if (type.kind === "rule") type.limits();
      else if (type.kind === "module") type.definition.info()?.methods.forEach((method) => method.info());
      if (item.kind === "model") checkModel(item, files.context(unit));
    }
  }
  uses.report(bag);
  return {
    typeText(expr) {
      const noted = types.get(expr);
      return noted === undefined || noted.type.kind === "unknown" ? undefined : noted.cx.show(noted.type);
    },
  };
}
