#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Headers that are walked through to the ports behind them: AH of any length, tags of
# every ethertype.
. "$(dirname "$0")/_init.sh"

check_equal "AH: the ports behind integrity values of 12 to 64 bytes, in IPv4 and IPv6" \
	"$(for port in 5100 5101 5102 5103 5104; do
		echo "17,10.0.0.1,$port,10.0.0.2,6100,40"
		echo "17,2001:db8::1,$port,2001:db8::2,6100,40"
	done)" "$(say ah-lengths proto saddr sport daddr dport sappbytes)"

check_equal "802.1ad and its elders: the flow inside, and the innermost tag" \
	"$(for number in 0 1 2 3; do echo "17,520$number,6200,1,1,30,30,10$((number + 1))"; done)" \
	"$(say vlan-88a8 proto sport dport spkts dpkts sappbytes dappbytes svid)"
finish
