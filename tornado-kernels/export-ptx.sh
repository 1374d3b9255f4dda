#!/usr/bin/env bash
# Compiles the fused kernels through TornadoVM and writes them as PTX resources:
#   tornado-kernels/export-ptx.sh [TOPOLOGY|SIZE...]      default: see below; sizes as KernelSize writes them
# To be run, and its results committed, whenever a kernel changed (PtxResourcesTest fails until then).
# Needs a JDK 25 (JAVA_HOME), TornadoVM's SDK (TORNADOVM_HOME), its argument file (LPLB_ARGS, default
# lplb-gpu.args), a device that TornadoVM finds, and lplb-topology and lplb-api compiled
# (mvn -pl lplb-api -am compile). Compiles this module itself, against the SDK's API; log4j-api and
# jspecify are taken from the local Maven repository.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
: "${JAVA_HOME:?}" "${TORNADOVM_HOME:?}" "${LPLB_ARGS:=$root/lplb-gpu.args}"
[ $# -gt 0 ] || set -- cube hypercube torus8x4 ring8 \
    r8-i32-e64-h2-d0-c32-u0 r8-i32-e96-hupto8-d0-c32-u0 \
    r16-i64-e128-h2-d0-c64-u0 r16-i64-e192-hupto8-d0-c64-u0 \
    r32-i128-e256-h2-d0-c128-u0 r32-i128-e384-hupto8-d0-c128-u0 \
    r64-i256-e512-h2-d0-c256-u0 r64-i192-e704-hupto8-d0-c192-u0 r64-i192-e704-hupto64-d0-c192-u0 \
    r128-i256-e512-h2-d0-c256-u0 r128-i256-e768-hupto8-d0-c256-u0 \
    r320-i320-e640-h2-d0-c320-u0 r320-i320-e960-hupto8-d0-c320-u0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
jars=:$root/lplb-topology/target/classes:$root/lplb-api/target/classes
for jar in org/jspecify/jspecify org/apache/logging/log4j/log4j-api; do
    newest=$(find "$HOME/.m2/repository/$jar" -name '*.jar' ! -name '*sources*' | sort -V | tail -1)
    jars=$jars:$newest
done
api=$(echo "$TORNADOVM_HOME"/share/java/tornado/tornado-api-*.jar)
version=$(basename "$api" .jar)
find "$here"/src/main/java -name '*.java' ! -name module-info.java > "$work/sources"
"$JAVA_HOME/bin/javac" -g -parameters -nowarn -d "$work/classes" -cp "$api$jars" "@$work/sources"
out=$here/src/main/resources/io/lplb/tornado/ptx
rm -rf "$out"
# Helpers of the kernels must be inlined while they are parsed, hence the two limits.
"$JAVA_HOME/bin/java" "@$LPLB_ARGS" -Dtornado.printKernel=true "-Dtornado.print.kernel.dir=$work/emitted.ptx" \
    -DInlineDuringParsingPlugin.NodeBudget=1000000 -Djdk.graal.InlineDuringParsingMaxDepth=30 \
    -cp "$work/classes$jars" io.lplb.tornado.export.ExportPtx "$out" "${version#tornado-api-}" "$@"
if command -v ptxas > /dev/null; then
    for ptx in "$out"/*.ptx; do
        for target in sm_80 sm_86 sm_89 sm_90 sm_100; do
            ptxas -v --gpu-name "$target" -o /dev/null "$ptx" 2> "$work/log" || { cat "$work/log"; exit 1; }
            if grep -q 'bytes spill' "$work/log" && ! grep -q ' 0 bytes spill stores' "$work/log"; then
                echo "$(basename "$ptx"), $target: $(grep 'bytes spill' "$work/log")"
            fi
        done
    done
    echo "ptxas accepts all for sm_80, sm_86, sm_89, sm_90 and sm_100"
fi
wc -c "$out"/*.ptx | tail -1
