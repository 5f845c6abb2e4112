import type { KnnResult } from "../evaluate/evaluate-knn.ts";
import type { KnnScore } from "../evaluate/score-knn.ts";
import { escape, fixed } from "./html.ts";

const WIDTH = 220;

/** kNN accuracies, trained beside untrained, with their 95 % intervals drawn on one scale. */
export function knnTable({ tasks, k, temperature }: Pick<KnnResult, "tasks" | "k" | "temperature">): string {
  const rows = tasks.map(
    ({ task, trained, untrained }) => `<tr><th scope="row">${escape(task)}</th>
<td>${percent(trained)}</td><td>${percent(untrained)}</td><td>${share(trained.majority)}</td><td>${intervals(trained, untrained)}</td>
<td>${trained.classes}</td><td>${trained.bank} / ${trained.total}</td></tr>`,
  );
  return `<figure>
<figcaption><strong>kNN accuracy of the frozen embeddings</strong> <span>k = ${k}, true cosine, votes by softmax at ${temperature}; 95 % intervals after Wilson</span></figcaption>
<div class="scroll"><table>
<thead><tr><th scope="col">task</th><th scope="col" class="c0">trained</th><th scope="col" class="c1">untrained</th><th scope="col">commonest class</th><th scope="col">0 to 100 %</th><th scope="col">classes</th><th scope="col">bank / tested</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table></div>
</figure>`;
}

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
const percent = (score: KnnScore): string => `${share(score.accuracy)} <small>${(100 * score.low).toFixed(1)}–${(100 * score.high).toFixed(1)}</small>`;

function intervals(trained: KnnScore, untrained: KnnScore): string {
  const mark = (score: KnnScore, y: number, colour: string): string =>
    `<path class="line ${colour}" d="M${fixed(WIDTH * score.low)} ${y}H${fixed(WIDTH * score.high)}"/><circle class="dot ${colour}" cx="${fixed(WIDTH * score.accuracy)}" cy="${y}" r="4"/>`;
  const chance = fixed(WIDTH * trained.majority);
  return `<svg class="interval" viewBox="-6 0 ${WIDTH + 12} 28" aria-hidden="true"><path class="grid" d="M0 14H${WIDTH}M${chance} 4V24"/>${mark(trained, 9, "c0")}${mark(untrained, 19, "c1")}</svg>`;
}
