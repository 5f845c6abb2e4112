import type { Code } from "./code.ts";
import { codes } from "./codes.ts";

/** The parts of the table, by the first two digits of a code. */
const parts: Readonly<Record<string, string>> = {
  JM00: "Syntax",
  JM01: "Files and imports",
  JM02: "Sizes",
  JM03: "Names and types",
  JM04: "Models",
  JM05: "Building a model",
  JM06: "Limits",
};

/** The pages of docs/errors, by file name: one for each code, and a list of all. */
export function errorPages(): ReadonlyMap<string, string> {
  const rows = Object.entries(codes).sort(([a], [b]) => (a < b ? -1 : 1));
  const pages = new Map(rows.map(([id, row]) => [`${id}.md`, page(id, row)]));
  pages.set("README.md", list(rows));
  return pages;
}

function page(id: string, { title, explain, wrong, right }: Pick<Code<never>, "title" | "explain" | "wrong" | "right">): string {
  return `# ${id}: ${title}\n\n${explain}\n\nWrong:\n\n${fenced(wrong)}\nRight:\n\n${fenced(right)}\n[All messages](README.md)\n`;
}

function fenced(text: string): string {
  return `\`\`\`jm\n${text}\n\`\`\`\n`;
}

function list(rows: readonly (readonly [string, { readonly title: string }])[]): string {
  const sections = Object.entries(parts).flatMap(([part, name]) => {
    const own = rows.filter(([id]) => id.startsWith(part));
    return own.length === 0 ? [] : [`## ${name}\n\n${own.map(([id, { title }]) => `- [${id}](${id}.md): ${title}`).join("\n")}\n`];
  });
  const intro = "Every message of the compiler has a code; `jepac explain JM0203` prints its page. These pages are written by `scripts/make-error-pages.mjs` from the table in `compiler/diagnostics/codes`.";
  return `# Messages of the compiler\n\n${intro}\n\n${sections.join("\n")}`;
}
