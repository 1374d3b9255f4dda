#!/usr/bin/env bash
# Builds the last commit twice, in two folders, and compares what would be published, byte by byte. Arguments go to Maven,
# such as -o. Exit code 0: the same bytes. Test jars are compared, too.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Named once: a commit made while the first build runs must not get into the second.
commit=$(git -C "$root" rev-parse --verify HEAD)
modules=lplb-topology,lplb-api,lplb-exchange,lplb-micrometer,tornado-kernels

# The folders' names differ in length: a path in an artifact would show.
for copy in first second-one; do
  mkdir "$work/$copy"
  git -C "$root" archive "$commit" | tar -x -C "$work/$copy"
  printf 'reproducible: building %.12s in %s\n' "$commit" "$work/$copy"
  (cd "$work/$copy" && mvn -q -Dstyle.color=never -Prelease -DskipTests -Djacoco.skip -Dspotless.check.skip \
    -pl "$modules" -am "$@" package)
  (cd "$work/$copy" && find . -path '*/target/*' \( -name '*-SNAPSHOT*.jar' -o -name 'lplb-*[0-9].jar' -o -name 'lplb-*-sources.jar' \
    -o -name 'lplb-*-javadoc.jar' -o -name 'lplb-*-tests.jar' -o -name '*-sbom.json' \) ! -path '*/emulator/*' \
    -exec sha256sum {} + | sort -k 2 -u) \
    > "$work/$copy.sums"
done

count=$(wc -l < "$work/first.sums")
[ "$count" -gt 0 ] || { printf 'reproducible: no artifact was built\n' >&2; exit 1; }
if diff "$work/first.sums" "$work/second-one.sums"; then
  cat "$work/first.sums"
  printf 'reproducible: %s files, the same bytes twice\n' "$count"
else
  printf 'reproducible: the builds differ\n' >&2
  exit 1
fi
