import type { Expr } from "../syntax/ast.ts";
import { Poly } from "../size/poly.ts";
import { type Interpreter, show } from "./interpreter.ts";
import type { Scope } from "./scope.ts";
import { asSize, asStatic } from "./want.ts";
import { describeValue, tensor, type Value } from "./value.ts";

/** `x[:, a:b, i]` on a tensor, `blocks[0]` on a list. */
export function indexValue(it: Interpreter, expr: Expr & { kind: "index" }, object: Value, scope: Scope): Value {
  if (object.kind === "list") {
    const [item] = expr.items;
    if (item?.kind !== "at") throw new Error("a slice of a list passed the checker");
    const i = asStatic(it, it.evaluate(item.index, scope), item.span, "the index into a list");
    const found = object.items.at(i);
    if (found === undefined || i >= object.items.length) {
      return it.fail("JM0505", { range: `${i}`, size: `${object.items.length} items` }, item.span, "outside the list");
    }
    return found;
  }
  if (object.kind !== "tensor") throw new Error(`an index into ${describeValue(object)} passed the checker`);
  const { node } = object;
  const starts: Poly[] = [];
  const sizes: Poly[] = [];
  const kept: Poly[] = [];
  node.shape.forEach((size, axis) => {
    const item = expr.items[axis];
    if (item === undefined) {
      starts.push(Poly.constant(0));
      sizes.push(size);
      kept.push(size);
      return;
    }
    const bound = (e: Expr | undefined, otherwise: Poly): Poly => {
      if (e === undefined) return otherwise;
      const given = asSize(it, it.evaluate(e, scope), e.span);
      return given.constant !== undefined && given.constant < 0 ? size.add(given) : given;
    };
    const from = item.kind === "at" ? bound(item.index, size) : bound(item.from, Poly.constant(0));
    const to = item.kind === "at" ? from.add(Poly.constant(1)) : bound(item.to, size);
    const length = to.sub(from);
    const fits = it.range(from).min >= 0 && it.range(length).min >= 1 && it.range(size.sub(to)).min >= 0;
    if (!fits) {
      const range = item.kind === "at" ? show(from) : `${show(from)}:${show(to)}`;
      const empty = it.range(length).min === 0;
      it.fail("JM0505", { range, size: show(size) }, item.span, empty ? "this may be empty" : `axis ${axis} has ${show(size)}`);
    }
    starts.push(from);
    sizes.push(length);
    if (item.kind === "slice") kept.push(length);
  });
  const cut = it.at(expr.span).slice(node, starts, sizes);
  return tensor(kept.length === sizes.length ? cut : it.g.reshape(cut, kept));
}
