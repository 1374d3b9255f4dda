#!/usr/bin/env bash
# Replays a group of ranks over the nodes of a Slurm job: sbatch examples/launch/slurm.sh [options of 'lplb rank']
# The group's key must be in a file that all nodes see: bin/lplb cluster --write-key group.key
#SBATCH --job-name=lplb
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=4
set -euo pipefail

: "${LPLB_GROUP_KEY_FILE:?set it to the path of the key file of the group}"
hosts=$(scontrol show hostnames "$SLURM_JOB_NODELIST")
export MASTER_ADDR=${hosts%%$'\n'*}
export MASTER_PORT=${MASTER_PORT:-7800} # and the ports after it, one per rank
export LPLB=${LPLB:-bin/lplb}

# Slurm numbers tasks by SLURM_PROCID of SLURM_NTASKS; torchrun sets RANK and WORLD_SIZE by itself.
# shellcheck disable=SC2016 # Expanded by each task.
srun bash -c 'export RANK=$SLURM_PROCID WORLD_SIZE=$SLURM_NTASKS; exec $LPLB rank "$@"' lplb \
  --ranks-per-node "${SLURM_NTASKS_PER_NODE:-4}" --topology balanced "$@"
