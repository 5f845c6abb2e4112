import type { Plan } from "../plan/schema.ts";
import type { TrainRow } from "./row.ts";

/** What a run starts from, for the first lines on the screen. */
export interface RunStart {
  readonly plan: Plan;
  readonly adapter: string;
  /** Usable clips; null for a model without audio inputs. */
  readonly clips: number | null;
  readonly clipsPerStep: number;
  readonly seed: number;
  readonly fromStep: number;
  readonly steps: number;
}

/** Hears of a run as it goes; all optional. */
export interface TrainObserver {
  started?(start: RunStart): void;
  /** Every step, in order; `logged` ones are also in metrics.jsonl. */
  row?(row: TrainRow, logged: boolean): void;
  saved?(path: string, step: number): void;
  /** Something worth a line: changed data, a changed config, nothing left to do. */
  note?(text: string): void;
}
