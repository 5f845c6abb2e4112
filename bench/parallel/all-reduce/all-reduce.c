/* What bench/parallel/all-reduce/run.mjs compares with: MPI_Allreduce of floats, from one buffer into another. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  for (int i = 1; i + 1 < argc; i += 2) {
    long count = atol(argv[i]) / 4, rounds = atol(argv[i + 1]);
    float *from = malloc(4 * count), *into = malloc(4 * count);
    for (long k = 0; k < count; k++) from[k] = rank + k % 7, into[k] = 0;
    for (long round = 0; round < rounds; round++) {
      MPI_Barrier(MPI_COMM_WORLD);
      double start = MPI_Wtime();
      MPI_Allreduce(from, into, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
      double seconds = MPI_Wtime() - start;
      if (rank == 0) printf("%ld %.9f\n", 4 * count, seconds);
    }
    free(from);
    free(into);
  }
  MPI_Finalize();
}
