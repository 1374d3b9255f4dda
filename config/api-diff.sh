#!/usr/bin/env bash
# Compares the API of the published modules with that of the last tag vX.Y.Z (japicmp), building the tag in a folder of its
# own. Prints what changed and fails where semantic versioning does not allow it; reports: target/japicmp. Without a
# tag there is nothing to compare with: it says so and ends with 0. Arguments go to Maven, such as -o.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
modules=lplb-topology,lplb-api,lplb-exchange,lplb-micrometer,tornado-kernels
quick=(-q -Dstyle.color=never -DskipTests -Djacoco.skip -Dspotless.check.skip)

if ! tag=$(git -C "$root" describe --tags --abbrev=0 --match 'v[0-9]*' 2> /dev/null); then
  printf 'api-diff: no tag vX.Y.Z yet, so there is no API to compare with\n'
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/source" "$work/jars"
git -C "$root" archive "$tag" | tar -x -C "$work/source"
in_tag() { [ -f "$work/source/$1/pom.xml" ]; }
old=$(for module in ${modules//,/ }; do ! in_tag "$module" || printf '%s,' "$module"; done)
printf 'api-diff: building %s\n' "$tag"
(cd "$work/source" && mvn "${quick[@]}" -pl "${old%,}" -am "$@" package)
find "$work/source" -path '*/target/lplb-*.jar' -exec cp {} "$work/jars" \;
released=$(find "$work/jars" -name 'lplb-topology-*.jar' ! -name '*-tests.jar' | sed 's/.*lplb-topology-\(.*\)\.jar/\1/')
printf 'api-diff: comparing with %s, version %s\n' "$tag" "$released"
for module in ${modules//,/ }; do
  rm -rf "${root:?}/$module/target/japicmp"
  # A module younger than the tag is compared with an empty jar: japicmp wants a file.
  in_tag "$module" || printf 'PK\005\006\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' > "$work/jars/lplb-${module#lplb-}-$released.jar"
done
result=0
(cd "$root" && mvn "${quick[@]}" -Dlplb.released="$released" -Dlplb.released.jars="$work/jars" -pl "$modules" -am "$@" verify) || result=$?
for module in ${modules//,/ }; do
  changes=$root/$module/target/japicmp/api-diff.diff
  # "***" a changed class, "+++" what is new, "---" what is gone; "!" marks what breaks callers.
  in_tag "$module" || { printf '\n%s: not in %s\n' "$module" "$tag"; continue; }
  [ ! -f "$changes" ] || { printf '\n%s\n' "$module"; sed '1d; /CLASS FILE FORMAT/d; /^$/d' "$changes"; printf '\n'; }
done
[ "$result" -eq 0 ] || { printf 'api-diff: the build or the comparison failed, see above\n' >&2; exit 1; }
printf 'api-diff: nothing that the versions do not allow\n'
