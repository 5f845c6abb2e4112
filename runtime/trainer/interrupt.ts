/** What a process ended by a second Ctrl-C exits with: 128 + SIGINT. */
export const FORCED = 130;

/**
 * The first SIGINT or SIGTERM aborts the signal, so that the run can save; the second ends the process at once.
 * Call `release` when the run is over.
 */
export function interruptSignal(onFirst: () => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const listener = (): void => {
    if (controller.signal.aborted) process.exit(FORCED);
    controller.abort();
    onFirst();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const name of signals) process.on(name, listener);
  return { signal: controller.signal, release: () => signals.forEach((name) => process.off(name, listener)) };
}
