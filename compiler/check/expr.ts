import type { Expr } from "../syntax/ast.ts";
import { builtins } from "./builtins/table.ts";
import { checkCall } from "./call.ts";
import type { Context } from "./context.ts";
import { checkEinsum } from "./einsum.ts";
import { checkIf } from "./if.ts";
import { checkIndex } from "./index-expr.ts";
import { checkList, checkListFor } from "./list.ts";
import { checkBinary, checkUnary } from "./operator.ts";
import { checkRearrange } from "./rearrange.ts";
import { literal } from "./static.ts";
import { unknown, type Type } from "./types.ts";
import { unknownName } from "./unknown-name.ts";

/** The type of any expression; each construct has a file of its own. */
export function checkExpr(cx: Context, expr: Expr, expected?: Type): Type {
  switch (expr.kind) {
    case "int":
    case "real":
    case "bool":
    case "text":
      return literal(expr);
    case "name":
      return checkName(cx, expr);
    case "unary":
      return checkUnary(cx, expr);
    case "binary":
      return checkBinary(cx, expr);
    case "range":
      // Only loops have ranges; the parser has reported any other.
      return unknown;
    case "list":
      return checkList(cx, expr);
    case "list-for":
      return checkListFor(cx, expr);
    case "call":
      return checkCall(cx, expr, expected);
    case "member":
      return checkMember(cx, expr);
    case "index":
      return checkIndex(cx, expr);
    case "if":
      return checkIf(cx, expr, expected);
    case "rearrange":
      return checkRearrange(cx, expr);
    case "hole":
      return unknown;
    case "einsum":
      return checkEinsum(cx, expr);
  }
}

function checkName(cx: Context, expr: Expr & { kind: "name" }): Type {
  const binding = cx.scope.find(expr.name);
  if (binding === undefined) {
    if (builtins.has(expr.name)) {
      return cx.error("JM0314", { name: expr.name }, [{ span: expr.span, text: "a function" }], { help: [`call it: \`${expr.name}(...)\``] });
    }
    return unknownName(cx, expr.name, expr.span, cx.scope.names());
  }
  if (binding.use !== undefined) binding.use.read = true;
  const lacking = binding.needs?.filter((n) => n !== "" && !cx.assumed.has(n)) ?? [];
  if (lacking.length > 0 && !cx.quiet) {
    const condition = lacking.join(" and ");
    cx.error("JM0315", { name: expr.name, condition }, [
      { span: expr.span, text: "may not exist" },
      ...(binding.span === undefined ? [] : [{ span: binding.span, text: `declared only if ${condition}` }]),
    ], { help: [`use it inside \`if ${condition} { ... }\``] });
  }
  const type = binding.type();
  // A scalar `var` may hold another number each time it is read: it equals nothing but itself, once.
  if (binding.mutable === true && type.kind === "scalar" && type.of === "int") return cx.atom(expr.name, cx.originOf(type));
  return type;
}

function checkMember(cx: Context, expr: Expr & { kind: "member" }): Type {
  const object = cx.expr(expr.object);
  if (object.kind === "unknown") return unknown;
  return cx.error("JM0316", { name: expr.name.name }, [{ span: expr.span, text: "" }], {
    help: object.kind === "net" ? [`call it: \`.${expr.name.name}(...)\``] : [],
  });
}
