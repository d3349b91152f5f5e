#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Flow exports that are sent to the probe: the same records as of the same exports
# in a capture, from generated ones and from a real exporter.
. "$(dirname "$0")/_init.sh"

have python3 || { echo "skip - all of collect.sh (no python3)"; exit 77; }
[ "$(id -u)" -eq 0 ] || export XDG_RUNTIME_DIR=$work
exports=$source_root/tests/support/exports.py
send=$source_root/tests/support/send_exports.py
instance=collect-$$
tell() { "$source_root/tests/support/telemetry.py" "$instance" "$@"; }
free_port()
{
	python3 -c 'import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(("::", 0))
print(s.getsockname()[1])'
}

# collect ARGUMENT...: starts a probe and waits until it listens.
collect()
{
	local i
	rm -f collected.argus
	"$PANOPTES" -X --no-huge --name "$instance" --stats -w collected.argus "$@" 2>panoptes.err &
	probe=$!
	children+=("$probe")
	for ((i = 0; i < 200; i++)); do
		[ -s collected.argus ] && return 0
		kill -0 "$probe" 2>/dev/null || return 1
		sleep 0.05
	done
	return 1
}
stop()
{
	kill -TERM "$probe"
	wait "$probe"
	check_equal "$1: exit status" 0 $?
	check_equal "$1: nothing unaccounted" "0 0" \
		"$(ledger unaccounted) $(ledger records_unaccounted)"
}
# What exports tell; the times of samples are those at which they came.
told() { ra -nn -c , -L -1 -r "$1" -s proto saddr sport daddr dport spkts dpkts sbytes dbytes \
	- "$2" | sort; }

port=$(free_port)
for name in netflow5 netflow9 ipfix-biflow sflow5; do
	"$exports" "$name" "$name.pcap"
	prefix=cisco
	[[ $name != sflow* ]] || prefix=sflow
	rm -f file.argus
	panoptes -X -r "$prefix:$name.pcap" -w file.argus
	for host in 127.0.0.1 ::1; do
		url=udp://127.0.0.1:$port
		[ $host = 127.0.0.1 ] || url="udp://[::1]:$port"
		check "$name to $host: it listens" collect --collect "$url"
		sent=$("$send" "$name.pcap" $host "$port")
		check "$name to $host: datagrams are packets" tell until rx_packets "$sent"
		stop "$name to $host"
		check_equal "$name to $host: all that was sent" "$sent" "$(ledger rx_packets)"
		check_equal "$name to $host: what the exports tell" \
			"$(told file.argus "not man and not port 2055")" \
			"$(told collected.argus "not man and not port $port")"
	done
done
check_equal "the last one told of something" yes \
	"$([ -n "$(told file.argus 'not man and not port 2055')" ] && echo yes)"

# Two at once, any address; a carrier's own flow is timed by the clock.
other=$(free_port)
check "two listeners" collect --collect "udp://:$port" --collect "udp://127.0.0.1:$other" -S 1
sent=$(($("$send" netflow5.pcap 127.0.0.1 "$port") + $("$send" ipfix-biflow.pcap 127.0.0.1 "$other")))
check "two listeners: all" tell until rx_packets "$sent"
check "two listeners: the ledger adds up" tell check
stop "two listeners"
check_equal "the carriers have flows of their own" "$port
$other" "$(ra -nn -L -1 -r collected.argus -s dport - "udp and (dst port $port or dst port $other)" |
	tr -d ' ' | sort -u | { [ "$port" -lt "$other" ] && sort -n || sort -nr; })"

# A real exporter.
if have softflowd; then
	for version in 5 9 10; do
		check "softflowd $version: it listens" collect --collect "udp://127.0.0.1:$port"
		timeout 30 softflowd -r "$captures/demo.pcap" -n "127.0.0.1:$port" -v $version -d \
			>softflowd.out 2>&1
		check "softflowd $version: its exports come" tell until import_datagrams 1
		sleep 0.2
		stop "softflowd $version"
		check "softflowd $version: its flows" test "$(ledger import_flows)" -gt 10
		check_equal "softflowd $version: none is missing or odd" "0 0 0" "$(ledger import_malformed) $(
			ledger import_unknown) $(ledger import_lost_datagrams)"
	done
else
	skip "softflowd's exports" "not installed"
fi

panoptes -X --collect eth0 -w -
check_equal "what is no URL: exit status" 2 $?
panoptes -X --collect udp://192.0.2.1:2055 --no-huge -w -
check_equal "an address that is not here: exit status" 1 $?
check "an address that is not here: says so" grep -q "udp://192.0.2.1:2055" panoptes.err
finish
