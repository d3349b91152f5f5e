#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# No packet is lost from the books: for each generated capture the exit status,
# the ledger and the sums that racount finds are what the generator put in, and
# flows whose making is known come out as they were made.
. "$(dirname "$0")/_init.sh"

while IFS=$'\t' read -r name packets bytes status; do
	meter "$captures/$name.pcap" out.argus
	got=$?
	check_equal "$name: exit status" "$status" "$got"
	[ -s out.argus ] || { [ "$status" -ne 0 ] && [ "$packets" = 0 ]; } ||
		{ not_ok "$name: writes a file"; continue; }
	[ -s out.argus ] || continue
	check_equal "$name: nothing unaccounted" 0 "$(ledger unaccounted)"
	check_equal "$name: no record unaccounted" 0 "$(ledger records_unaccounted)"
	check_equal "$name: in flows, filtered or dropped" "$(ledger rx_packets)" \
		"$(($(ledger flow_packets) + $(ledger filtered) + $(ledger drop_undecodable) + $(ledger drop_link_type) + $(ledger drop_dispatch) + $(ledger drop_sampled) + $(ledger drop_table)))"
	check_equal "$name: the MARs tell the same" "$(counted)" "$(told out.argus)"
	check_equal "$name: racount sees what the ledger says" \
		"$(ledger flow_packets) $(ledger flow_bytes)" "$(totals out.argus)"
	[ "$packets" = - ] || check_equal "$name: racount sees what was generated" \
		"$packets $bytes" "$(totals out.argus)"
done <"$captures/expect.tsv"

# These are made of whole flows that argus reports as they are.
for name in demo tcp-complete tcp-complete-v6 tcp-refused tcp-reset tcp-half-open tcp-lossy \
	tcp-zero-window tcp-ecn tcp-midstream tcp-reuse tcp-long tcp-wrap tcp-urgent udp-both-ways \
	udp-one-way udp-idle udp-v6 dns-queries icmp-echo igmp-reports ah-over-udp ipv4-options \
	ipv6-extensions fragments-in-order vlan-tagged qinq arp-pairs \
	snapped \
	$(cut -f1 "$captures/expect.tsv" | grep "^link-[^l]\|^link-loop"); do
	meter "$captures/$name.pcap" out.argus
	check_equal "$name: flows as made" "$(python3 "$generator" flows "$name")" "$(flows out.argus)"
done

# One interface of two is of a link type that nobody reads: the other's packets are all there.
meter "$captures/format-pcapng-foreign.pcap" out.argus
check_equal "foreign interface: exit status" 1 $?
check_equal "foreign interface: counted by name" "$(($(ledger rx_packets) / 2))" \
	"$(ledger drop_link_type)"
check_equal "foreign interface: one line names it" 1 \
	"$(grep -c "packets of link type USB_LINUX (189) can't be dissected" panoptes.err)"
finish
