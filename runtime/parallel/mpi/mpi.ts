import { UserError } from "../../errors.ts";
import type { Collective, Failure } from "../collective.ts";
import type { NativeFunction } from "../koffi.ts";
import type { Place } from "../launcher.ts";
import { lookUntil, SPIN } from "../look-until.ts";
import { lengthOf, turnsOf, type Part } from "../parts.ts";
import { Serial } from "../serial.ts";
import { blockBytes, pieceSums, type SumFormat } from "../sum/piece-sum.ts";
import { openMpi, type Mpi } from "./library.ts";

/** How long to wait for ranks that do not come, ms: at the first meeting, and later. */
export interface MpiPatience {
  readonly start: number;
  readonly later: number;
}

const PATIENCE: MpiPatience = { start: 600_000, later: 20_000 };
/** ms for each byte that is exchanged without a nap: those of a gigabyte a second. */
const SPIN_PER_BYTE = 1e-6;
/** How long MPI_Abort may take, ms. */
const ABORT_LIMIT = 3000;
/** `MPI_Allreduce` counts elements in a C int. */
const MOST_ELEMENTS = 2 ** 30;
const MESSAGE_BYTES = 1024;
/** Bytes that a rank receives in one turn of a sum of its own: long enough that MPI's start does not show. */
const TURN_BYTES = 16 * 2 ** 20;

/**
 * The collective over MPI, for processes that `mpirun` or `srun` started, on one machine or many. Before each operation
 * the ranks meet in a barrier that is looked at between naps: MPI's own waiting keeps a core busy, which a slow rank of
 * a software device may need, and never ends when a rank does not come.
 */
export class MpiCollective implements Collective {
  readonly rank: number;
  readonly world: number;
  readonly carrier: string;
  private readonly mpi: Mpi;
  /**
   * Then an all-reduce is looked at until it is done: handing it to another thread and back takes a third of the time of
   * 4 MiB. Between machines that does not show, and the call that waits has the better algorithms there.
   */
  private readonly oneMachine: boolean;
  private readonly patience: MpiPatience;
  private readonly serial = new Serial();
  private readonly request = new BigUint64Array(1);
  private readonly ignoreStatus: unknown;
  private readonly sums = pieceSums();
  private met = false;

  private constructor(mpi: Mpi, oneMachine: boolean, patience: MpiPatience) {
    this.mpi = mpi;
    this.rank = mpi.rank;
    this.world = mpi.size;
    this.carrier = mpi.version;
    this.oneMachine = oneMachine;
    this.patience = patience;
    this.ignoreStatus = mpi.pointer(mpi.ignoreStatus);
  }

  /**
   * Starts MPI; all ranks must.
   * @throws UserError JR710-JR712 it does not start, JR713 it is not the MPI of the launcher
   */
  static async join(place: Place, env: Readonly<Record<string, string | undefined>>, patience: MpiPatience = PATIENCE): Promise<MpiCollective> {
    const mpi = await openMpi(env);
    if (mpi.size !== place.world) {
      const launcher = place.launcher === "srun" ? "Start with srun --mpi=pmix for Open MPI, --mpi=pmi2 for MPICH and its kin" : "Load the module of the MPI whose mpirun you use";
      const hint = `${launcher}, or say where its library is with JEPAC_MPI=/path/libmpi.so.`;
      throw new UserError("JR713", `${place.launcher} started ${place.world} processes, but ${mpi.version} sees ${mpi.size}: it is another MPI's launcher`, hint);
    }
    return new MpiCollective(mpi, place.oneMachine, patience);
  }

  allReduceSum(from: Float32Array, into: Float32Array): Promise<void> {
    const { allreduce, iallreduce, float, sum, world } = this.mpi;
    const inPlace = this.mpi.pointer(this.mpi.inPlace);
    return this.serial.run(async () => {
      for (let at = 0; at < from.length; at += MOST_ELEMENTS) {
        const [source, target] = [from.subarray(at, at + MOST_ELEMENTS), into.subarray(at, at + MOST_ELEMENTS)];
        const args = [from === into ? inPlace : source, target, source.length, float, sum, world];
        await this.meet();
        if (this.oneMachine) {
          check("MPI_Iallreduce", iallreduce(...args, this.request));
          await this.finish(SPIN + SPIN_PER_BYTE * source.byteLength, this.patience.later);
        } else {
          await this.call("MPI_Allreduce", allreduce, ...args);
        }
      }
    });
  }

  /**
   * MPI moves the bytes, this process adds them: plain MPI knows no half precision, and can be taught no sum from here.
   */
  reduceScatter(from: Uint8Array, into: Uint8Array, parts: readonly Part[], format: SumFormat): Promise<void> {
    const { alltoallv, byte, world } = this.mpi;
    const block = blockBytes(format);
    const each = block * Math.max(1, Math.floor(TURN_BYTES / this.world / block));
    return this.serial.run(async () => {
      const terms = new Uint8Array(this.world * Math.min(each, into.length));
      let done = 0;
      for (const turn of turnsOf(parts, each)) {
        const own = lengthOf(turn[this.rank]!);
        const [sent, received] = [layoutOf(turn), layoutOf(turn.map((_, rank) => [rank * own, (rank + 1) * own]))];
        await this.meet();
        await this.call("MPI_Alltoallv", alltoallv, from, sent.counts, sent.starts, byte, terms, received.counts, received.starts, byte, world);
        this.sum(format, terms, own, into.subarray(done, (done += own)));
      }
    });
  }

  allGather(own: Uint8Array, into: Uint8Array, parts: readonly Part[]): Promise<void> {
    const { allgatherv, byte, world } = this.mpi;
    const { counts, starts } = layoutOf(parts);
    return this.serial.run(async () => {
      await this.meet();
      await this.call("MPI_Allgatherv", allgatherv, own, own.length, byte, into, counts, starts, byte, world);
    });
  }

  broadcast(bytes: Uint8Array, root: number): Promise<void> {
    const { bcast, byte, world } = this.mpi;
    return this.serial.run(async () => {
      for (let at = 0; at < bytes.length; at += MOST_ELEMENTS) {
        const piece = bytes.subarray(at, at + MOST_ELEMENTS);
        await this.meet();
        await this.call("MPI_Bcast", bcast, piece, piece.length, byte, root, world);
      }
    });
  }

  gather<T>(message: T): Promise<T[]> {
    const { allgather, byte, world } = this.mpi;
    return this.serial.run(async () => {
      const own = Buffer.alloc(MESSAGE_BYTES);
      const text = Buffer.from(JSON.stringify(message));
      if (text.length + 4 > MESSAGE_BYTES) throw new Error(`a message of ${text.length} bytes does not fit the ${MESSAGE_BYTES} of a gather`);
      own.writeUInt32LE(text.length);
      text.copy(own, 4);
      const all = Buffer.alloc(this.world * MESSAGE_BYTES);
      await this.meet();
      await this.call("MPI_Allgather", allgather, own, MESSAGE_BYTES, byte, all, MESSAGE_BYTES, byte, world);
      return Array.from({ length: this.world }, (_, rank) => {
        const at = rank * MESSAGE_BYTES;
        return JSON.parse(all.subarray(at + 4, at + 4 + all.readUInt32LE(at)).toString()) as T;
      });
    });
  }

  barrier(): Promise<void> {
    // Rank 0 may come late: it writes checkpoints meanwhile.
    return this.serial.run(() => this.meet(this.patience.start));
  }

  /** MPI cannot carry a reason to ranks that wait elsewhere: its launcher ends them, and this process. */
  fail(_reason: Omit<Failure, "rank">): void {
    // In the next turn: whoever called has yet to say why.
    setTimeout(() => this.mpi.abort.async(this.mpi.world, 1, () => undefined), 0);
    // Where a rank is stopped or the network is cut, MPI_Abort itself may hang.
    setTimeout(() => process.kill(process.pid, "SIGKILL"), ABORT_LIMIT);
  }

  close(): Promise<void> {
    return this.serial.run(async () => {
      await this.call("MPI_Finalize", this.mpi.finalize);
    });
  }

  /** The sum of all ranks' terms, which lie one behind the other, `bytes` each. */
  private sum(format: SumFormat, terms: Uint8Array, bytes: number, into: Uint8Array): void {
    const sum = this.sums[format];
    for (let at = 0; at < bytes; at += sum.pieceBytes) {
      const end = Math.min(bytes, at + sum.pieceBytes);
      for (let rank = 0; rank < this.world; rank++) {
        sum.target(rank === 0).set(terms.subarray(rank * bytes + at, rank * bytes + end));
        sum.add(end - at, rank === 0);
      }
      into.set(sum.result(end - at), at);
    }
  }

  /** Runs an MPI function on another thread: it may take long, and for ever where a rank stops in its midst. */
  private async call(name: string, native: NativeFunction, ...args: unknown[]): Promise<void> {
    const limit = this.patience.later;
    const code = await new Promise<number>((resolve, reject) => {
      const late = setTimeout(() => reject(notMet(limit)), limit);
      native.async(...args, (error, result) => {
        clearTimeout(late);
        if (error) reject(error);
        else resolve(result);
      });
    });
    check(name, code);
  }

  private async meet(limit = this.met ? this.patience.later : this.patience.start): Promise<void> {
    check("MPI_Ibarrier", this.mpi.ibarrier(this.mpi.world, this.request));
    await this.finish(SPIN, limit);
    this.met = true;
  }

  /** Waits for the operation under way, which goes on only while it is looked at. */
  private async finish(spin: number, limit: number): Promise<void> {
    const { test } = this.mpi;
    const done = new Int32Array(1);
    const began = performance.now();
    const look = (): boolean => {
      check("MPI_Test", test(this.request, done, this.ignoreStatus));
      return done[0] !== 0;
    };
    await lookUntil(look, spin, () => {
      if (performance.now() - began > limit) throw notMet(limit);
    });
  }
}

/**
 * Parts as MPI takes them: C ints. In buffers of their own: what JavaScript keeps in its heap, as it does small arrays,
 * it may move while MPI reads it on another thread.
 */
function layoutOf(parts: readonly Part[]): { counts: Int32Array; starts: Int32Array } {
  const [counts, starts] = [0, 1].map(() => new Int32Array(new ArrayBuffer(4 * parts.length))) as [Int32Array, Int32Array];
  counts.set(parts.map(lengthOf));
  starts.set(parts.map(([from]) => from));
  return { counts, starts };
}

function check(name: string, code: number): void {
  if (code !== 0) throw new UserError("JR714", `${name} failed with code ${code}`, "The network between the machines may be cut: see what mpirun says.");
}

function notMet(limit: number): UserError {
  return new UserError("JR702", `some rank has not come to the exchange for ${limit / 1000} s`, "Its process is stopped, hangs in its driver, or its machine cannot be reached.");
}
