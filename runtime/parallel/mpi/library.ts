import { UserError } from "../../errors.ts";
import { importKoffi, type Koffi, type NativeFunction, type NativeLibrary } from "../koffi.ts";
import { MPICH_DIALECT, openMpiDialect, type Dialect } from "./dialect.ts";

/** Names under which MPI libraries install themselves. */
const OPEN_MPI = ["libmpi.so.40", "libmpi.so.80", "libmpi.40.dylib"];
const MPICH = ["libmpich.so.12", "libmpi.so.12", "libmpi.12.dylib"];

/**
 * All calls come from one thread at a time, which MPI_THREAD_SERIALIZED allows. Yet MPI_THREAD_MULTIPLE is asked for:
 * without it, Open MPI 4.1 was seen to hang in an all-reduce beside the threads of a software device.
 */
const SERIALIZED = 2;
const MULTIPLE = 3;

/** The functions of MPI that are used here, and its constants. */
export interface Mpi extends Dialect {
  /** As it calls itself: `Open MPI v4.1.4`. */
  readonly version: string;
  readonly rank: number;
  readonly size: number;
  readonly allreduce: NativeFunction;
  readonly iallreduce: NativeFunction;
  readonly bcast: NativeFunction;
  readonly allgather: NativeFunction;
  readonly allgatherv: NativeFunction;
  readonly alltoallv: NativeFunction;
  readonly ibarrier: NativeFunction;
  readonly test: NativeFunction;
  readonly abort: NativeFunction;
  readonly finalize: NativeFunction;
  /** A constant as an argument of type `void*`. */
  pointer(value: bigint): unknown;
}

/**
 * Loads the MPI of the launcher that started this process, and initialises it.
 * @throws UserError JR710 koffi is not installed, JR711 no MPI library, JR712 MPI does not start
 */
export async function openMpi(env: Readonly<Record<string, string | undefined>>): Promise<Mpi> {
  // A waiting rank shall leave its core to data loading and software devices. Open MPI reads this when it starts.
  process.env["OMPI_MCA_mpi_yield_when_idle"] ??= "1";
  const koffi = await loadKoffi();
  const library = findLibrary(koffi, env);
  const dialect = dialectOf(library);
  const mpi = bind(library, dialect);
  const provided = [0];
  if (mpi.init(null, null, MULTIPLE, provided) !== 0 || provided[0]! < SERIALIZED) {
    throw new UserError("JR712", "MPI does not start with MPI_THREAD_SERIALIZED", "Build or load an MPI with thread support.");
  }
  const text = new Uint8Array(8192);
  mpi.libraryVersion(text, [0]);
  const [rank, size] = [[0], [0]];
  mpi.commRank(dialect.world, rank);
  mpi.commSize(dialect.world, size);
  return { ...dialect, ...mpi, version: versionIn(text), rank: rank[0]!, size: size[0]!, pointer: (value) => koffi.as(value, "void*") };
}

function bind(library: NativeLibrary, { handle: H }: Dialect) {
  const f = (signature: string): NativeFunction => library.func(signature);
  return {
    init: f("int MPI_Init_thread(void*, void*, int, _Out_ int*)"),
    libraryVersion: f("int MPI_Get_library_version(_Out_ uint8_t*, _Out_ int*)"),
    commRank: f(`int MPI_Comm_rank(${H}, _Out_ int*)`),
    commSize: f(`int MPI_Comm_size(${H}, _Out_ int*)`),
    allreduce: f(`int MPI_Allreduce(void*, void*, int, ${H}, ${H}, ${H})`),
    iallreduce: f(`int MPI_Iallreduce(void*, void*, int, ${H}, ${H}, ${H}, void*)`),
    bcast: f(`int MPI_Bcast(void*, int, ${H}, int, ${H})`),
    allgather: f(`int MPI_Allgather(void*, int, ${H}, void*, int, ${H}, ${H})`),
    allgatherv: f(`int MPI_Allgatherv(void*, int, ${H}, void*, void*, void*, ${H}, ${H})`),
    alltoallv: f(`int MPI_Alltoallv(void*, void*, void*, ${H}, void*, void*, void*, ${H}, ${H})`),
    ibarrier: f(`int MPI_Ibarrier(${H}, void*)`),
    test: f("int MPI_Test(void*, void*, void*)"),
    abort: f(`int MPI_Abort(${H}, int)`),
    finalize: f("int MPI_Finalize()"),
  };
}

async function loadKoffi(): Promise<Koffi> {
  try {
    return await importKoffi();
  } catch (error) {
    throw new UserError("JR710", `this process was started by an MPI launcher, and the package 'koffi', through which MPI is called, does not load: ${(error as Error).message}`, "Install it beside @jepac/runtime: npm install koffi@3.3.4");
  }
}

function findLibrary(koffi: Koffi, env: Readonly<Record<string, string | undefined>>): NativeLibrary {
  const own = env["JEPAC_MPI"];
  // PMIx is how Open MPI's processes find each other, under srun too.
  const openMpiFirst = env["OMPI_COMM_WORLD_RANK"] !== undefined || env["PMIX_RANK"] !== undefined;
  const names = own !== undefined ? [own] : openMpiFirst ? [...OPEN_MPI, ...MPICH] : [...MPICH, ...OPEN_MPI];
  for (const name of names) {
    try {
      // Global: Open MPI's plug-ins look for its symbols.
      return koffi.load(name, { global: true });
    } catch {
      // The next name.
    }
  }
  throw new UserError("JR711", `no MPI library was found: tried ${names.join(", ")}`, "Load the cluster's MPI module, or say where the library is with JEPAC_MPI=/path/libmpi.so.");
}

function dialectOf(library: NativeLibrary): Dialect {
  try {
    return openMpiDialect((name) => library.symbol(name));
  } catch {
    return MPICH_DIALECT;
  }
}

/** `Open MPI v4.1.4, package: ...` is cut at the comma; MPICH writes a table, whose first row has name and version. */
function versionIn(text: Uint8Array): string {
  const whole = Buffer.from(text.subarray(0, Math.max(0, text.indexOf(0)))).toString();
  return whole.split(/[,\n]/)[0]!.replace(/\s+Version:\s*/, " ").trim();
}
