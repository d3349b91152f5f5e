#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Status intervals of a fraction of a second, and idle times: each protocol's own, also
# where it is shorter than the status interval.
. "$(dirname "$0")/_init.sh"

# Packets come each 100 ms, 100 of them; an interval ends with the packet at its end.
for interval in 0.3:34 0.5:20 0.7:15 0.9:12 1.3:8 1.7:6 0.05:100 2:5; do
	rm -f out.argus
	panoptes -X -S "${interval%:*}" -r "$captures/every-100-ms.pcap" -w out.argus
	check_equal "-S ${interval%:*}: records" "${interval#*:}" \
		"$(ra -nn -L -1 -r out.argus - udp | wc -l)"
	echo "ARGUS_FLOW_STATUS_INTERVAL=${interval%:*}" >conf
	rm -f out.argus
	panoptes -X -F conf -r "$captures/every-100-ms.pcap" -w out.argus
	check_equal "ARGUS_FLOW_STATUS_INTERVAL=${interval%:*}: records" "${interval#*:}" \
		"$(ra -nn -L -1 -r out.argus - udp | wc -l)"
done

# In the capture each protocol has two packets and, four seconds later, a third.
# flows_with SETTING...: how many flows each protocol has with these, the status interval an hour.
kinds='udp tcp icmp icmp6 igmp fragment arp other'
flows_with()
{
	printf '%s\n' "$@" >conf
	rm -f out.argus
	panoptes -X -S 3600 -F conf -r "$captures/silent-protocols.pcap" -w out.argus --stats ||
		return
	ra -nn -c , -L -1 -r out.argus -s seq proto - not man | tr -d ' ' | sort -u | awk -F, '
		{ kind = $2; sub(/^17$/, "udp", kind); sub(/^253$/, "fragment", kind)
		  sub(/^6$/, "tcp", kind); sub(/^1$/, "icmp", kind); sub(/^58$/, "icmp6", kind)
		  sub(/^2$/, "igmp", kind); sub(/^2054$/, "arp", kind); sub(/^35020$/, "other", kind)
		  n[kind]++ }
		END { for (k in n) print k, n[k] }' | sort
}

# expected KIND...: two flows of these kinds, one of all others.
expected()
{
	local kind
	for kind in $kinds; do
		case " $* " in
		*" $kind "*) echo "$kind 2" ;;
		*) echo "$kind 1" ;;
		esac
	done | sort
}

check_equal "idle times of argus: none ends within the status interval" "$(expected)" \
	"$(flows_with)"
for row in IP:udp TCP:tcp "ICMP:icmp icmp6" IGMP:igmp FRAG:fragment ARP:arp OTHER:other; do
	# shellcheck disable=SC2086
	check_equal "ARGUS_${row%%:*}_TIMEOUT=3: those flows end" "$(expected ${row#*:})" \
		"$(flows_with "ARGUS_${row%%:*}_TIMEOUT=3")"
	check_equal "ARGUS_${row%%:*}_TIMEOUT=4: silent that long" "$(expected ${row#*:})" \
		"$(flows_with "ARGUS_${row%%:*}_TIMEOUT=4")"
	check_equal "ARGUS_${row%%:*}_TIMEOUT=6: not yet" "$(expected)" \
		"$(flows_with "ARGUS_${row%%:*}_TIMEOUT=6")"
done
check_equal "nothing is lost" "$(ledger rx_packets)" "$(totals out.argus | cut -d' ' -f1)"

printf 'ARGUS_%s_TIMEOUT=2\n' IP TCP ICMP IGMP FRAG ARP OTHER >conf
for workers in 1 2 3; do
	rm -f out.argus
	panoptes -X -S 60 -F conf -r "$captures/mix.pcap" -w out.argus --workers "$workers" --stats
	records out.argus >"records.$workers"
	check "all of them, $workers workers: same records" cmp records.1 "records.$workers"
done
finish
