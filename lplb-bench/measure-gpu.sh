#!/usr/bin/env bash
# Makes the results of a GPU: gpu.json, this library on one core of the CPU and on the GPU, and gpu-scaling.json, how the
# GPU's times grow. At most 250 s together; what finds no time left is told in the files. Nothing else may run instead of
# the GPU: without one it ends at once with exit code 2.
#   lplb-bench/measure-gpu.sh [FOLDER]    in a checkout, with bin/lplb; lplb-bench/results if no folder is named
#   FOLDER/measure-gpu.sh FOLDER          in a folder made by carry.sh, with the java command that JAVA names
#   LPLB_BENCH_BACKENDS, LPLB_BENCH_TIME  for a trial without a GPU: cpu, and milliseconds of an iteration
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$(cd "${1:-$here/results}" && pwd)

lplb() {
  if [ -f "$here/benchmarks.jar" ]; then
    "${JAVA:-java}" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
      --add-exports java.base/jdk.internal.vm=ALL-UNNAMED "-Dlplb.commit=$(cat "$here/commit.txt")" \
      -cp "$here/benchmarks.jar" io.lplb.cli.Lplb "$@"
  else
    "$here/../bin/lplb" "$@"
  fi
}

# In the folder, so that the command that the results record holds no path of this machine.
cd "$out" || exit 2
code=0
lplb bench --times --quality --backends "${LPLB_BENCH_BACKENDS:-cpu,gpu-driver}" --solvers interior-point,relaxation --filter 'Solve|Plan' \
  --topologies cube,torus8x4,eplb64 --loads normal --batches 1,64,1024,16384 --time "${LPLB_BENCH_TIME:-60}" --limit 165 \
  --json gpu.json || code=$?
[ "$code" -ne 2 ] || exit 2
lplb bench --scaling --backends "${LPLB_BENCH_BACKENDS:-gpu-driver}" --solvers interior-point,relaxation \
  --time "${LPLB_BENCH_TIME:-60}" --limit 85 --json gpu-scaling.json || code=$?
exit "$code"
