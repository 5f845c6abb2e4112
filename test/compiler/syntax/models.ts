import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { DiagnosticBag } from "../../../compiler/diagnostics/diagnostic.ts";
import { renderDiagnostic } from "../../../compiler/diagnostics/render.ts";
import type { Expr, File, FnDecl } from "../../../compiler/syntax/ast.ts";
import { parse } from "../../../compiler/syntax/parser.ts";
import type { SourceFile } from "../../../compiler/syntax/source.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Every `.jm` file under models. */
export const models: readonly SourceFile[] = readdirSync(join(root, "models"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".jm"))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .map((path) => ({ path: relative(root, path), text: readFileSync(path, "utf8") }));

/** The tree of a text that must have no errors. */
export function parsed(text: string): File {
  const { file, messages } = parsedWithMessages(text);
  if (messages.length > 0) throw new Error(messages.join("\n\n"));
  return file;
}

export function parsedWithMessages(text: string): { file: File; messages: string[]; codes: string[] } {
  const bag = new DiagnosticBag();
  const file = parse({ path: "test.jm", text }, bag);
  return { file, messages: bag.all.map((diagnostic) => renderDiagnostic(diagnostic)), codes: bag.all.map(({ code }) => code) };
}

/** The tree of one expression. */
export function expression(text: string): Expr {
  const fn = parsed(`fn f() -> real = ${text}`).items[0] as FnDecl;
  return fn.body.value!;
}

/** A tree as plain data without its spans. */
export function bare(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value: unknown) => (/^(span|[a-z]+Span|source)$/.test(key) && key !== "source" ? undefined : value)));
}

/** An expression with all its brackets: `a + b * c` is `(a + (b * c))`. */
export function bracketed(e: Expr): string {
  switch (e.kind) {
    case "int":
    case "real":
    case "bool":
      return String(e.value);
    case "text":
      return JSON.stringify(e.value);
    case "name":
      return e.name;
    case "unary":
      return `(${e.op} ${bracketed(e.operand)})`;
    case "binary":
      return `(${bracketed(e.left)} ${e.op} ${bracketed(e.right)})`;
    case "call":
      return `${bracketed(e.callee)}(${e.args.map((arg) => (arg.name ? `${arg.name.name}: ` : "") + bracketed(arg.value)).join(", ")})`;
    case "member":
      return `${bracketed(e.object)}.${e.name.name}`;
    case "index":
      return `${bracketed(e.object)}[${e.items.map((item) => (item.kind === "at" ? bracketed(item.index) : `${item.from ? bracketed(item.from) : ""}:${item.to ? bracketed(item.to) : ""}`)).join(", ")}]`;
    case "list":
      return `[${e.items.map((item) => (item.kind === "pack" ? `..${item.name.name}` : bracketed(item))).join(", ")}]`;
    default:
      return `<${e.kind}>`;
  }
}
