#!/bin/sh
# Trains on all GPUs of two Slurm nodes, and starts again by itself from the last checkpoint, up to three times.
#   sbatch examples/slurm.sh build/audio-jepa /data/clips /scratch/run
# The build must have at least as many parts as there are GPUs: jepac build models/audio-jepa.jm --micro-batch 16
# Every node sees the build, the clips and the run's folder under the same paths. Only rank 0 writes.
#SBATCH --job-name=jepac
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=8
#SBATCH --gpus-per-node=8
#SBATCH --cpus-per-task=4
#SBATCH --time=24:00:00
set -u
build=$1 clips=$2 run=$3

# The cluster's MPI: whatever its module is called. JEPAC_MPI=/path/libmpi.so says where the library is, if it is not found.
module load openmpi 2>/dev/null || true

resume=
for attempt in 0 1 2 3; do
  [ -f "$run/run.json" ] && resume=--resume
  # One task a GPU. Rank, world and the number of the task on its node come from Slurm; a rank takes the GPU of that number.
  # --kill-on-bad-exit ends all tasks when one fails; --cpu-bind=none leaves room for loading, driver and MPI's threads.
  srun --mpi=pmix --kill-on-bad-exit=1 --cpu-bind=none node "$build/trainer.js" --data "$clips" --out "$run" $resume && exit 0
done
exit 1
