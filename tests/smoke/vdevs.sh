#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Virtual devices of DPDK as ports, without any rights: the flows of a capture that
# net_pcap plays are those of the same capture read with -r, for one queue and for
# several. A probe that is killed leaves files that can be read.
. "$(dirname "$0")/_init.sh"

have python3 || { echo "skip - all of vdevs.sh (no python3)"; exit 77; }
[ "$(id -u)" -eq 0 ] || export XDG_RUNTIME_DIR=$work
instance=vdevs-$$
tell() { "$source_root/tests/support/telemetry.py" "$instance" "$@"; }

# play PACKETS DEVICE ARGUMENT...: until the probe has had all packets.
play()
{
	local packets=$1 device=$2
	shift 2
	rm -f live.argus
	"$PANOPTES" "${options[@]}" --no-huge --stats --name "$instance" -i "$device" -w live.argus "$@" \
		2>panoptes.err &
	probe=$!
	children+=("$probe")
	tell until rx_packets "$packets"
}
stop()
{
	kill -TERM "$probe"
	wait "$probe"
}

for topic in demo tcp-complete fragments-v4 vlan-tagged tunnel-vxlan; do
	rm -f file.argus
	meter "$captures/$topic.pcap" file.argus
	packets=$(ledger rx_packets)
	for variant in "" "--workers 2" "--burst 1"; do
		name="net_pcap, $topic${variant:+, $variant}"
		# shellcheck disable=SC2086
		check "$name: plays" play "$packets" "net_pcap0,rx_pcap=$captures/$topic.pcap" $variant
		stop
		check_equal "$name: exit status" 0 $?
		check_equal "$name: every packet, none unaccounted" "$packets 0 0 0" "$(ledger rx_packets) $(
			ledger unaccounted) $(ledger records_unaccounted) $(ledger drop_dispatch)"
		check_equal "$name: the flows of the capture" "$(flows file.argus)" "$(flows live.argus)"
	done
done

# Two queues without a hash: what both have is one set of flows.
rm -f file.argus
panoptes "${options[@]}" -r "$captures/demo.pcap" "$captures/tcp-complete.pcap" -w file.argus --stats
packets=$(ledger rx_packets)
check "two queues: play" play "$packets" \
	"net_pcap0,rx_pcap=$captures/demo.pcap,rx_pcap=$captures/tcp-complete.pcap" --workers 2
stop
check_equal "two queues: exit status" 0 $?
check "two queues: it is said that software spreads" grep -q "spread in software" panoptes.err
check_equal "two queues: the flows of both" "$(flows file.argus)" "$(flows live.argus)"

# Stamps of yesterday are nobody's time; and where there are none, none can be had.
check "old stamps: plays" play 1 "net_pcap0,rx_pcap=$captures/demo.pcap"
stop
check_equal "old stamps: each is refused, for the CPU's time" "0 $(ledger rx_packets)" \
	"$(ledger stamps_taken) $(ledger stamps_refused)"
panoptes -X --no-huge --timestamps port -i net_null0 -w /dev/null
check_equal "no stamps to be had: exit status" 2 $?
check "no stamps to be had: one line" grep -q "port net_null0: it stamps no packets" panoptes.err

# A filter, and a limit of packets, work as on captures.
check "a filter: plays" play 1 "net_pcap0,rx_pcap=$captures/demo.pcap" - udp
sleep 0.2
stop
taken=$(ledger flow_packets)
panoptes -X -r "$captures/demo.pcap" -w /dev/null --stats - udp
check_equal "a filter: the packets that -r takes" "$(ledger flow_packets)" "$taken"
check_equal "a filter: no TCP" 0 "$(ra -nn -L -1 -r live.argus - tcp | wc -l)"
timeout 30 "$PANOPTES" -X --no-huge -N 5 -i "net_pcap0,rx_pcap=$captures/demo.pcap" -w five.argus --stats \
	2>panoptes.err
check_equal "-N 5: ends by itself" 0 $?
check_equal "-N 5: five packets in flows" 5 "$(ledger flow_packets)"

# Killed without a word: whole records are in the file.
check "kill -9: plays" play 100 "net_pcap0,rx_pcap=$captures/tcp-long.pcap" -S 0
check "kill -9: records are written" tell until records_written 100
kill -9 "$probe"
wait "$probe" 2>/dev/null
ra -r live.argus -L -1 >killed.lines 2>killed.err
check_equal "kill -9: the file is readable" 0 $?
check_equal "kill -9: without a complaint" "" "$(cat killed.err)"
check "kill -9: what was written is there" test "$(wc -l <killed.lines)" -ge 100

# What can't be a port.
panoptes -X --no-huge -i net_pcap0,rx_pcap=/nonesuch -w -
check_equal "a device that can't be: exit status" 1 $?
check_equal "a device that can't be: one line" 1 "$(grep -c . panoptes.err)"
panoptes -X --no-huge -i net_ring0 --dry-run >dry
check_equal "--dry-run: exit status" 0 $?
check "--dry-run: says what there would be" grep -q '^workers 1$' dry
check "--dry-run: the arguments to DPDK" grep -q '^eal --no-huge$' dry
finish
