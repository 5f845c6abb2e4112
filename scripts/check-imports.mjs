#!/usr/bin/env node
// Keeps the rooms of docs/architecture.md apart: no cycles of imports, and no import against the direction of flow.
// The project's root may be given as the argument.
// Type-only imports vanish when compiled and cannot tangle start-up, so cycles are sought among the others only;
// the rules on direction hold for both.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = resolve(process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url)));
const ROOMS = ["compiler", "runtime", "cli", "bench"];

/** A rule forbids: files under `from` may not import what `forbids` accepts. Imports within the project come as paths from its root. */
const rules = [
  {
    from: "compiler/",
    forbids: (to) => to.startsWith("cli/") || to.startsWith("runtime/") || (to.startsWith("@jepac/runtime") && to !== "@jepac/runtime/plan"),
    why: "the compiler knows the plan (`@jepac/runtime/plan`) and nothing else of the runtime or the CLI",
  },
  {
    from: "compiler/",
    forbids: (to) => to.startsWith("node:"),
    why: "the compiler is pure: text and options in, values out",
  },
  {
    from: "runtime/",
    forbids: (to) => to.startsWith("compiler/") || to.startsWith("cli/") || to.startsWith("jepac") || to.startsWith("@jepac/runtime"),
    why: "the runtime stands alone: a build folder runs without the compiler",
  },
];

const imports = new Map(ROOMS.flatMap(sourceFiles).map((file) => [file, importsOf(file)]));
const problems = [...imports].flatMap(([file, found]) => againstRules(file, found)).concat(cycles());
for (const problem of problems) console.error(problem);
console.log(`${imports.size} files, ${problems.length} wrong imports`);
process.exitCode = problems.length > 0 ? 1 : 0;

function sourceFiles(room) {
  if (!existsSync(join(root, room))) return [];
  return readdirSync(join(root, room), { withFileTypes: true, recursive: true })
    .map((entry) => ({ entry, path: relative(root, join(entry.parentPath ?? entry.path, entry.name)) }))
    .filter(({ entry, path }) => entry.isFile() && path.endsWith(".ts") && !path.endsWith(".d.ts") && !/(^|\/)(dist|node_modules)\//.test(path))
    .map(({ path }) => path);
}

/** @returns {{ to: string, typeOnly: boolean, line: number }[]} */
function importsOf(file) {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.Latest);
  const found = [];
  const add = (specifier, typeOnly, at) => {
    const to = specifier.startsWith(".") ? relative(root, resolve(root, dirname(file), specifier)) : specifier;
    found.push({ to, typeOnly, line: source.getLineAndCharacterOfPosition(at).line + 1 });
  };
  const visit = (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      add(node.moduleSpecifier.text, isTypeOnly(node), node.getStart(source));
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && ts.isStringLiteral(node.arguments[0])) {
      // A dynamic import runs later: like a type, it makes no cycle at start-up.
      add(node.arguments[0].text, true, node.getStart(source));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeOnly(node) {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (!clause) return false;
  const named = clause.namedBindings;
  const onlyTypes = named && ts.isNamedImports(named) && named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
  return clause.isTypeOnly || (!clause.name && Boolean(onlyTypes));
}

function againstRules(file, found) {
  return rules
    .filter((rule) => file.startsWith(rule.from))
    .flatMap((rule) => found.filter(({ to }) => rule.forbids(to)).map(({ to, line }) => `${file}:${line} imports ${to}: ${rule.why}`));
}

/** Depth-first search; each cycle is reported once, at the import that closes it. */
function cycles() {
  const state = new Map();
  const path = [];
  const reports = [];
  const enter = (file) => {
    state.set(file, "open");
    path.push(file);
    for (const { to, typeOnly } of imports.get(file)) {
      if (typeOnly || !imports.has(to)) continue;
      if (state.get(to) === "open") reports.push(`import cycle: ${[...path.slice(path.indexOf(to)), to].join(" → ")}`);
      else if (!state.has(to)) enter(to);
    }
    path.pop();
    state.set(file, "done");
  };
  for (const file of imports.keys()) if (!state.has(file)) enter(file);
  return reports;
}
