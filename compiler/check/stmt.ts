import type { Block, Stmt } from "../syntax/ast.ts";
import { Poly } from "../size/poly.ts";
import { innerText, sourceText, type Context } from "./context.ts";
import { expectType } from "./expect.ts";
import { branches, checkCondition } from "./if.ts";
import { loopItems } from "./list.ts";
import { didYouMean } from "./suggestion.ts";
import { bound, Scope } from "./scope.ts";
import { fixed, isPack, tensor, unknown, type Type } from "./types.ts";

/** Statements, then the value. The block's names are defined in the context's scope. */
export function checkBlock(cx: Context, block: Block, expected?: Type): Type {
  checkStmts(cx, block.stmts);
  return block.value === undefined ? unknown : cx.expr(block.value, expected);
}

export function checkStmts(cx: Context, stmts: readonly Stmt[]): void {
  for (const stmt of stmts) checkStmt(cx, stmt);
}

function checkStmt(cx: Context, stmt: Stmt): void {
  switch (stmt.kind) {
    case "bind":
      return checkBind(cx, stmt);
    case "assign":
      return checkAssign(cx, stmt);
    case "for":
      return checkFor(cx, stmt);
    case "if-stmt":
      return checkIfStmt(cx, stmt);
    case "minimize":
    case "report":
      return checkMeasure(cx, stmt);
  }
}

function checkBind(cx: Context, stmt: Stmt & { kind: "bind" }): void {
  const type = cx.expr(stmt.value);
  const what = stmt.mutable ? "var" : "let";
  const parts = stmt.list ? takenApart(cx, stmt, type) : stmt.names.map(() => type);
  for (const [i, name] of stmt.names.entries()) {
    const twin = cx.scope.own(name.name);
    if (twin?.what === "let" || twin?.what === "var") {
      cx.error("JM0302", { name: name.name }, [
        { span: name.span, text: "again here" },
        ...(twin.span === undefined ? [] : [{ span: twin.span, text: "declared first here" }]),
      ], { help: ["a name that changes is declared once by `var` and then assigned: `h = f(h)`"] });
    }
    const part = parts[i] ?? unknown;
    const value = part.kind === "module" || part.kind === "fn" || part.kind === "rule" ? noValue(cx, stmt, part) : part;
    cx.scope.define(name.name, bound(what, value, { span: name.span, mutable: stmt.mutable, value: stmt.value, use: cx.session.useOf(name, "let") }));
  }
}

function noValue(cx: Context, stmt: Stmt & { kind: "bind" }, type: Type): Type {
  return cx.error("JM0314", { name: sourceText(stmt.value) }, [{ span: stmt.value.span, text: cx.show(type) }], { help: ["call it"] });
}

/** `let [q, k, v] = e`: each name is a slice of the first axis, or an item of a list. */
function takenApart(cx: Context, stmt: Stmt & { kind: "bind" }, type: Type): readonly Type[] {
  if (type.kind === "unknown") return [];
  const names = { span: stmt.names[0]?.span ?? stmt.span, text: `${stmt.names.length} names` };
  const found = { span: stmt.value.span, text: cx.show(type) };
  if (type.kind === "list" && !type.repeated) {
    if (type.items.length !== stmt.names.length) cx.error("JM0223", { names: stmt.names.length, size: `${type.items.length}` }, [found, names]);
    return type.items;
  }
  if (type.kind !== "tensor" || type.axes.length === 0) {
    cx.error("JM0334", { found: cx.show(type) }, [found]);
    return [];
  }
  const [first, ...rest] = type.axes;
  if (first === undefined || isPack(first) || !cx.facts.equal(first, Poly.constant(stmt.names.length))) {
    cx.error("JM0223", { names: stmt.names.length, size: first === undefined ? "0" : cx.showSize(first) }, [found, names]);
    return [];
  }
  return stmt.names.map(() => tensor(type.dtype, rest));
}

function checkAssign(cx: Context, stmt: Stmt & { kind: "assign" }): void {
  const { name, span } = stmt.name;
  const binding = cx.scope.find(name);
  const wanted = binding?.type();
  const found = cx.expr(stmt.value, wanted);
  if (binding === undefined) {
    const help = didYouMean(name, cx.scope.names());
    cx.error("JM0301", { name }, [{ span, text: "not declared" }], { help: help.length > 0 ? help : [`\`let ${name} = ...\` declares it, \`var\` where it changes later`] });
    return;
  }
  const declared = binding.span === undefined ? [] : [{ span: binding.span, text: `declared by \`${binding.what}\` here` }];
  if (binding.mutable !== true) {
    cx.error("JM0327", { name, what: binding.what }, [{ span, text: "assigned here" }, ...declared], {
      help: binding.what === "let" ? [`declare it with \`var ${name} = ...\``] : [],
    });
    return;
  }
  if (wanted === undefined) return;
  const [at] = declared;
  expectType(cx, found, wanted, stmt.value, `\`${name}\``, at === undefined ? undefined : { ...at, text: cx.show(wanted) });
}

function checkFor(cx: Context, stmt: Stmt & { kind: "for" }): void {
  for (const item of loopItems(cx, stmt.over)) {
    const inner = cx.with({ scope: new Scope(cx.scope) });
    inner.scope.define(stmt.name.name, bound("loop", item === "number" ? inner.atom(stmt.name.name, fixed) : item, { span: stmt.name.span }));
    checkStmts(inner, stmt.body);
  }
}

function checkIfStmt(cx: Context, stmt: Stmt & { kind: "if-stmt" }): void {
  const condition = checkCondition(cx, stmt.condition);
  if (condition !== undefined) cx.require(condition, "static", stmt.condition.span, "to choose statements");
  const inside = branches(cx, stmt.condition, condition);
  checkStmts(inside.then, stmt.then);
  checkStmts(inside.otherwise, stmt.otherwise);
}

/** `minimize` and `report` take one number: an f32[]. */
function checkMeasure(cx: Context, stmt: Stmt & { kind: "minimize" | "report" }): void {
  const type = cx.expr(stmt.value);
  // Elsewhere the parser has reported it.
  if (cx.body?.role !== "train") return;
  if (stmt.kind === "minimize") cx.body.losses.push(stmt.span);
  if (type.kind === "unknown" || (type.kind === "tensor" && type.dtype === "f32" && type.axes.length === 0)) return;
  if (stmt.kind === "report" && type.kind === "scalar" && (type.of === "real" || type.of === "int")) return;
  const help = type.kind === "tensor" && type.dtype === "f32" ? [`\`mean(${innerText(stmt.value)})\` makes one number of it`] : [];
  cx.error("JM0409", { what: stmt.kind, found: cx.show(type) }, [{ span: stmt.value.span, text: cx.show(type) }], { help });
}
