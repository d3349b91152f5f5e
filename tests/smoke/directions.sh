#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Who is the source: of frames without IP, of RARP, of NetFlow 5; and what is a
# connection of its own.
. "$(dirname "$0")/_init.sh"

a=02:00:00:00:00:01 b=02:00:00:00:00:02
check_equal "a frame's sender is the source, whichever address is larger" \
	"$(printf '%s\n' "35020,$b,->,$a,1,0" "34997,$a,->,$b,1,0" "0,$b,->,01:80:c2:00:00:00,1,0" \
		"34998,$b,<->,$a,1,1")" \
	"$(say mac-directions proto saddr dir daddr spkts dpkts)"

check_equal "RARP: the answer belongs to its question" "rarp,$a,1,1" \
	"$(say rarp-pair proto saddr spkts dpkts)"

# The connections have 10, 12 and 10 packets.
check_equal "TCP ports used again at once: each connection is told apart" \
	"$(printf '%s\n' 40001,80,6,4,100,200,FIN 40001,80,7,5,600,800,RST 40001,80,6,4,50,60,FIN)" \
	"$(say tcp-ports-again sport dport spkts dpkts sappbytes dappbytes state)"
check_equal "TCP ports used again: no gap, no loss" "0,0,0,0" \
	"$(ra -nn -c , -L -1 -r out.argus -s sgap dgap sloss dloss - tcp | tr -d ' ' |
		awk -F, -v OFS=, '{ for (i = 1; i < 5; i++) n[i] += $i } END { print n[1], n[2], n[3], n[4] }')"

exports=$source_root/tests/support/exports.py
"$exports" netflow5 netflow5.pcap
rm -f out.argus
panoptes -X -r cisco:netflow5.pcap -w out.argus
check_equal "NetFlow 5: source and destination are the export's" 10.1.0.1,5000,10.2.0.1,53,3,0 \
	"$(ra -nn -c , -L -1 -r out.argus -s saddr sport daddr dport spkts dpkts - \
		udp and port 53 | tr -d ' ' | sort -u)"
finish
