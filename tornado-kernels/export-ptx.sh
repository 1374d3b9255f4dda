#!/usr/bin/env bash
# Compiles the kernels through TornadoVM's CUDA backend to CUDA C, and that through nvcc to the PTX resources:
#   tornado-kernels/export-ptx.sh                         all kernels
#   tornado-kernels/export-ptx.sh others                  all kernels but the solvers'
#   tornado-kernels/export-ptx.sh TOPOLOGY|SIZE...        solvers' kernels of these sizes, as KernelSize writes them
# To be run, and its results committed, whenever a kernel changed (PtxResourcesTest fails until then). Needs no GPU: TornadoVM
# runs on a stand-in for the driver (src/export), which has one device and runs nothing.
# Needs a JDK 25 (JAVA_HOME), TornadoVM's SDK with the CUDA backend (TORNADOVM_HOME), its argument file (LPLB_ARGS, default
# lplb-gpu.args), CUDA's toolkit (nvcc and ptxas on the PATH), and lplb-topology, lplb-api and lplb-reference
# compiled (mvn -pl lplb-reference -am compile, or the folders in LPLB_CLASSES). Compiles this module itself, against the SDK's API;
# log4j-api and jspecify are taken from the local Maven repository. LPLB_OUT writes elsewhere, LPLB_JAVA has more JVM arguments
# (-Dlplb.unroll=N to measure how often loops are to be unrolled).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
: "${JAVA_HOME:?}" "${TORNADOVM_HOME:?}" "${LPLB_ARGS:=$root/lplb-gpu.args}"
command -v nvcc > /dev/null || { echo "nvcc is not on the PATH: install CUDA's toolkit" >&2; exit 1; }
[ -e "$TORNADOVM_HOME/lib/libtornado-cuda.so" ] || { echo "$TORNADOVM_HOME has no CUDA backend" >&2; exit 1; }
out=${LPLB_OUT:-$here/src/main/resources/io/lplb/tornado/ptx}
if [ $# -eq 0 ]; then
    rm -rf "$out"
    set -- others cube hypercube torus8x4 ring8 \
        r8-i32-e64-h2-d0-c32-u0 r8-i32-e96-hupto8-d0-c32-u0 \
        r16-i64-e128-h2-d0-c64-u0 r16-i64-e192-hupto8-d0-c64-u0 \
        r32-i128-e256-h2-d0-c128-u0 r32-i128-e384-hupto8-d0-c128-u0 \
        r64-i256-e512-h2-d0-c256-u0 r64-i192-e704-hupto8-d0-c192-u0 r64-i192-e704-hupto64-d0-c192-u0 \
        r128-i256-e512-h2-d0-c256-u0 r128-i256-e768-hupto8-d0-c256-u0 \
        r320-i320-e640-h2-d0-c320-u0 r320-i320-e960-hupto8-d0-c320-u0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for library in cuda.so.1 nvrtc.so.13; do
    nvcc -shared -cudart none -Xcompiler -fPIC,-O1,-w -Xlinker "-soname=lib$library" -o "$work/lib$library" \
        "$here/src/export/${library%%.*}.c"
    ln -s "lib$library" "$work/lib${library%%.*}.so"
done
jars=
for module in lplb-topology lplb-api lplb-reference; do
    jars=$jars:$root/$module/${LPLB_CLASSES:-target/classes}
done
for jar in org/jspecify/jspecify org/apache/logging/log4j/log4j-api; do
    newest=$(find "$HOME/.m2/repository/$jar" -name '*.jar' ! -name '*sources*' | sort -V | tail -1)
    jars=$jars:$newest
done
api=$(echo "$TORNADOVM_HOME"/share/java/tornado/tornado-api-*.jar)
version=$(basename "$api" .jar)
find "$here"/src/main/java -name '*.java' ! -name module-info.java > "$work/sources"
"$JAVA_HOME/bin/javac" -g -parameters -nowarn -d "$work/classes" -cp "$api$jars" "@$work/sources"
mkdir -p "$out"
# Helpers of the kernels must be inlined while they are parsed, hence the two limits.
LD_LIBRARY_PATH="$work" "$JAVA_HOME/bin/java" "@$LPLB_ARGS" \
    -Dtornado.printKernel=true -Dtornado.logger.buildlir=true "-Dtornado.print.kernel.dir=$work/emitted.cu" \
    -DInlineDuringParsingPlugin.NodeBudget=1000000 -Djdk.graal.InlineDuringParsingMaxDepth=30 ${LPLB_JAVA:-} \
    -cp "$work/classes$jars" io.lplb.tornado.export.ExportPtx "$out" "${version#tornado-api-}" "$@"
find "$out" -name '*.ptx' -newer "$work/sources" | sort | while read -r ptx; do
    for target in sm_80 sm_86 sm_89 sm_90 sm_100; do
        ptxas -v --gpu-name "$target" -o /dev/null "$ptx" 2> "$work/log" || { cat "$work/log"; exit 1; }
        if grep -q 'bytes spill' "$work/log" && ! grep -q ' 0 bytes spill stores' "$work/log"; then
            echo "$(basename "$ptx"), $target: $(grep 'bytes spill' "$work/log")"
        fi
    done
done
(cd "$out" && LC_ALL=C sha256sum kernels.txt *.ptx > SHA256SUMS)
echo "ptxas accepts all for sm_80, sm_86, sm_89, sm_90 and sm_100"
wc -c "$out"/*.ptx | tail -1
