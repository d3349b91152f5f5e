#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What UDP carries: RTP, RTCP and UDT are named as argus's clients know them, DNS is
# told apart by its transactions, and nothing else is taken for any of them.
. "$(dirname "$0")/_init.sh"

# protocols CAPTURE [FILTER]: by name, with packets, and what was lost.
protocols()
{
	rm -f out.argus
	panoptes -X -S 60 -r "$captures/$1.pcap" -w out.argus ${2:+"$2"}
	ra -n -c , -L -1 -r out.argus -s proto spkts dpkts sloss dloss - not man | sort
}

check_equal "a call is RTP and RTCP" "rtcp,3,3,0,0
rtp,298,300,2,0" "$(protocols rtp-call)"
check_equal "a filter of records knows RTP" "rtp,298,300,2,0" "$(protocols rtp-call rtp)"
check_equal "a filter of records knows RTCP" "rtcp,3,3,0,0" "$(protocols rtp-call rtcp)"
check_equal "UDT, its loss and its window" "udt,19,2,2,0" "$(protocols udt-transfer)"
check_equal "the window of UDT" 8000 "$(ra -n -c , -L -1 -r out.argus -s swin - not man)"
check_equal "a filter of records knows UDT" "udt,19,2,2,0" "$(protocols udt-transfer udt)"
check_equal "a hundred conversations that look alike are none" "150 udp" \
	"$(protocols udp-like-media | cut -d, -f1 | uniq -c | sed 's/^ *//')"

# Clients look for RTP over IPv6 at the wrong place; records and filters say so.
check_equal "RTP over IPv6" 50 "$(protocols rtp-call-v6 rtp | cut -d, -f2)"

for capture in dns-queries dns-queries-v6; do
	check_equal "$capture: a flow each transaction" "10 udp,1,1,0,0" \
		"$(protocols "$capture" | uniq -c | sed 's/^ *//')"
done

if [ -f "$shared/corpus/voip-t38-fax.pcap" ] && have tshark; then
	# Loss as tshark's own analysis of sequence numbers has it, all streams together.
	lost=$(tshark -r "$shared/corpus/voip-t38-fax.pcap" -q -z rtp,streams 2>/dev/null |
		awk '{ for (i = 2; i < NF; i++) if ($(i + 1) ~ /^\([0-9.-]+%\)$/) n += $i } END { print n + 0 }')
	rm -f out.argus
	panoptes -X -r "$shared/corpus/voip-t38-fax.pcap" -w out.argus
	check_equal "loss of RTP as tshark sees it" "$lost" \
		"$(ra -n -c , -L -1 -r out.argus -s sloss dloss - rtp |
			awk -F, '{ n += $1 + $2 } END { print n + 0 }')"
else
	skip "loss of RTP as tshark sees it" "no corpus, or no tshark"
fi
finish
