import type { Expr } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import type { Interpreter } from "./interpreter.ts";
import type { Scope } from "./scope.ts";
import { asScalar } from "./want.ts";

/** Checks `where` conditions with this use's numbers; a violation points at the use. */
export function checkWhere(it: Interpreter, conditions: readonly Expr[], scope: Scope, use: Span): void {
  for (const condition of conditions) {
    const value = asScalar(it, it.evaluate(condition, scope), condition.span);
    if (value.host !== 0) continue;
    const text = condition.span.source.text.slice(condition.span.start, condition.span.end);
    const values = [...new Set(namesIn(condition))].flatMap((name) => {
      const found = scope.find(name);
      return found?.kind === "scalar" && typeof found.host === "number" ? [`${name} = ${found.host}`] : [];
    });
    it.fail("JM0501", { condition: text, values: values.join(", ") }, use, "used here", {
      also: condition.span === use ? [] : [{ span: condition.span, text: "the condition" }],
    });
  }
}

function namesIn(expr: Expr): string[] {
  switch (expr.kind) {
    case "name":
      return [expr.name];
    case "unary":
      return namesIn(expr.operand);
    case "binary":
      return [...namesIn(expr.left), ...namesIn(expr.right)];
    case "call":
      return expr.args.flatMap((arg) => namesIn(arg.value));
    default:
      return [];
  }
}
