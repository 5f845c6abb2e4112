import { createGroup, removeGroup } from "../shared-memory/group-folder.ts";
import { PATIENCE } from "../shared-memory/shared-memory.ts";
import { announceFailure, readBeats } from "../shared-memory/signals.ts";
import { Silence } from "../shared-memory/silence.ts";
import { RankProcess, type RankCommand, type RankFailure } from "./rank-process.ts";

const LOOK_EVERY = 1000;
/** How long ranks have to end by themselves once one has failed, ms. */
const GRACE = 5000;
/** What a rank says that ends because of another's failure: the other's own word counts. */
const SECONDARY = "JR701";

/**
 * Starts a process for each device, and watches them: that none dies, and that all give signs of life. When one fails,
 * the others are told, and ended if they do not end. Gives the failure, null where all came to their end.
 * @param interrupt aborted to ask for a stop after the step under way
 */
export async function runRanks(command: RankCommand, interrupt: AbortSignal): Promise<RankFailure | null> {
  const world = command.devices.length;
  const folder = createGroup(world);
  const ranks = command.devices.map((_, rank) => new RankProcess(rank, folder, command));
  const watch = new Watch(folder, ranks);
  const stop = (): void => ranks[0]!.signal("SIGINT");
  const killAll = (): void => ranks.forEach((rank) => rank.signal("SIGKILL"));
  interrupt.addEventListener("abort", stop);
  process.on("exit", killAll);
  try {
    await Promise.all(ranks.map(async (rank) => watch.hasEnded(rank, await rank.ended)));
    return watch.failure;
  } finally {
    watch.close();
    interrupt.removeEventListener("abort", stop);
    process.off("exit", killAll);
    removeGroup(folder);
  }
}

/** Looks after running ranks, and keeps the first failure. */
class Watch {
  failure: RankFailure | null = null;
  private readonly folder: string;
  private readonly running: Set<RankProcess>;
  private readonly world: number;
  private readonly silence = new Silence(PATIENCE);
  private readonly timer: NodeJS.Timeout;
  private deadline: NodeJS.Timeout | undefined;

  constructor(folder: string, ranks: readonly RankProcess[]) {
    this.folder = folder;
    this.world = ranks.length;
    this.running = new Set(ranks);
    this.timer = setInterval(() => this.look(), LOOK_EVERY);
  }

  hasEnded(rank: RankProcess, { code, signal }: Awaited<RankProcess["ended"]>): void {
    this.running.delete(rank);
    if (code === 0) return;
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
    const words = rank.lastWords === "" ? "" : `; it last wrote:\n${rank.lastWords}`;
    this.fail(rank.reported ?? { rank: rank.rank, code: "JR730", message: `rank ${rank.rank} was ended ${how}${words}` });
  }

  close(): void {
    clearInterval(this.timer);
    clearTimeout(this.deadline);
  }

  private look(): void {
    const beats = readBeats(this.folder, this.world);
    const silent = this.silence.check([...this.running].map(({ rank }) => ({ rank, beat: beats[rank]! })));
    if (silent === null) return;
    const limit = (beats[silent] === 0 ? PATIENCE.start : PATIENCE.silence) / 1000;
    this.fail({ rank: silent, code: "JR702", message: `rank ${silent} gave no sign of life for ${limit} s`, hint: "Its process was stopped, or hung in its driver." });
  }

  private fail(failure: RankFailure): void {
    if (this.failure === null || (this.failure.code === SECONDARY && failure.code !== SECONDARY)) this.failure = failure;
    announceFailure(this.folder, failure);
    this.deadline ??= setTimeout(() => this.running.forEach((rank) => rank.signal("SIGKILL")), GRACE);
  }
}
