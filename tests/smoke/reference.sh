#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The reference argus and panoptes, side by side: ra prints the same lines for
# both. Only captures that argus is right about.
. "$(dirname "$0")/_init.sh"

[ -n "$argus" ] || { skip "comparison with the reference argus" "argus is not installed"; exit 77; }

# What argus gets wrong is left out of the comparison: the IP id is turned round.
# And so are captures: application bytes of ICMP errors are those of what they
# quote, clients print ESP's SPI masked, AH is taken for 16 bytes long, RARP is not
# paired, layer-2 addresses are shown in order of size, application bytes of UDP
# over IPv6 come from the frame's length, and 108 (loop) links are empty.
same='stime ltime dur proto saddr sport dir daddr dport state flgs cause trans spkts dpkts
	sbytes dbytes sappbytes dappbytes stos dtos sttl dttl smac dmac svlan dvlan sloss dloss
	swin dwin stcpb dtcpb tcprtt synack ackdat tcpopt sintpkt dintpkt smaxsz dmaxsz sminsz dminsz
	suser:200 duser:200'

lines()
{
	# shellcheck disable=SC2086
	ra -nn -u -p 6 -c , -L -1 -r "$1" -s $same - not man | sort
}

reference()
{
	rm -f "$2"
	timeout 60 "$argus" "${options[@]}" -r "$1" -w "$2" >/dev/null 2>&1
}

# Each argus takes a second to end: run them all at once.
names=(demo tcp-complete tcp-complete-v6 tcp-refused tcp-reset tcp-half-open tcp-lossy tcp-zero-window
	tcp-midstream tcp-long tcp-urgent udp-both-ways udp-one-way udp-idle udp-v6 dns-queries icmp-echo
	igmp-reports other-protocols ipv4-options ipv6-extensions vlan-tagged qinq arp-pairs link-ethernet
	link-raw link-null format-ns format-pcapng)
for name in "${names[@]}"; do
	reference "$captures/$name.pcap" "$name.reference" &
	[ "$(jobs -rp | wc -l)" -lt 8 ] || wait -n
done
wait
for name in "${names[@]}"; do
	meter "$captures/$name.pcap" out.argus
	check_equal "$name: as argus" "$(lines "$name.reference")" "$(lines out.argus)"
done
finish
