import { CheckpointStore } from "../checkpoint/store.ts";
import { UserError } from "../errors.ts";
import { chooseDevices, listDevices } from "../gpu/index.ts";
import { mayPass } from "../parallel/supervise/restarts.ts";
import { runRanks } from "../parallel/supervise/run-ranks.ts";
import type { RankFailure } from "../parallel/supervise/rank-process.ts";
import { interruptSignal } from "./interrupt.ts";

export interface DevicesOptions {
  readonly out: string;
  /** `all`, a number, or indices; absent: the device that a run would take. */
  readonly devices?: string | undefined;
  /** How often a run that a process or device has broken is started again. */
  readonly maxRestarts: number;
}

/** How to start this program once more, as a rank: its script and arguments. */
export interface Self {
  readonly script: string;
  readonly args: readonly string[];
}

/**
 * Trains with a process for each device, and starts them again from the last checkpoint when one breaks.
 * @throws UserError why the run ended, with the checkpoint to go on from
 */
export async function trainOnDevices({ out, devices, maxRestarts }: DevicesOptions, self: Self, note: (text: string) => void): Promise<void> {
  const chosen = devices === undefined ? [null] : chooseDevices(devices, await listDevices());
  const { signal, release } = interruptSignal(() => note("stopping after this step to save; press Ctrl-C again to stop at once"));
  try {
    for (let restarts = 0; ; restarts++) {
      const resume = restarts > 0 && !self.args.includes("--resume") ? ["--resume"] : [];
      const failure = await runRanks({ script: self.script, args: [...self.args, ...resume], devices: chosen }, signal);
      if (failure === null) return;
      const checkpoint = await new CheckpointStore(out).latest();
      if (signal.aborted || restarts >= maxRestarts || !mayPass(failure)) throw ended(failure, checkpoint);
      const left = maxRestarts - restarts - 1;
      note(`${failure.message}\nstarting again from ${checkpoint ?? "the beginning"}; restarts left: ${left}`);
    }
  } finally {
    release();
  }
}

function ended({ code, message, hint }: RankFailure, checkpoint: string | null): UserError {
  const kept = checkpoint === null ? "there is no checkpoint yet" : `continue from ${checkpoint} with --resume`;
  // A rank that ends by itself has said where the last checkpoint is.
  return new UserError(code, message.includes("checkpoint") ? message : `${message}\n  ${kept}`, hint);
}
