/** An address, or a handle: what koffi passes for C's pointers. */
export type Handle = unknown;

/** What differs between the builds of MPI: their handles are pointers to symbols, numbers, or fixed addresses. */
export interface Dialect {
  /** The C type of communicators, data types and operations. */
  readonly handle: "void*" | "int";
  readonly world: Handle;
  readonly float: Handle;
  readonly byte: Handle;
  readonly sum: Handle;
  readonly inPlace: bigint;
  readonly ignoreStatus: bigint;
}

/** Open MPI: the handles are the addresses of its symbols. `MPI_IN_PLACE` is 1 and `MPI_STATUS_IGNORE` null in its mpi.h. */
export function openMpiDialect(symbol: (name: string) => Handle): Dialect {
  return {
    handle: "void*",
    world: symbol("ompi_mpi_comm_world"),
    float: symbol("ompi_mpi_float"),
    byte: symbol("ompi_mpi_byte"),
    sum: symbol("ompi_mpi_op_sum"),
    inPlace: 1n,
    ignoreStatus: 0n,
  };
}

/** MPICH and its kin (Intel MPI, MVAPICH): numbers that their common binary interface fixes. */
export const MPICH_DIALECT: Dialect = {
  handle: "int",
  world: 0x44000000,
  float: 0x4c00040a,
  byte: 0x4c00010d,
  sum: 0x58000003,
  inPlace: 0xffff_ffff_ffff_ffffn,
  ignoreStatus: 1n,
};
