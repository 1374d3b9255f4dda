#!/usr/bin/env bash
# Makes the results of the CPU that are committed, about 15 minutes on a quiet machine, then the README's part and
# docs/results.md from all files in lplb-bench/results. Results of a GPU are made elsewhere: docs/measurements/bench.md.
#   lplb-bench/measure.sh [TRACE.npy ...]     traces of real routing; ../shared/data/*.npy if none is named
#   LPLB_BENCH_OPTIONS                        more options for each run, such as '--quick --time 5' for a trial
#   LPLB_RESULTS                              another folder for the files; README and results.md are then left alone
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

results=${LPLB_RESULTS:-lplb-bench/results}
loads=normal,lognormal,zipf,layer,concentrated30,concentrated50,concentrated80,concentrated95,hot-rank,rotating,burst,empty
read -ra options <<< "${LPLB_BENCH_OPTIONS:-}"

measure() {
  local name=$1
  shift
  printf -- '-- %s, %s\n' "$name" "$(date -u +%H:%M:%S)" >&2
  bin/lplb bench "$@" ${options[@]+"${options[@]}"} --json "$results/$name.json" > /dev/null
}

if [ $# -gt 0 ]; then
  traces=("$@")
else
  shopt -s nullglob
  traces=(../shared/data/*.npy)
fi

# All contenders, one group; this library with 64 and 1,024 groups; the whole way of a batch. 83 measurements.
measure cpu --times --quality --loads normal --batches 1,64,1024
# Other loads: this library's times, and its quality beside the rules that do not solve the program. 56 measurements.
measure loads --times --quality --filter Solve --topologies cube,torus8x4 --loads "$loads" --batches 1 \
  --solvers interior-point,relaxation,lplb-reference,greedy-llep,greedy-moonep
# How times grow with ranks, replicas, hosts and batch. 36 measurements.
measure scaling --scaling
# All contenders on real routing. 31 measurements with two traces.
if [ ${#traces[@]} -gt 0 ]; then
  measure traces --times --quality --filter 'Solve|Plan' --topologies cube --batches 1 --trace "${traces[@]}"
else
  printf -- '-- traces: skipped, none named and no ../shared/data/*.npy here\n' >&2
fi
printf -- '-- done, %s\n' "$(date -u +%H:%M:%S)" >&2

if [ -z "${LPLB_RESULTS:-}" ]; then
  bin/lplb bench --page docs/results.md
fi
