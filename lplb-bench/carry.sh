#!/usr/bin/env bash
# Makes a folder that measures on a machine with a GPU and without Maven, JDK or network, where a Java runtime is carried
# along: the benchmarks, the libraries that this project's own solvers need, the commit, and measure-gpu.sh.
#   lplb-bench/carry.sh FOLDER      after 'bin/lplb --version' or 'mvn package' has built the project
set -euo pipefail
[ $# -eq 1 ] || { printf 'usage: lplb-bench/carry.sh FOLDER\n' >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -f "$here/target/benchmarks.jar" ] || { printf 'carry.sh: %s is not built\n' "$here/target/benchmarks.jar" >&2; exit 2; }

mkdir -p "$1/lib"
rm -f "$1"/lib/*.jar
cp "$here/target/benchmarks.jar" "$here/measure-gpu.sh" "$1/"
for jar in "$here"/target/lib/*.jar; do
  case ${jar##*/} in
    # Other solvers, plots and Aeron: nothing of a run on a GPU uses them, and natives are large.
    ortools-* | ojalgo-* | protobuf-* | jna-* | xchart-* | VectorGraphics2D-* | aeron-* | agrona-*) ;;
    *) cp "$jar" "$1/lib/" ;;
  esac
done
git -C "$here" describe --always --dirty --abbrev=7 > "$1/commit.txt"
du -sh "$1"
