import { escape } from "./html.ts";

const STYLE = `
:root { color-scheme: light dark; --paper: #fcfcfb; --ink: #1b1b1a; --soft: #6b6a66; --rule: #e4e2dd; --c0: #2563b8; --c1: #c2571a; --c2: #3b7d4f; --c3: #7c4aa8; --mask: #fcfcfbd9; }
@media (prefers-color-scheme: dark) { :root { --paper: #191918; --ink: #ecebe7; --soft: #a09e98; --rule: #383733; --c0: #7aaef0; --c1: #f0985c; --c2: #7fc795; --c3: #c19ce6; --mask: #191918d9; } }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 46rem; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
p.lead { color: var(--soft); margin: 0 0 1.5rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem 1.5rem; margin: 0 0 2rem; padding: 1rem 0; border: solid var(--rule); border-width: 1px 0; }
dt { color: var(--soft); font-size: .8rem; } dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
figure { margin: 0 0 2.25rem; } figure.wide { margin-inline: calc(50% - min(50vw - 1.25rem, 40rem)); } figcaption { margin-bottom: .5rem; } figcaption span, small { color: var(--soft); font-size: .85rem; }
svg { display: block; width: 100%; height: auto; }
.grid { stroke: var(--rule); fill: none; } .tick { fill: var(--soft); font-size: 11.5px; font-variant-numeric: tabular-nums; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; } .faint { opacity: .3; stroke-width: 1; } .end { font-size: 12px; font-weight: 600; }
.mask { fill: var(--mask); stroke: var(--paper); stroke-width: 1; }
${[0, 1, 2, 3].map((i) => `path.c${i} { stroke: var(--c${i}); } text.c${i}, circle.c${i} { fill: var(--c${i}); } th.c${i} { color: var(--c${i}); }`).join("\n")}
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--rule); white-space: nowrap; vertical-align: middle; } thead th { color: var(--soft); font-weight: 600; font-size: .8rem; }
svg.interval { width: 14rem; } footer { color: var(--soft); font-size: .85rem; }
`;

export interface Page {
  readonly title: string;
  readonly lead: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Finished HTML, in order. */
  readonly figures: readonly string[];
  readonly foot: string;
}

/** One HTML page that needs nothing else: no script, no font, no link. Light or dark as the reader's system is. */
export function htmlPage({ title, lead, facts, figures, foot }: Page): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title><style>${STYLE}</style></head>
<body>
<h1>${escape(title)}</h1>
<p class="lead">${escape(lead)}</p>
<dl>${facts.map(([name, value]) => `<div><dt>${escape(name)}</dt><dd>${escape(value)}</dd></div>`).join("\n")}</dl>
${figures.filter((figure) => figure !== "").join("\n")}
<footer>${escape(foot)}</footer>
</body>
</html>
`;
}
