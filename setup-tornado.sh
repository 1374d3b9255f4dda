#!/usr/bin/env bash
# Finds or installs the TornadoVM SDK that the GPU backend needs, and writes the JVM's argument file for it.
# ./setup-tornado.sh --help says more.
set -euo pipefail

version=5.2.0-jdk25
archive=tornadovm-$version-ptx-linux-amd64.zip
url=${LPLB_TORNADO_URL:-https://github.com/beehive-lab/TornadoVM/releases/download/v$version/$archive}
# TornadoVM publishes no checksum of this archive, so the caller gives it. Once one is published it goes here.
pinned_sha256=''

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${LPLB_TORNADO_DIR:-$root/.tornado}
args_file=${LPLB_TORNADO_ARGS:-$root/lplb-gpu.args}

usage() {
  cat << END
Usage: ./setup-tornado.sh [--from FILE.zip] [--sha256 HEX | --unverified] [--no-devices]

Makes the GPU backend usable, in steps that a second run does not repeat:
  1. The TornadoVM SDK $version (PTX, linux-amd64): the one that TORNADOVM_HOME names (PTX or CUDA), else
     the one under .tornado/, else the release archive is downloaded and unpacked there.
  2. Its tornado-api is installed into the local Maven repository, for the build.
  3. lplb-gpu.args is written: what Java needs on its command line (java @lplb-gpu.args ...).
  4. The devices are listed, where there is a GPU and a JDK 25.

  --from FILE.zip   install from this archive instead of downloading it
  --sha256 HEX      the archive must have this SHA-256; needed where one is installed, from a source you trust
  --unverified      install an archive whatever its SHA-256, which is printed
  --no-devices      leave out step 4
  --help            this text

Without network: fetch
  $url
elsewhere and give it with --from, or set TORNADOVM_HOME to an SDK that is already unpacked.
An interrupted download is resumed by the next run. Nothing outside .tornado/, lplb-gpu.args and
the local Maven repository is changed.
END
}

say() {
  printf 'setup-tornado: %s\n' "$*"
}

fail() {
  printf 'setup-tornado: %s\n' "$*" >&2
  exit 1
}

# The backend of an SDK: ptx, or cuda where only that one is there.
backend_of() {
  if [ ! -e "$1/lib/libtornado-ptx.so" ] && [ -e "$1/lib/libtornado-cuda.so" ]; then
    printf 'cuda\n'
  else
    printf 'ptx\n'
  fi
}

# What a folder lacks to be the SDK; nothing if it is one.
missing_in_sdk() {
  local sdk=$1 part backend
  backend=$(backend_of "$sdk")
  for part in "lib/libtornado-$backend.so" share/java/graalJars etc/exportLists/common-exports "etc/exportLists/$backend-exports" \
    "share/java/tornado/tornado-api-$version.jar"; do
    if [ ! -e "$sdk/$part" ]; then
      printf '%s\n' "$part"
      return
    fi
  done
}

sha256_of() {
  if command -v sha256sum > /dev/null; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif command -v shasum > /dev/null; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  else
    fail "neither sha256sum nor shasum is on the PATH; the archive cannot be checked"
  fi
}

require_sum() {
  [ -n "$sha256" ] || [ "$unverified" -eq 1 ] || fail "no checksum of the archive is known: give its SHA-256 with --sha256, or" \
    "--unverified to install it without${1:+ (that of $1 is $(sha256_of "$1"))}"
}

check_sum() {
  local file=$1 wanted=$2 found
  found=$(sha256_of "$file")
  if [ -z "$wanted" ]; then
    say "WARNING: NOT VERIFIED, as --unverified says. The SHA-256 of this archive is" >&2
    say "WARNING:   $found" >&2
    say "WARNING: Compare it with one from a source you trust; --sha256 makes this script do that." >&2
  elif [ "$found" != "$wanted" ]; then
    printf 'setup-tornado: %s has the wrong checksum: got SHA-256 %s, expected %s\n' "$file" "$found" "$wanted" >&2
    return 1
  else
    say "SHA-256 is as expected."
  fi
}

download() {
  local to=$1 status=0 code
  say "downloading $url"
  if command -v curl > /dev/null; then
    code=$(fetch "$to" --continue-at -) || status=$?
    if [ "$code" = 416 ]; then
      # There is nothing beyond what is there already, whatever that is: begin anew.
      rm -f "$to"
      status=0
      fetch "$to" > /dev/null || status=$?
    fi
  elif command -v wget > /dev/null; then
    wget --quiet --continue --tries 3 --timeout 20 --output-document "$to" "$url" || status=$?
  else
    fail "neither curl nor wget is on the PATH. Fetch $url and give it with --from FILE.zip"
  fi
  [ "$status" -eq 0 ] || fail "could not download $url (exit code $status). Where there is no network, fetch it elsewhere" \
    "and give it with --from FILE.zip, or set TORNADOVM_HOME to an unpacked SDK"
}

# Prints the HTTP status.
fetch() {
  local to=$1
  shift
  curl --fail --location --silent --show-error --retry 2 --connect-timeout 20 --write-out '%{http_code}' \
    --output "$to" "$@" "$url"
}

unzip_to() {
  local file=$1 to=$2
  if command -v unzip > /dev/null; then
    unzip -q "$file" -d "$to"
  elif command -v python3 > /dev/null; then
    python3 -m zipfile -e "$file" "$to"
  elif command -v jar > /dev/null; then
    (cd "$to" && jar xf "$file")
  else
    fail "none of unzip, python3 and jar is on the PATH; the archive cannot be unpacked"
  fi
}

# Unpacks into a temporary folder and renames it, so that the SDK is there as a whole or not at all.
install_archive() {
  local file=$1 sdk=$2 lacks top
  staging=$(mktemp -d "$home/unpack.XXXXXX")
  unzip_to "$file" "$staging" || fail "$file could not be unpacked"
  # The archive holds one folder; its name does not matter.
  top=$staging
  for entry in "$staging"/*/; do
    if [ -d "${entry}share/java" ]; then
      top=${entry%/}
    fi
  done
  lacks=$(missing_in_sdk "$top")
  [ -z "$lacks" ] || fail "$file is not the TornadoVM SDK $version with PTX: it has no $lacks"
  mv "$top" "$sdk"
  rm -rf "$staging"
  staging=''
  say "unpacked to $sdk"
}

install_api() {
  local jar=$1/share/java/tornado/tornado-api-$version.jar
  local installed=${HOME:-}/.m2/repository/io/github/beehive-lab/tornado-api/$version/tornado-api-$version.jar
  if cmp -s "$jar" "$installed"; then
    say "tornado-api is in the local Maven repository already."
    return
  fi
  if ! command -v mvn > /dev/null; then
    say "mvn is not on the PATH: tornado-api is not installed into a local repository; run this again before you build."
    return
  fi
  # In a folder without a project, which Maven would read.
  (cd "$(dirname "$jar")" && mvn --batch-mode --quiet org.apache.maven.plugins:maven-install-plugin:3.2.0:install-file \
    "-Dfile=$jar" -DgroupId=io.github.beehive-lab -DartifactId=tornado-api "-Dversion=$version" -Dpackaging=jar \
    -DgeneratePom=true) || fail "tornado-api could not be installed into the local Maven repository, see above"
  say "tornado-api is in the local Maven repository."
}

# The SDK's modules that a run needs, as a module path. Its folder holds more: an older EJML and Log4j among them, which
# would take the place of the class path's.
module_path() {
  local jar name path=''
  for jar in "$1"/share/java/tornado/*.jar; do
    name=${jar##*/}
    case $name in
      tornado-api-* | tornado-runtime-* | tornado-annotation-* | tornado-drivers-* | asm-[0-9]* | commons-math3-* | \
        snmp4j-* | collections-* | word-* | nativeimage-* | polyglot-*)
        path=$path${path:+:}$jar
        ;;
    esac
  done
  printf '%s\n' "$path"
}

# The SDK's lists of what its modules open to each other. Every line becomes an option of the JVM, so only these kinds are passed on.
module_options() {
  local line target='[A-Za-z0-9_.]+(,[A-Za-z0-9_.]+)*'
  local known="^--add-(exports|opens)[ =][A-Za-z0-9_.]+/[A-Za-z0-9_.]+=$target\$|^--add-reads[ =][A-Za-z0-9_.]+=$target\$"
  while IFS= read -r line || [ -n "$line" ]; do
    if [[ $line =~ ^[[:space:]]*(#.*)?$ ]]; then
      continue
    fi
    [[ $line =~ $known ]] || fail "the SDK's export lists have the line '$line', expected --add-exports, --add-opens or --add-reads only"
    printf '%s\n' "$line"
  done
}

# The argument file. An option of the JVM a line; quotes, since a path may have blanks.
write_args() {
  local sdk=$1 next=$args_file.new backend
  backend=$(backend_of "$sdk")
  {
    cat << END
# Written by setup-tornado.sh for the SDK in $sdk
# What TornadoVM needs of the JVM.
-XX:+UnlockExperimentalVMOptions
-XX:+EnableJVMCI
-XX:+UseParallelGC
--enable-preview
"-Djava.library.path=$sdk/lib"
--module-path "$(module_path "$sdk")"
--upgrade-module-path "$sdk/share/java/graalJars"
--add-modules tornado.runtime,tornado.annotation,tornado.drivers.common,tornado.drivers.$backend
--enable-native-access=tornado.drivers.$backend,ALL-UNNAMED
-Dtornado.load.api.implementation=uk.ac.manchester.tornado.runtime.tasks.TornadoTaskGraph
-Dtornado.load.runtime.implementation=uk.ac.manchester.tornado.runtime.TornadoCoreRuntime
-Dtornado.load.tornado.implementation=uk.ac.manchester.tornado.runtime.common.Tornado
-Dtornado.load.annotation.implementation=uk.ac.manchester.tornado.annotation.ASMClassVisitor
-Dtornado.load.annotation.parallel=uk.ac.manchester.tornado.api.annotations.Parallel
# A kernel that cannot be compiled must fail, not run once as a plain method.
-Dtornado.recover.bailout=False
# Otherwise values at constant indices are carried across barriers.
-Djdk.graal.OptEarlyReadElimination=false
# Otherwise a local array that is passed to a helper gets wrong indices, or a large kernel is refused.
-Dtornado.compiler.bytecodeInlining=true
-Djdk.graal.TrivialInliningSize=20000
-Djdk.graal.InlineDuringParsingMaxDepth=30
-DInlineDuringParsingPlugin.NodeBudget=1000000
# Lists of events that every execution clears, used or not: the default of 32768 costs a batch of 1,024 groups more than its kernels.
-Dtornado.max.events=64
# What the SDK's modules open to each other.
END
    cat "$sdk/etc/exportLists/common-exports" <(echo) "$sdk/etc/exportLists/$backend-exports" | module_options
  } > "$next"
  if cmp -s "$next" "$args_file"; then
    rm -f "$next"
    say "$args_file is up to date."
  else
    mv "$next" "$args_file"
    say "wrote $args_file"
  fi
}

is_jdk_25() {
  local line
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      'JAVA_VERSION="25'*) return 0 ;;
    esac
  done < "$1/release"
  return 1
}

find_jdk() {
  local candidate java
  java=$(command -v java) || java=''
  if [ -n "$java" ]; then
    java=$(readlink -f "$java") || java=''
  fi
  for candidate in "${JAVA_HOME:-}" "${JAVA25_HOME:-}" "${java%/bin/java}" /usr/lib/jvm/* \
    "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* /opt/*; do
    if [ -n "$candidate" ] && is_jdk_25 "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
  done
}

verify() {
  local sdk=$1 jdk printed
  if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
    say "NOT VERIFIED on a device: this SDK is for linux-amd64, this machine is $(uname -s) $(uname -m)."
    return
  fi
  jdk=$(find_jdk)
  if [ -z "$jdk" ]; then
    say "NOT VERIFIED on a device: no JDK 25 was found. Install one, or point JAVA_HOME to it, and run this again."
    return
  fi
  if [ ! -e /dev/nvidia0 ] && [ ! -e /dev/dxg ]; then
    say "NOT VERIFIED on a device: this machine has no NVIDIA GPU (/dev/nvidia0)."
    return
  fi
  if printed=$(TORNADOVM_HOME=$sdk "$jdk/bin/java" "@$args_file" \
    --module tornado.drivers.common/uk.ac.manchester.tornado.drivers.TornadoDeviceQuery 2>&1) \
    && [[ $printed == *PTX* || $printed == *CUDA* ]]; then
    printf '%s\n' "$printed"
    say "TornadoVM sees the devices above."
  else
    printf '%s\n' "$printed" >&2
    fail "TornadoVM could not list the devices, see above; compare with nvidia-smi"
  fi
}

clean_up() {
  rm -f "$args_file.new"
  if [ -n "$staging" ]; then
    rm -rf "$staging"
  fi
  if [ -n "$unusable" ]; then
    rm -f "$unusable"
  fi
}

from=''
sha256=$pinned_sha256
staging=''
unusable=''
with_devices=1
unverified=0
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h)
      usage
      exit 0
      ;;
    --unverified)
      unverified=1
      shift
      ;;
    --no-devices)
      with_devices=0
      shift
      ;;
    --from | --sha256)
      [ $# -ge 2 ] || fail "$1: a value is missing; see --help"
      if [ "$1" = --from ]; then from=$2; else sha256=$(printf '%s' "$2" | tr 'A-F' 'a-f'); fi
      shift 2
      ;;
    *) fail "unknown argument $1; see --help" ;;
  esac
done
case $sha256 in
  *[!0-9a-f]*) fail "--sha256: got $sha256, expected 64 hexadecimal digits" ;;
esac
[ -z "$sha256" ] || [ ${#sha256} -eq 64 ] || fail "--sha256: got ${#sha256} digits, expected 64"

trap clean_up EXIT
sdk=$home/tornadovm-$version-ptx
if [ -n "${TORNADOVM_HOME:-}" ] && [ -z "$from" ]; then
  [ -d "$TORNADOVM_HOME" ] || fail "TORNADOVM_HOME: got $TORNADOVM_HOME, expected a folder; unset it to install the SDK"
  sdk=$(cd -P "$TORNADOVM_HOME" && pwd)
  lacks=$(missing_in_sdk "$sdk")
  [ -z "$lacks" ] || fail "TORNADOVM_HOME: $sdk is not the SDK $version with PTX: it has no $lacks; unset it to install one"
  say "using the SDK in TORNADOVM_HOME, $sdk"
elif [ -z "$(missing_in_sdk "$sdk")" ]; then
  say "the SDK is installed in $sdk"
else
  mkdir -p "$home"
  # What an interrupted run may have left.
  rm -rf "$sdk" "$home"/unpack.??????
  if [ -n "$from" ]; then
    [ -f "$from" ] || fail "--from: got $from, expected a file"
    require_sum "$from"
    check_sum "$from" "$sha256" || fail "nothing was installed"
    install_archive "$from" "$sdk"
  else
    require_sum ''
    part=$home/$archive.part
    download "$part"
    # Complete, so there is nothing to resume: if it is not the SDK the next run must not find it.
    unusable=$part
    check_sum "$part" "$sha256" || fail "the download is removed; nothing was installed"
    install_archive "$part" "$sdk"
  fi
fi
install_api "$sdk"
write_args "$sdk"
if [ "$with_devices" -eq 1 ]; then
  verify "$sdk"
fi
say "done. For the build and for Java:"
printf '  export TORNADOVM_HOME=%s\n' "$sdk"
printf '  java @%s ...\n' "$args_file"
