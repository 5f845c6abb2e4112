import { fork, type ChildProcess } from "node:child_process";
import type { DeviceChoice } from "../../gpu/index.ts";

/** Why a run of several processes ended: which rank, and what it said. */
export interface RankFailure {
  readonly rank: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What to start on each device: a script with its arguments. */
export interface RankCommand {
  readonly script: string;
  readonly args: readonly string[];
  readonly devices: readonly (DeviceChoice | null)[];
}

/** Of what a rank writes to stderr, the last so many characters are kept: drivers may say why they die. */
const KEPT_STDERR = 2000;

/** A process that computes as one rank. Only the first writes to the terminal. */
export class RankProcess {
  readonly rank: number;
  /** What the rank itself says ended it. */
  reported: RankFailure | null = null;
  /** Resolves with how the process ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  private readonly child: ChildProcess;
  private stderr = "";

  constructor(rank: number, folder: string, { script, args, devices }: RankCommand) {
    this.rank = rank;
    const place = { JEPAC_RANK: String(rank), JEPAC_WORLD: String(devices.length), JEPAC_GROUP: folder, JEPAC_DEVICE: JSON.stringify(devices[rank]) };
    // A process group of its own: Ctrl-C reaches the supervisor alone, which passes it on once.
    this.child = fork(script, args, { env: { ...process.env, ...place }, stdio: ["ignore", rank === 0 ? "inherit" : "ignore", "pipe", "ipc"], detached: true });
    this.child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.stderr = (this.stderr + text).slice(-KEPT_STDERR)));
    this.child.on("message", (message: { failure: Omit<RankFailure, "rank"> }) => (this.reported ??= { rank, ...message.failure }));
    this.ended = new Promise((resolve) => {
      this.child.on("error", () => resolve({ code: 1, signal: null }));
      this.child.on("close", (code, signal) => resolve({ code, signal }));
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** What it wrote to stderr, its last lines. */
  get lastWords(): string {
    return this.stderr.trim();
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }
}
