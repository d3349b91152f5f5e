#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# IPv6 has what IPv4 has: ESP, fragments, errors that mark the flow they quote, echoes
# that are told apart.
. "$(dirname "$0")/_init.sh"

check_equal "ESP: a record each way" \
	"$(printf '%s\n' 50,2001:db8::1,2001:db8::2,5,630 50,2001:db8::2,2001:db8::1,5,630)" \
	"$(say esp-v6-both-ways proto saddr daddr spkts sbytes)"
# ra prints parts of the address for them
for spi in 11223344 55667788; do
	check "ESP: the security parameter index $spi is in the file" \
		grep -q "$spi" <(od -An -v -tx1 out.argus | tr -d ' \n')
done
panoptes -X -r "$captures/esp-v6-both-ways.pcap" -w lossy.argus "loss gt 0"
check_equal "ESP: loss by sequence numbers, of one direction" 2001:db8::1 \
	"$(ra -nn -L -1 -r lossy.argus -s saddr - not man | tr -d ' ')"

check_equal "fragments: every one in its flow, in whatever order they came" \
	"$(for port in 0 1 2 3 4 5; do echo "510$port,6100,3,2194,2000"; done)" \
	"$(say fragments-v6 sport dport spkts sbytes sappbytes)"
check_equal "fragments: marked as such" 6 \
	"$(ra -nn -L -1 -r out.argus -s flgs - udp | grep -c F)"

check_equal "errors: each marks the flow that it quotes" "$(cat <<'LINES'
17,5001,7,eU
58,1,4,e
6,40001,80,eT
58,3,0,e
17,5002,9,eU
58,2,0,e
LINES
)" "$(say icmp6-errors proto sport dport flgs)"

check_equal "echoes: a record for each identifier and sequence number" \
	"$(printf '%s\n' 1,1 1,1 1,1 1,1 1,1 1,0)" "$(say icmp6-echoes spkts dpkts)"
check_equal "echoes: as the pings of IPv4" 4 \
	"$(say icmp-echo spkts dpkts | grep -c '^1,1$')"
finish
