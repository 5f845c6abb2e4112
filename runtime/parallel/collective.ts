import type { Part } from "./parts.ts";
import type { SumFormat } from "./sum/piece-sum.ts";

/** Why a run of several processes ends: what every rank shows. */
export interface Failure {
  /** The rank it began at. */
  readonly rank: number;
  readonly code: string;
  readonly message: string;
}

/**
 * The processes that train together, as one of them sees the others. Every rank calls the same operations in the same
 * order; an operation resolves once its result is there. Any of them throws a UserError JR701 when another rank has
 * failed, JR702 when one has fallen silent: the run is over then.
 */
export interface Collective {
  /** This process, from 0. */
  readonly rank: number;
  readonly world: number;
  /** What carries the bytes, for messages: `shared memory`, `Open MPI v4.1.4`. */
  readonly carrier: string;
  /**
   * `into[i]` becomes the sum of all ranks' `from[i]`, the same bits on every rank. Both have the same length, on all
   * ranks; they may be the same array, and may be mapped ranges of device buffers: they are read and written in place.
   */
  allReduceSum(from: Float32Array, into: Float32Array): Promise<void>;
  /**
   * Of sums over all ranks, each gets its part: `into`, as long as this rank's part, becomes the sum of all ranks' `from`
   * there, made in f32 and in the order of the ranks. Ranks have `from` of one length, in one format, and the same
   * `parts`: for each rank, bytes of `from`, in whole blocks of 64 numbers. Both may be mapped ranges of device buffers.
   */
  reduceScatter(from: Uint8Array, into: Uint8Array, parts: readonly Part[], format: SumFormat): Promise<void>;
  /**
   * Every rank's part on all ranks: `own` is this rank's, `into` is filled with all of them. `parts` are the same on all
   * ranks: for each, bytes of `into`. Both may be mapped ranges of device buffers; `into` is only written.
   */
  allGather(own: Uint8Array, into: Uint8Array, parts: readonly Part[]): Promise<void>;
  /** Fills `bytes` with those of rank `root`. As long on all ranks. */
  broadcast(bytes: Uint8Array, root: number): Promise<void>;
  /** Every rank's message, in order of rank. A message is a small JSON value. */
  gather<T>(message: T): Promise<T[]>;
  /** Resolves once every rank has come here. */
  barrier(): Promise<void>;
  /** Tells the others that this rank cannot go on, and why, so that they end too. */
  fail(reason: Omit<Failure, "rank">): void;
  /** Leaves the group, after the last operation. */
  close(): Promise<void>;
}
