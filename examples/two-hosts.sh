#!/bin/sh
# Trains on two machines, without a scheduler: mpirun starts four processes on each, over ssh.
#   sh examples/two-hosts.sh build/audio-jepa /data/clips runs/two-hosts
# Both have Node, this project and an MPI of one kind, the same build and clips under the same paths, and ssh between
# them without a password. `jepac doctor` on each says which GPUs it has.
set -eu
build=$1 clips=$2 run=$3

# Open MPI. --bind-to none: a process needs more than one core. The interface: the one between the machines.
exec mpirun --host gpu-a:4,gpu-b:4 --bind-to none --mca btl_tcp_if_include eth0 \
  node "$build/trainer.js" --data "$clips" --out "$run"

# With MPICH or Intel MPI:
#   mpirun -hosts gpu-a,gpu-b -ppn 4 -iface eth0 node "$build/trainer.js" --data "$clips" --out "$run"
