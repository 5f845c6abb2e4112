import { UserError } from "../../errors.ts";
import type { Session } from "../../execute/index.ts";
import type { Collective } from "../collective.ts";
import type { ShardedState } from "../shard/sharded-state.ts";
import { Checksum } from "./checksum.ts";

/**
 * Keeps the copies of a model's state on all ranks the same: gives them rank 0's, and checks that they stay so. Of
 * optimizer state that is divided there are no copies: every rank gets its part.
 */
export class Replicas {
  private readonly session: Session;
  private readonly group: Collective;
  private readonly sharded: ShardedState | undefined;
  private readonly checksum: Checksum;

  constructor(session: Session, group: Collective, sharded?: ShardedState) {
    this.session = session;
    this.group = group;
    this.sharded = sharded;
    const kept = session.plan.buffers.flatMap(({ kind }, buffer) => (kind === "weights" || kind === "state" ? [buffer] : []));
    this.checksum = new Checksum(session, kept.filter((buffer) => !sharded?.buffers.has(buffer)));
  }

  /** Rank 0's state becomes that of all. Devices of different makers may draw other bits of the same random weights. */
  async spread(): Promise<void> {
    for (const { name } of this.session.plan.tensors) {
      if (this.sharded?.has(name)) continue;
      const values = await this.session.readTensor(name);
      await this.group.broadcast(new Uint8Array(values.buffer), 0);
      if (this.group.rank !== 0) this.session.writeTensor(name, values);
    }
    await this.sharded?.spread();
  }

  /**
   * Compares the bits of all ranks' state.
   * @throws UserError JR720 naming the ranks that differ from the most common state
   */
  async check(step: number): Promise<void> {
    const sums = await this.group.gather(await this.checksum.read());
    const commonest = [...sums].sort((a, b) => count(sums, b) - count(sums, a))[0]!;
    const odd = sums.flatMap((sum, rank) => (sum === commonest ? [] : [rank]));
    if (odd.length === 0) return;
    const who = odd.length === 1 ? `rank ${odd[0]} holds` : `ranks ${odd.join(", ")} hold`;
    throw new UserError("JR720", `${who} other weights than the rest after step ${step}`, "A device computes wrongly (memory errors, overclocking), or ranks run different versions: look at that device first.");
  }

  destroy(): void {
    this.checksum.destroy();
  }
}

function count(sums: readonly string[], sum: string): number {
  return sums.filter((other) => other === sum).length;
}
