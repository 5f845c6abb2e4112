import { countReasons, type SkippedClip } from "../data/clip-problem.ts";
import type { RunStart } from "../train/observer.ts";
import type { RunResult } from "../train/run-training.ts";
import { train, type TrainOptions, type TrainResult } from "../train/train.ts";
import { interruptSignal } from "./interrupt.ts";
import { LiveLine, type Screen } from "./live-line.ts";
import { shortNumber } from "../train/numbers.ts";

/**
 * Trains with progress on a screen. Ctrl-C saves and returns; a second one ends the process with 130.
 * @param run what trains, given where to report to; a rank that has nothing to show gives null
 * @throws UserError as `train` does
 */
export async function trainOnScreen(options: Omit<TrainOptions, "signal" | "observer">, screen: Screen, run: (options: TrainOptions) => Promise<TrainResult | null> = train): Promise<TrainResult | null> {
  let line: LiveLine | null = null;
  const print = (text: string): void => (line ? line.print(text) : void screen.write(`${text}\n`));
  const { signal, release } = interruptSignal(() => print("stopping after this step to save; press Ctrl-C again to stop at once"));
  try {
    const result = await run({
      ...options,
      signal,
      observer: {
        started(start) {
          print(startText(start));
          line = new LiveLine(screen, start.steps, start.clipsPerStep);
        },
        row: (row, logged) => line?.row(row, logged),
        note: (text) => print(`note: ${text}`),
      },
    });
    endLine(line);
    if (result === null) return null;
    print(resultText(result));
    if (result.skipped.length > 0) print(skippedText(result.skipped));
    return result;
  } finally {
    endLine(line);
    release();
  }
}

// Assigned in a callback, which the type of a local does not see.
function endLine(line: LiveLine | null): void {
  line?.end();
}

function startText({ plan, adapter, clips, seed, fromStep, steps }: RunStart): string {
  const parameters = Object.entries(plan.stats.parameters).map(([net, count]) => `${net} ${count.toLocaleString("en-US")}`);
  const data = clips === null ? "" : `, ${clips.toLocaleString("en-US")} clips`;
  const range = fromStep === 0 ? `${steps} steps` : `steps ${fromStep + 1} to ${steps}`;
  return `${plan.model} (${parameters.join(", ")} parameters) on ${adapter}${data}: ${range}, seed ${seed}`;
}

function resultText({ step, steps, stopped, last, checkpoint }: RunResult): string {
  const loss = last === null ? "" : `, loss ${shortNumber(last.loss)}`;
  const kept = checkpoint === null ? "nothing to save yet" : `saved ${checkpoint}`;
  return stopped ? `stopped after ${step} of ${steps} steps${loss}; ${kept}; continue with --resume` : `done: ${step} steps${loss}; ${kept}`;
}

/** At most ten by name; the count says how many there are. */
function skippedText(skipped: readonly SkippedClip[]): string {
  const shown = skipped.slice(0, 10).map(({ name, reason, detail }) => `  ${name}: ${reason} (${detail})`);
  const more = skipped.length > 10 ? [`  and ${skipped.length - 10} more`] : [];
  return [`skipped ${skipped.length} of the clips: ${countReasons(skipped)}`, ...shown, ...more].join("\n");
}
