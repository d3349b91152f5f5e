#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What makes packets one flow is the operator's choice. The capture has one UDP
# conversation in two VLANs, behind two label stacks and by another router, and a
# TCP connection between the same hosts.
. "$(dirname "$0")/_init.sh"

in=$captures/keys.pcap
read -r packets bytes < <(awk '$1 == "keys" { print $2, $3 }' "$captures/expect.tsv")

# keyed KEY FLOWS [LINE]: that many flows, the same for any number of workers.
keyed()
{
	local workers one=
	printf 'ARGUS_FLOW_KEY="%s"\nARGUS_FLOW_TYPE=%s\n' "$1" "${type:-Bidirectional}" >conf
	for workers in 1 3; do
		rm -f out.argus
		panoptes -X "${options[@]:1}" -F conf -r "$in" -w out.argus --workers "$workers" --stats
		check_equal "$1: flows, $workers workers" "$2" "$(records out.argus | wc -l)"
		check_equal "$1: nothing is lost, $workers workers" "$packets $bytes 0" \
			"$(totals out.argus) $(ledger unaccounted)"
		[ "$workers" -eq 1 ] && one=$(records out.argus)
		check_equal "$1: same records, $workers workers" "$one" "$(records out.argus)"
	done
}

keyed CLASSIC_5_TUPLE 2
keyed VLAN 4
keyed CLASSIC_5_TUPLE+VLAN 4
keyed "CLASSIC_5_TUPLE VLAN" 4
keyed CLASSIC_5_TUPLE+MPLS 3
keyed LOCAL_MPLS 3
keyed CLASSIC_5_TUPLE+COMPLETE_MPLS 4
keyed CLASSIC_5_TUPLE+VLAN+COMPLETE_MPLS 6
keyed CLASSIC_5_TUPLE+LAYER_2 3
keyed LAYER_3_MATRIX 1
check_equal "between addresses, both ways" "10.0.0.1,<->,10.0.0.2" \
	"$(ra -nn -c , -L -1 -r out.argus -s saddr dir daddr - not man | tr -d ' ')"
keyed LAYER_3_MATRIX+VLAN 3
keyed LAYER_2_MATRIX 2
check_equal "between machines" "02:00:00:00:00:01,02:00:00:00:00:02
02:00:00:00:00:01,02:00:00:00:00:99" \
	"$(ra -nn -c , -L -1 -r out.argus -s saddr daddr - not man | sort)"
keyed LAYER_2 2
keyed LAYER_2_MATRIX+VLAN 4

type=Unidirectional
keyed CLASSIC_5_TUPLE 4
check_equal "one way only" 0 "$(ra -nn -c , -L -1 -r out.argus -s spkts dpkts - udp |
	awk -F, '{ n += $2 } END { print n + 0 }')"
keyed CLASSIC_5_TUPLE+VLAN 8
finish
