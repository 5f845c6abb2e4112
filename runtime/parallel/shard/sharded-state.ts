import type { Session } from "../../execute/index.ts";
import type { Collective } from "../collective.ts";
import type { Part } from "../parts.ts";
import type { RankPlan, ShardedTensor } from "./rank-plan.ts";

/**
 * Optimizer state that is divided among the ranks, tensor by tensor as a whole: for checkpoints. What it does, all ranks
 * do together, for the same tensors in the same order.
 */
export class ShardedState {
  readonly names: readonly string[];
  /** The buffers that hold nothing but parts of it. */
  readonly buffers: ReadonlySet<number>;
  private readonly session: Session;
  private readonly group: Collective;
  private readonly tensors: ReadonlyMap<string, ShardedTensor>;
  /** What `hold` was given, until it is spread. */
  private readonly waiting = new Map<string, Float32Array>();

  /** @param shard how it is divided; absent where every rank holds all */
  constructor(session: Session, group: Collective, shard?: Pick<RankPlan, "families" | "states">) {
    this.session = session;
    this.group = group;
    this.tensors = new Map(shard?.states.map((state) => [state.name, state]));
    this.names = [...this.tensors.keys()];
    this.buffers = new Set(shard?.families.flatMap(({ states }) => states));
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** The whole tensor, on every rank. */
  async read(name: string): Promise<Float32Array> {
    const { elements, held } = this.tensors.get(name)!;
    const own = held[this.group.rank]!.length === 0 ? new Float32Array() : await this.session.readTensor(name);
    const gathered = new Float32Array(elements);
    await this.group.allGather(bytesOf(own), bytesOf(gathered), oneBehindTheOther(held));
    const values = new Float32Array(elements);
    let at = 0;
    for (const [from, to] of held.flat()) values.set(gathered.subarray(at, (at += to - from)), from);
    return values;
  }

  /** Keeps a whole tensor, the array itself, on this rank until it is divided by {@link spread}. */
  hold(name: string, values: Float32Array): void {
    this.waiting.set(name, values);
  }

  /** Gives every rank its part of what rank 0 holds. Where it holds nothing, states stay as they are. */
  async spread(): Promise<void> {
    const [waiting] = await this.group.gather(this.waiting.size > 0);
    if (waiting !== true) return;
    for (const { name, elements, held } of this.tensors.values()) {
      const values = this.waiting.get(name) ?? new Float32Array(elements);
      this.waiting.delete(name);
      await this.group.broadcast(bytesOf(values), 0);
      const own = held[this.group.rank]!;
      if (own.length > 0) this.session.writeTensor(name, joined(own.map((part) => values.subarray(...part))));
    }
  }
}

const bytesOf = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** For each rank, the bytes of all it holds, behind those of the rank before. */
function oneBehindTheOther(held: readonly (readonly Part[])[]): Part[] {
  let at = 0;
  return held.map((parts) => [at, (at += 4 * parts.reduce((sum, [from, to]) => sum + to - from, 0))]);
}

function joined(pieces: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
