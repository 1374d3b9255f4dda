#!/usr/bin/env bash
# Four ranks on two made-up hosts, replaying together while the network between them is slow, loses packets, and is cut.
# Each host is a network namespace with two ranks. Needs root, iproute2 and a build; not part of the Maven tests.
#
#   sudo tests/src/test/scripts/network-faults.sh            # all faults
#   LPLB="java ... io.lplb.bench.cli.Lplb" tests/...          # another way to start the command line
#
# Delay and loss need the kernel's netem queueing discipline. Without it, delay is left out with a message, and packets are
# lost by the generator that Aeron has for tests. The cut needs nothing. Passes (exit code 0) if every rank ends by itself, routes every token to a slot of its expert in every phase,
# and the last rounds after each fault are agreed by all ranks again.
set -euo pipefail

root=$(cd -P "$(dirname "$0")/../../../.." && pwd)
lplb=${LPLB:-$root/bin/lplb}
rounds=${ROUNDS:-4000}
work=$(mktemp -d)
hosts=(lplb-a lplb-b)
addresses=(10.77.0.1 10.77.0.2)
endpoints=10.77.0.1:7000,10.77.0.1:7001,10.77.0.2:7000,10.77.0.2:7001

[ "$(id -u)" = 0 ] || { echo 'needs root for network namespaces' >&2; exit 2; }

clean_up() {
  local job
  for job in $(jobs -p); do
    kill "$job" 2> /dev/null || true
  done
  for host in "${hosts[@]}"; do
    ip netns delete "$host" 2> /dev/null || true
  done
  rm -rf "$work"
}
trap clean_up EXIT

for host in "${hosts[@]}"; do
  ip netns add "$host"
  ip -n "$host" link set lo up
done
ip link add lplb-va netns lplb-a type veth peer name lplb-vb netns lplb-b
ip -n lplb-a address add "${addresses[0]}/24" dev lplb-va
ip -n lplb-b address add "${addresses[1]}/24" dev lplb-vb
ip -n lplb-a link set lplb-va up
ip -n lplb-b link set lplb-vb up

# Replays with a fault that begins when all ranks have started and ends after some seconds.
phase() {
  local name=$1 begin=$2 end=$3 seconds=$4 rank failed=0 pids=()
  echo "== $name"
  for rank in 0 1 2 3; do
    # shellcheck disable=SC2086 # LPLB may hold several words.
    ip netns exec "${hosts[rank / 2]}" $lplb rank --rank "$rank" --ranks 4 --ranks-per-node 2 --topology eplb \
      --experts 64 --endpoints "$endpoints" --rounds "$rounds" --pace 2000 --deadline 300 > "$work/$rank.out" 2> "$work/$rank.err" &
    pids+=($!)
  done
  for rank in 0 1 2 3; do
    until grep -q '^replayed:' "$work/$rank.out" || ! kill -0 "${pids[rank]}" 2> /dev/null; do
      read -r -t 0.1 <> <(:) || true
    done
  done
  eval "$begin"
  read -r -t "$seconds" <> <(:) || true
  eval "$end"
  for rank in 0 1 2 3; do
    wait "${pids[rank]}" || failed=1
    sed "s/^/  rank $rank  /" "$work/$rank.err"
    grep -E '^(tokens|rounds):|^ +exchange|^rounds in order' "$work/$rank.out" | cut -c 1-300 | sed "s/^/  rank $rank  /"
    grep -q ', 0 of them to a wrong slot' "$work/$rank.out" || { echo "  rank $rank: TOKENS LOST"; failed=1; }
    grep '^rounds in order' "$work/$rank.out" | grep -q 'AGREED$' || { echo "  rank $rank: NOT RECOVERED"; failed=1; }
  done
  [ "$failed" = 0 ] || { echo "FAILED: $name"; exit 1; }
}

phase 'healthy' ':' ':' 0
phase 'the cable is pulled for 3 seconds' 'ip -n lplb-a link set lplb-va down' 'ip -n lplb-a link set lplb-va up' 3
if ip netns exec lplb-a tc qdisc add dev lplb-va root netem delay 1ms 2> /dev/null; then
  ip netns exec lplb-a tc qdisc del dev lplb-va root
  add='ip netns exec lplb-a tc qdisc add dev lplb-va root netem'
  del='ip netns exec lplb-a tc qdisc del dev lplb-va root'
  phase 'packets take 2 ms more, give or take 1 ms' "$add delay 2ms 1ms" "$del" 5
  phase '1 % of the packets are lost' "$add loss 1%" "$del" 5
  phase '10 % of the packets are lost' "$add loss 10%" "$del" 5
else
  echo 'delay left out: this kernel has no netem (module sch_netem)'
  ext=io.aeron.driver.ext
  export JDK_JAVA_OPTIONS="-Daeron.ReceiveChannelEndpoint.supplier=$ext.DebugReceiveChannelEndpointSupplier \
    -Daeron.SendChannelEndpoint.supplier=$ext.DebugSendChannelEndpointSupplier \
    -Daeron.debug.receive.data.loss.seed=7 -Daeron.debug.receive.data.loss.rate=0.05"
  rounds=${ROUNDS:-1000}
  phase "5 % of the packets are lost, by Aeron's generator" ':' ':' 0
fi
echo PASSED
