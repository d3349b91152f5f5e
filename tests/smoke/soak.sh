#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A probe under full load for a while, clients coming and going: nothing is lost
# without a name, nothing grows. scripts/soak runs it for an hour.
. "$(dirname "$0")/_init.sh"

have python3 || { echo "skip - all of soak.sh (no python3)"; exit 77; }
[ "$(id -u)" -eq 0 ] || export XDG_RUNTIME_DIR=$work
seconds=${PANOPTES_SOAK_SECONDS:-15}
instance=soak-$$
tell() { "$source_root/tests/support/telemetry.py" "$instance" "$@"; }
port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$probe/status"; }

"$PANOPTES" -X -A -J -m -Z --no-huge --flows 60K --stats --name "$instance" -S 1 -M 2 -P "$port" -w all.argus \
	-w tcp.argus tcp -i "net_pcap0,rx_pcap=$captures/demo.pcap,infinite_rx=1" 2>panoptes.err &
probe=$!
children+=("$probe")
check "it runs" tell until records_written 100
sleep 2 # tables and buffers have been touched by then
before=$(resident)
end=$((SECONDS + seconds))
rounds=0
while [ $SECONDS -lt $end ] && kill -0 "$probe" 2>/dev/null; do
	timeout 20 ra -n -S "127.0.0.1:$port" -N 20 -s saddr >one.lines 2>/dev/null
	timeout 20 ra -n -S "127.0.0.1:$port" -N 20 -s saddr - udp >two.lines 2>/dev/null
	[ -s one.lines ] && [ -s two.lines ] || not_ok "round $rounds: clients get records"
	tell check >ledger.now || not_ok "round $rounds: the ledger adds up"
	rounds=$((rounds + 1))
done
ok "$rounds rounds of clients and ledgers"
check "rounds were made" test "$rounds" -gt 0
after=$(resident)
check "memory does not grow ($before KiB, then $after KiB)" test "$after" -lt $((before + before / 10 + 4096))
tell /panoptes/lag >lag
check "99.9 % of records are not late by a second" awk '$1 == "p99_9_ms" { exit !($2 <= 1024) }' lag
kill -TERM "$probe"
wait "$probe"
check_equal "exit status" 0 $?
check_equal "nothing unaccounted" "0 0" "$(ledger unaccounted) $(ledger records_unaccounted)"
check "the file is readable" ra -r all.argus -N 10 -s saddr
check_equal "the filtered file has nothing else" 0 "$(ra -nn -r tcp.argus -L -1 -N 5 -s saddr - not tcp and not man | wc -l)"
finish
