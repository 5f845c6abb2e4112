import type { AttrKind, OpDef } from "./op.ts";
import { OP_GROUPS } from "./table.ts";

/** docs/operations.md: the table of operations as a page. */
export function operationsPage(): string {
  const sections = OP_GROUPS.map(({ title, ops }) => [
    `## ${title[0]!.toUpperCase()}${title.slice(1)}`,
    "",
    "| operation | result | attributes | gradient | kernel |",
    "| --- | --- | --- | --- | --- |",
    ...ops.map(row),
    "",
  ]);
  return [...PREFACE, ...sections.flat()].join("\n");
}

const PREFACE = [
  "# Operations of the graph",
  "",
  "Generated from `compiler/ops` by `npm run build && node scripts/make-op-table.mjs`; do not edit.",
  "",
  "`..S` stands for any number of axes and `T` for any dtype. Sizes never stretch by themselves: `broadcast` is an",
  "operation. Every operation has a reference in f64 and is held against it and against finite differences in",
  "`test/compiler/ops`.",
  "",
];

function row(op: OpDef): string {
  const attrs = Object.entries(op.attrs).map(([name, kind]) => `\`${name}\`: ${KINDS[kind]}`);
  const cells = [`\`${op.name}\``, op.doc, attrs.join(", "), op.vjp === undefined ? "" : "yes", KERNELS[op.lower.kind]];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

const KINDS: Record<AttrKind, string> = {
  number: "number",
  text: "text",
  ints: "integers",
  sizes: "sizes",
  data: "numbers",
  host: "host expression",
};

const KERNELS: Record<OpDef["lower"]["kind"], string> = {
  elementwise: "fused, an expression",
  movement: "fused, an index",
  reduce: "a reduction",
  source: "fused, or a buffer",
  kernel: "its own",
};
