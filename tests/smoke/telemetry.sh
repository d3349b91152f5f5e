#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What a running probe tells of itself: the ledger adds up at any time, and
# panoptes top shows it.
. "$(dirname "$0")/_init.sh"

have python3 || { echo "skip - all of telemetry.sh (no python3)"; exit 77; }
if [ "$(id -u)" -ne 0 ]; then
	export XDG_RUNTIME_DIR=$work
fi
instance=smoke-$$
tell() { "$source_root/tests/support/telemetry.py" "$instance" "$@"; }
value() { awk -v key="$2" '$1 == key { print $2 }' "$1"; }

# A capture that grows while it is read.
cp "$captures/tcp-long.pcap" grows.pcap
first=$(tcpdump -nr "$captures/tcp-long.pcap" 2>/dev/null | wc -l)
"$PANOPTES" -X -f -r grows.pcap -w out.argus -w 'a "b".argus' 'udp' \
	--no-huge --workers 2 --name "$instance" 2>panoptes.err &
probe=$!
children+=("$probe")
check "the first packets are counted" tell until rx_packets "$first"
check "the ledger adds up" tell check
tell /panoptes/ledger >ledger.1
check_equal "received: the capture" "$first" "$(value ledger.1 rx_packets)"
check_equal "in flows: the capture" "$first" "$(value ledger.1 flow_packets)"
tail -c +25 "$captures/tcp-long.pcap" >>grows.pcap
check "what comes later as well" tell until rx_packets $((2 * first))
check "the ledger adds up again" tell check
tell /panoptes/workers >workers
check_equal "workers: two" 2 "$(grep -c '\.ring_size ' workers)"
check_equal "workers: what both have is the ledger's" $((2 * first)) \
	"$(awk '/\.flow_packets / { n += $2 } END { print n }' workers)"
tell /panoptes/ledger >ledger.2
tell /panoptes/flows >flows
check_equal "flows: the ledger's" "$(value ledger.2 flows_opened)" "$(value flows opened)"
check_equal "flows: opened, and gone or in the table" "$(value flows opened)" \
	"$(($(value flows gone) + $(value flows now)))"
check "flows: there is room for them" test "$(value flows room)" -ge "$(value flows now)"
tell until records_received 1
check "each output adds up" tell check
tell /panoptes/ledger >ledger.2
tell /panoptes/outputs >outputs
check_equal "outputs: by name" 'out.argus a "b".argus' \
	"$(sed -n 's/^[01]\.target //p' outputs | tr '\n' ' ' | sed 's/ $//')"
check_equal "outputs: one without filter gets all records" "$(value ledger.2 records_received)" \
	"$(value outputs 0.records_written)"
check_equal "outputs: a filter leaves TCP out" "0 $(value ledger.2 records_received)" \
	"$(value outputs 1.records_written) $(value outputs 1.records_filtered)"
check_equal "outputs: none failed" "0 0" "$(value outputs 0.failed) $(value outputs 1.failed)"
tell /panoptes/clients >clients
check_equal "clients: none" "0 0" "$(value clients now) $(value clients connections)"
tell /panoptes/clock >clock
check_equal "reading captures, time is the packets'" packets "$(value clock source)"
tell /panoptes/lag >lag
check_equal "... and no record is late" 0 "$(value lag max_ms)"

# top
check "top: one screen" "$PANOPTES" top --once --interval 0.2 --name "$instance"
"$PANOPTES" top --once --interval 0.2 --name "$instance" >top
check_equal "top: packets" $((2 * first)) "$(awk '$1 == "packets" { print $2 }' top)"
check "top: nothing was lost" grep -q '^lost  *nothing' top
check_equal "top: two workers" 2 \
	"$(awk '/^worker/ { on = 1; next } !NF { on = 0 } on { n++ } END { print n }' top)"
check_equal "top: flows in the table" "$(value flows now)" "$(awk '/^in table/ { print $3 }' top)"
check_equal "top: two outputs" 2 "$(awk '/^output/ { on = 1; next } on && NF { n++ } END { print n }' top)"
kill -TERM "$probe"
wait "$probe"
check_equal "exit status" 0 $?
"$PANOPTES" top --once --name "$instance" >/dev/null 2>top.err
check_equal "top of no probe: exit status" 1 $?
check "top of no probe: says so" grep -q "no probe of that name is running" top.err
"$PANOPTES" top --often >/dev/null 2>top.err
check_equal "top with a wrong option: exit status" 2 $?
check_equal "... one line" 1 "$(wc -l <top.err)"

# A port whose name has more than letters and digits, as those of PCI devices.
"$PANOPTES" -X --no-huge -i net_ring-0 -w port.argus --name "$instance" 2>panoptes.err &
probe=$!
children+=("$probe")
check "a port without packets: the ledger adds up" tell check
tell /panoptes/ports >ports
check_equal "ports: by name" net_ring-0 "$(value ports 0.name)"
check_equal "ports: what it received" 0 "$(value ports 0.received)"
"$PANOPTES" top --once --interval 0.2 --name "$instance" >top
check "top: the port" grep -q '^net_ring-0 ' top
kill -TERM "$probe"
wait "$probe"
[ "$(id -u)" -ne 0 ] || rmdir "/var/run/dpdk/$instance" 2>/dev/null
finish
