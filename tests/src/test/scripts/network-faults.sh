#!/usr/bin/env bash
# Four ranks on two made-up hosts, replaying together while the network between them is slow, loses packets, and is cut.
# Each host is a network namespace with two ranks. Needs root, iproute2 and a build; not part of the Maven tests.
#
#   sudo tests/src/test/scripts/network-faults.sh            # all faults
#   LPLB="java ... io.lplb.cli.Lplb" tests/...          # another way to start the command line
#   CABLE=tun tests/...                                       # without netem, even where the kernel has it
#
# Delay and loss are the kernel's (netem queueing discipline, one way, from host a) where it has them. Otherwise the cable
# is slow-link.py, beside this script, between two TUN devices: it needs python3 and /dev/net/tun, and delays both ways.
# Passes (exit code 0) if every rank ends by itself, routes every token to a slot of its expert in every phase, and the last
# rounds after each fault are agreed by all ranks again.
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
cable=${CABLE:-tun}
if [ -z "${CABLE:-}" ] && ip netns exec lplb-a tc qdisc add dev lplb-va root netem delay 1ms 2> /dev/null; then
  ip netns exec lplb-a tc qdisc del dev lplb-va root
  cable=netem
fi
devices=(lplb-va lplb-vb)
if [ "$cable" = tun ]; then
  command -v python3 > /dev/null || { echo 'no netem in this kernel (module sch_netem), and no python3 instead' >&2; exit 2; }
  ip -n lplb-a link delete lplb-va
  devices=(lplb-ta lplb-tb)
  mkfifo "$work/cable"
  python3 "$(dirname "$0")/slow-link.py" "${devices[@]}" "$work/cable" > "$work/cable.out" &
  cable_process=$!
  until grep -q ready "$work/cable.out"; do
    kill -0 "$cable_process" 2> /dev/null || { echo 'no TUN devices here' >&2; exit 2; }
    read -r -t 0.1 <> <(:) || true
  done
  ip link set lplb-ta netns lplb-a
  ip link set lplb-tb netns lplb-b
fi
for k in 0 1; do
  ip -n "${hosts[k]}" address add "${addresses[k]}/24" dev "${devices[k]}"
  ip -n "${hosts[k]}" link set "${devices[k]}" up
done

# set_cable DELAY JITTER LOSS, in ms, ms and per cent: from now on packets fare so.
set_cable() {
  if [ "$cable" = tun ]; then
    echo "$1 $2 $3" > "$work/cable"
  elif [ "$1 $2 $3" = '0 0 0' ]; then
    ip netns exec lplb-a tc qdisc del dev lplb-va root
  else
    ip netns exec lplb-a tc qdisc add dev lplb-va root netem delay "$1ms" "$2ms" loss "$3%"
  fi
}

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
    grep -E '^(tokens|rounds):|^ +exchange|^rounds in order' "$work/$rank.out" | cut -c 1-400 | sed "s/^/  rank $rank  /"
    grep -q ', 0 of them to a wrong slot' "$work/$rank.out" || { echo "  rank $rank: TOKENS LOST"; failed=1; }
    grep '^rounds in order' "$work/$rank.out" | grep -q 'AGREED$' || { echo "  rank $rank: NOT RECOVERED"; failed=1; }
  done
  [ "$failed" = 0 ] || { echo "FAILED: $name"; exit 1; }
}

echo "cable: $cable"
off='set_cable 0 0 0'
phase 'healthy' ':' ':' 0
phase 'the cable is pulled for 3 seconds' "ip -n lplb-a link set ${devices[0]} down" "ip -n lplb-a link set ${devices[0]} up" 3
phase 'packets take 2 ms more' 'set_cable 2 0 0' "$off" 5
phase 'packets take 2 ms more, give or take 1 ms' 'set_cable 2 1 0' "$off" 5
phase 'packets take 20 ms more, give or take 5 ms' 'set_cable 20 5 0' "$off" 5
phase '1 % of the packets are lost' 'set_cable 0 0 1' "$off" 5
phase '10 % of the packets are lost' 'set_cable 0 0 10' "$off" 5
phase 'packets take 2 ms more, give or take 1 ms, and 5 % are lost' 'set_cable 2 1 5' "$off" 5
phase 'packets take longer than the deadline' 'set_cable 400 0 0' "$off" 3
echo PASSED
