#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The real argus clients read what panoptes writes and say what the generator
# knows to be true.
. "$(dirname "$0")/_init.sh"

meter "$captures/demo.pcap" demo.argus
check_equal "panoptes: exit status" 0 $?
meter "$captures/tcp-long.pcap" long.argus

# ra
check "ra: reads the whole file" ra -n -r demo.argus
# An echo pair closes its record: eight pings are eight.
check_equal "ra: one record a flow" "$(($(python3 "$generator" flows demo | wc -l) + 7))" \
	"$(ra -n -L -1 -r demo.argus - not man | wc -l)"
check_equal "ra: nothing is cut short" 0 \
	"$(ra -nn -c , -L -1 -r demo.argus -s stime ltime flgs proto saddr sport dir daddr dport spkts dpkts sbytes dbytes state | grep -c '\*')"
check_equal "ra: a refused connection" "192.168.1.12,53000,192.168.1.1,8080,1,1,RST" \
	"$(ra -n -c , -L -1 -r demo.argus -s saddr sport daddr dport spkts dpkts state - tcp and port 8080)"
check_equal "ra: a scan is seven requests" 7 \
	"$(ra -n -c , -L -1 -r demo.argus -s state - src host 203.0.113.66 | grep -c '^REQ$')"
check_equal "ra: closed connections" 28 \
	"$(ra -n -c , -L -1 -r demo.argus -s state - tcp | grep -c '^FIN$')"
check_equal "ra: user data" 24 \
	"$(ra -n -L -1 -r demo.argus -e 's:example' -s saddr suser:40 - udp | wc -l)"

meter "$captures/wlan-frames.pcap" wlan.argus
check_equal "ra: flows of IEEE 802.11 by addresses and network" \
	"$(cat <<'EOF'
wlan,00:00:00:00:00:00,02:00:00:00:00:01,00:00:00:00:00:00,,4
wlan,02:00:00:00:00:01,02:00:00:00:00:02,02:00:00:00:00:aa,,4
wlan,02:00:00:00:00:01,02:00:00:00:00:aa,00:00:00:00:00:00,,4
wlan,02:00:00:00:00:01,02:00:00:00:00:aa,02:00:00:00:00:aa,,1
wlan,02:00:00:00:00:01,Broadcast,Broadcast,coffee,1
wlan,02:00:00:00:00:aa,02:00:00:00:00:01,02:00:00:00:00:aa,,1
wlan,02:00:00:00:00:aa,02:00:00:00:00:01,02:00:00:00:00:aa,coffee,1
wlan,02:00:00:00:00:aa,Broadcast,02:00:00:00:00:aa,a name of thirty-two bytes, whol,3
wlan,02:00:00:00:00:aa,Broadcast,02:00:00:00:00:aa,coffee,3
EOF
)" "$(ra -n -c , -L -1 -r wlan.argus -s proto smac dmac bssid ssid:40 spkts - not man | sort)"

# racount
check_equal "racount: sums" "894 322559" "$(totals demo.argus)"
check_equal "racount: packets by protocol" "icmp 16 tcp 828 udp 48 arp 2" \
	"$(racount -r demo.argus -M proto | awk '$1 ~ /^(icmp|tcp|udp|arp)$/ { print $1, $3 }' | sort |
		sed 's/^arp/z arp/' | sort | sed 's/^z //' | paste -sd' ')"

# racluster
check_equal "racluster: status records sum up to their flow" \
	"$(python3 "$generator" flows tcp-long)" "$(flows long.argus)"
check "racluster: there are status records to sum up" test \
	"$(ra -n -L -1 -r long.argus - not man | wc -l)" -gt 10
check_equal "racluster: by protocol" "udp,24,48" \
	"$(racluster -n -c , -L -1 -m proto -r demo.argus -s proto trans pkts - udp)"

# rasort
bytes=$(rasort -n -c , -L -1 -m bytes -r demo.argus -s bytes - not man)
check_equal "rasort: descending" "$(sort -rn <<<"$bytes")" "$bytes"
check_equal "rasort: keeps every record" "$(ra -n -L -1 -r demo.argus - not man | wc -l)" \
	"$(wc -l <<<"$bytes")"

# rabins
check_equal "rabins: bins keep the packets" 294 \
	"$(rabins -n -c , -L -1 -M time 60s -B 1s -m proto -r long.argus -s pkts - tcp |
		awk '{ sum += $1 } END { print sum }')"
check "rabins: twelve minutes are a dozen bins" test \
	"$(rabins -n -c , -L -1 -M time 60s -B 1s -m proto -r long.argus -s stime pkts - tcp | wc -l)" -ge 12

# rasplit
mkdir split
check "rasplit: runs" rasplit -r long.argus -M time 1m -w 'split/a.%Y.%m.%d.%H.%M.%S' - tcp
check "rasplit: one file a minute" test "$(find split -type f | wc -l)" -ge 12
check_equal "rasplit: the parts add up" 294 \
	"$(for part in split/*; do totals "$part"; done | awk '{ sum += $1 } END { print sum }')"

# ranonymize
check "ranonymize: runs" ranonymize -r demo.argus -w anonymous.argus
check_equal "ranonymize: same sums" "894 322559" "$(totals anonymous.argus)"
check_equal "ranonymize: no address is left" 0 "$(ra -nn -L -1 -r anonymous.argus - not man |
	grep -c '192\.168\.1\.10 ')"

# rahisto
check_equal "rahisto: counts every connection that lasted" 30 \
	"$(rahisto -H dur 5:0-1 -r demo.argus - tcp | sed -n 's/.*N = \([0-9]*\) .*/\1/p')"

# XML
ra -n -M xml -r demo.argus -s stime saddr - not man >demo.xml
if have xmllint; then
	check "xml: well formed" xmllint --noout demo.xml
else
	check "xml: well formed" python3 -c 'import xml.dom.minidom as x; x.parse("demo.xml")'
fi
check_equal "xml: every record" "$(ra -n -L -1 -r demo.argus - not man | wc -l)" \
	"$(grep -c '<ArgusFlowRecord ' demo.xml)"

# radium
if have radium; then
	# It may end before its output thread is done, whoever wrote the file: ask again then.
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		rm -f collected.argus
		timeout 30 radium -X -r demo.argus -w collected.argus
		[ "$(records collected.argus 2>/dev/null | wc -l)" -ge "$(records demo.argus | wc -l)" ] && break
	done
	check_equal "radium: passes every record on" "$(records demo.argus)" \
		"$(records collected.argus)"
else
	skip "radium: passes every record on" "not installed"
fi

# A record cut in the middle: ra prints what is whole.
head -c $(($(wc -c <demo.argus) - 10)) demo.argus >cut.argus
check "ra: a file cut in a record is read up to there" test \
	"$(ra -n -L -1 -r cut.argus 2>/dev/null | wc -l)" -ge 60
finish
