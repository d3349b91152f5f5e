#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# More bytes than 32 bits hold: each record is one that clients read, and they add up.
. "$(dirname "$0")/_init.sh"

in=$captures/large-counters.pcap

for format in 3 5; do
	for workers in 1 2; do
		rm -f out.argus
		panoptes -X -A -S 5 -r "$in" -w out.argus --workers "$workers" --format "$format" --stats
		check_equal "format $format, $workers workers: exit status" 0 $?
		check_equal "format $format, $workers workers: bytes" 12400000000 "$(ledger flow_bytes)"
	done
	[ "$format" = 3 ] || continue
	check_equal "one flow, each way" "4,4,6000000000,6400000000" \
		"$(racluster -nn -c , -L -1 -r out.argus -s spkts dpkts sbytes dbytes - udp)"
	check_equal "racount adds them up" "8 12400000000" "$(totals out.argus)"
	check_equal "the flow is one: a sequence number" 1 \
		"$(ra -nn -L -1 -r out.argus -s seq - udp | sort -u | wc -l)"
	check_equal "no record says 2^31 bytes of a direction" 0 \
		"$(ra -nn -c , -L -1 -r out.argus -s sbytes dbytes - udp |
			awk -F, '$1 >= 2^31 || $2 >= 2^31' | wc -l)"
	check_equal "none is cut before it must" 4 "$(ra -nn -L -1 -r out.argus - udp | wc -l)"
done
finish
