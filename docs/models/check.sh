#!/usr/bin/env bash
# Checks the models with TLC: docs/models/check.sh tla2tools.jar [NAME...]
# Each configuration either holds or violates the invariant named; the script ends with 1 if one comes out otherwise.
set -euo pipefail
[ $# -ge 1 ] || { echo "check.sh: got no path of tla2tools.jar, expected one" >&2; exit 2; }
tools=$(realpath "$1")
shift
here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/*.tla "$work"
cd "$work"
wanted=" $* "
wrong=0

# check NAME MODULE EXPECTED INVARIANTS CONSTANT=VALUE...
check() {
  local name=$1 module=$2 expected=$3 invariants=$4 got states
  shift 4
  [ "$wanted" = '  ' ] || [[ $wanted == *" $name "* ]] || return 0
  {
    printf 'SPECIFICATION Spec\nCHECK_DEADLOCK FALSE\nINVARIANTS %s\nCONSTANTS\n' "$invariants"
    printf '  %s\n' "$@"
  } > "$name.cfg"
  java -XX:+UseParallelGC ${TLC_JAVA_OPTS:-} -cp "$tools" tlc2.TLC -workers "${TLC_WORKERS:-auto}" -metadir "$work/states" \
    -config "$name.cfg" "$module.tla" > "$name.log" 2>&1 || true
  got=$(sed -n 's/^Error: Invariant \(.*\) is violated\.$/\1/p' "$name.log" | head -n 1)
  if [ -z "$got" ]; then
    got=$(grep -aq '^Model checking completed. No error' "$name.log" && echo holds || echo failed)
  fi
  states=$(grep -a 'distinct states found' "$name.log" | tail -n 1 | sed 's/ states generated.* \([0-9,]* distinct\)/ states, \1/; s/ states found.*//')
  printf '%-22s %-14s expected %-14s %s\n' "$name" "$got" "$expected" "$states"
  if [ "$got" != "$expected" ]; then
    wrong=1
    [ "$got" != failed ] || tail -n 20 "$name.log" >&2
  fi
}

# rounds NAME EXPECTED INVARIANTS N FaultRounds Restarts Moves Misplans Ends Early Dropped [Bound] [Deadline]
rounds() {
  check "$1" Rounds "$2" "$3" "N = $4" "FaultRounds = $5" "Restarts = $6" "Moves = $7" "Misplans = $8" "Ends = $9" "Early = ${10}" \
    "Deadline = ${13:-5}" 'Batch = {1}' "Bound = ${12:-10}" 'Lead = 4' "Dropped = {${11}}"
}

# nccl NAME EXPECTED N FaultRounds Restarts Failures Losses Parts Dropped
nccl() {
  check "$1" ReturnToNccl "$2" 'OneCommunicator AllReady AllOrNone OneId Return' "N = $3" "FaultRounds = $4" "Restarts = $5" \
    "Failures = $6" "Losses = $7" "Parts = $8" 'Patience = 2' 'Bound = 30' "Dropped = {$9}"
}

all='OneAgreement NoneBeside Reunion PlansCompared OwnPlacement'
rounds agreement holds "$all" 2 3 1 0 1 FALSE FALSE ''
rounds agreement-early holds OneAgreement 2 3 1 0 0 FALSE TRUE ''
rounds reunion-restart holds "$all" 2 1 1 0 0 TRUE FALSE ''
rounds reunion-placement holds "$all" 2 1 0 1 0 TRUE FALSE ''
rounds reunion-losses Reunion "$all" 2 2 0 0 0 TRUE FALSE ''
rounds short-deadline Reunion "$all" 2 1 1 0 0 TRUE FALSE '' 10 2
rounds no-wait-for-all NoneBeside "$all" 2 2 0 0 0 FALSE FALSE '"all"'
rounds no-views OneAgreement OneAgreement 2 2 1 0 0 FALSE TRUE '"views"'
rounds no-plan-hash PlansCompared "$all" 2 2 0 0 1 FALSE FALSE '"plans"'
rounds no-own-placement OwnPlacement "$all" 2 3 0 1 0 FALSE FALSE '"foreign"'
rounds early-restart NoneBeside "$all" 2 3 1 0 0 FALSE TRUE ''
nccl nccl holds 2 9 1 1 2 2 ''
nccl nccl-old-attempt OneId 2 9 1 0 2 2 '"collecting"'
nccl nccl-no-complete AllReady 2 9 1 1 2 1 '"complete"'
exit "$wrong"
