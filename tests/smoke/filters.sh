#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The packet filter takes the packets that tcpdump takes.
. "$(dirname "$0")/_init.sh"

have tcpdump || { skip "filters" "no tcpdump installed"; exit 77; }

for name in mix demo flipped-3 link-sll link-raw link-null link-null-be link-enc link-fddi \
	link-radiotap; do
	capture=$captures/$name.pcap
	all=$(tcpdump --count -nr "$capture" 2>/dev/null | cut -d' ' -f1)
	for expression in tcp udp icmp "ip6" "ip6 and tcp" "port 53" "host 10.0.0.1 and not tcp" \
		"tcp[tcpflags] & tcp-syn != 0" "greater 200" "less 64" "ip[6:2] & 0x1fff != 0" \
		"net 10.0.0.0/24 or net 192.168.0.0/16" "arp" "vlan" "ether broadcast" "not ip"; do
		# Not every expression is one for every link type.
		tcpdump --count -nr "$capture" "$expression" >tcpdump.out 2>/dev/null || continue
		expected=$(cut -d' ' -f1 tcpdump.out)
		# shellcheck disable=SC2086
		meter "$capture" out.argus - $expression
		check_equal "$name, $expression: packets in flows" "$expected" "$(ledger flow_packets)"
		check_equal "$name, $expression: packets filtered" $((all - expected)) \
			"$(ledger filtered)"
		check_equal "$name, $expression: nothing unaccounted" 0 "$(ledger unaccounted)"
	done
done

meter "$captures/mix.pcap" plain.argus - tcp and port 80
meter "$captures/mix.pcap" unoptimised.argus -O - tcp and port 80
check_equal "-O changes no record" "$(records plain.argus)" "$(records unoptimised.argus)"
echo 'ARGUS_FILTER="tcp and port 80"' >filter.conf
meter "$captures/mix.pcap" conf.argus -F filter.conf
check_equal "ARGUS_FILTER is the same filter" "$(records plain.argus)" "$(records conf.argus)"
check "-b prints the program" sh -c "'$PANOPTES' -X -r '$captures/mix.pcap' -b - tcp | grep -q '(000)'"
finish
