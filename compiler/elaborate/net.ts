import type { Member, NetDecl } from "../syntax/ast.ts";
import type { Span } from "../syntax/source.ts";
import { argumentsOf } from "./arguments.ts";
import type { Interpreter } from "./interpreter.ts";
import { Scope } from "./scope.ts";
import { checkWhere } from "./where.ts";
import { asScalar, asSize, asTensor } from "./want.ts";
import { describeValue, tensor, type ModuleValue, type NetValue, type Value } from "./value.ts";

/** Makes an instance of a module: its lets and nets evaluated, its weights registered under `path`. */
export function instantiate(it: Interpreter, module: ModuleValue, args: ReadonlyMap<string, Value>, path: string, use: Span): NetValue {
  const scope = new Scope(module.scope);
  for (const [name, value] of args) scope.declare(name, value);
  checkWhere(it, module.decl.where, scope, use);
  const net: NetValue = { kind: "net", decl: module.decl, path, scope };
  it.within(module.decl.name.name, use, () => {
    declareMembers(it, net, module.decl.members);
  });
  return net;
}

function declareMembers(it: Interpreter, net: NetValue, members: readonly Member[]): void {
  const { scope } = net;
  for (const member of members) {
    switch (member.kind) {
      case "let":
        scope.declare(member.name.name, it.evaluate(member.value, scope));
        break;
      case "net":
        scope.declare(member.name.name, evaluateNet(it, member, scope, net.path === "" ? member.name.name : `${net.path}.${member.name.name}`));
        break;
      case "weight": {
        if (member.type.kind !== "tensor-type") throw new Error("a param that is no tensor passed the checker");
        const shape = member.type.axes.map((axis) => {
          if (axis.kind === "pack") throw new Error("a pack in a param's type passed the checker");
          const size = asSize(it, it.evaluate(axis, scope), axis.span).constant;
          if (size === undefined) return it.fail("JM0508", { what: "the size of a param", found: "a runtime size" }, axis.span);
          if (size < 1) return it.fail("JM0510", { name: `an axis of \`${member.name.name}\``, size: `${size}` }, axis.span);
          return size;
        });
        const name = net.path === "" ? member.name.name : `${net.path}.${member.name.name}`;
        const node = it.at(member.span).weight(name, shape);
        it.weights.set(name, {
          name,
          shape,
          init: () => {
            const value = it.evaluate(member.init, scope, node.shape);
            return it.g.expand(asTensor(it, value, member.init.span), node.shape);
          },
        });
        scope.declare(member.name.name, tensor(node));
        break;
      }
      case "member-if": {
        const condition = asScalar(it, it.evaluate(member.condition, scope), member.condition.span);
        if (typeof condition.host !== "number") {
          it.fail("JM0508", { what: "the condition of an `if` around members", found: describeValue(condition) }, member.condition.span);
        }
        declareMembers(it, net, condition.host !== 0 ? member.then : member.otherwise);
        break;
      }
      case "fn":
        if (member.name !== null) scope.declare(member.name.name, { kind: "method", net, decl: member });
        break;
    }
  }
}

/** The nets of a `net` declaration, each with its path: `blocks` of a list gives `blocks.0`, `blocks.1`, ... */
export function evaluateNet(it: Interpreter, decl: NetDecl, scope: Scope, path: string): Value {
  return withPath(it, decl.value, scope, path);
}

function withPath(it: Interpreter, expr: NetDecl["value"], scope: Scope, path: string): Value {
  if (expr.kind === "list-for") {
    // The items are made one by one, so that each knows its number.
    const range = it.evaluate({ ...expr, item: { kind: "name", name: expr.name.name, span: expr.name.span } }, scope);
    if (range.kind !== "list") throw new Error("a list that is none");
    return {
      kind: "list",
      items: range.items.map((element, i) => {
        const inner = new Scope(scope);
        inner.declare(expr.name.name, element);
        return withPath(it, expr.item, inner, `${path}.${i}`);
      }),
    };
  }
  if (expr.kind === "list") {
    return { kind: "list", items: expr.items.flatMap((item, i) => (item.kind === "pack" ? [] : [withPath(it, item, scope, `${path}.${i}`)])) };
  }
  if (expr.kind === "if") {
    const condition = asScalar(it, it.evaluate(expr.condition, scope), expr.condition.span);
    const branch = condition.host !== 0 ? expr.then : expr.otherwise;
    if (branch.value !== undefined && branch.stmts.length === 0) return withPath(it, branch.value, scope, path);
  }
  if (expr.kind === "call") {
    const callee = it.evaluate(expr.callee, scope);
    if (callee.kind === "module") {
      return instantiate(it, callee, argumentsOf(it, callee.decl.params, expr.args, scope, callee.scope), path, expr.span);
    }
  }
  throw new Error("a net that is no module passed the checker");
}
