#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Record format 5 with the real clients of argus 5, whose folder
# PANOPTES_ARGUS5_CLIENTS names: what they print of it is what the clients of
# argus 3 print of format 3. Without them, format 5 is refused by those of 3.
. "$(dirname "$0")/_init.sh"
five=${PANOPTES_ARGUS5_CLIENTS:-}

meter "$captures/link-ethernet.pcap" refused.argus --format 5
check_equal "--format 5: exit status" 0 $?
HOME=$work ra -X -n -r refused.argus >refused.out 2>/dev/null
check_equal "ra of argus 3 refuses format 5" "1 0" "$? $(wc -c <refused.out)"
panoptes "${options[@]}" -r "$captures/link-ethernet.pcap" -w x.argus --format 4
check_equal "--format 4 is refused" 2 $?
panoptes -X -e 2001:db8::1 -r "$captures/link-ethernet.pcap" -w x.argus
check_equal "an IPv6 source id is refused in format 3" 2 $?
[ -x "$five/ra" ] || { skip "format 5 in the clients of argus 5" "PANOPTES_ARGUS5_CLIENTS"; finish; }

# The fields that both generations of clients print alike; of ICMP, ports aren't.
alike='stime ltime dur proto saddr daddr flgs cause trans spkts dpkts sbytes dbytes
	sappbytes dappbytes stos dtos sttl dttl sipid dipid inode smac dmac svlan dvlan
	smpls dmpls sloss dloss swin dwin stcpb dtcpb tcprtt synack ackdat tcpopt
	smaxsz dmaxsz sminsz dminsz suser:2400 duser:2400'

# printed CLIENT FILE: its flow records, one line each.
printed()
{
	# shellcheck disable=SC2086
	HOME=$work "$1" -X -nn -u -p 6 -c , -L -1 -r "$2" -s $alike - not man
}

for name in arp-pairs dns-queries esp-v4 fragments-v4 fragments-v6 icmp-echo icmp-redirect \
	icmp-unreachable icmp6-kinds igmp-reports ipv4-options link-ethernet other-protocols \
	qinq rarp-pair tcp-complete tcp-complete-v6 tcp-ecn tcp-half-open tcp-long tcp-lossy \
	tcp-refused tcp-reset tcp-urgent tcp-wrap tcp-zero-window udp-both-ways udp-idle \
	udp-one-way udp-v6 vlan-tagged; do
	meter "$captures/$name.pcap" three.argus
	meter "$captures/$name.pcap" five.argus --format 5
	printed ra three.argus >three
	check "$name: has records" test -s three
	check_equal "$name: the same in both formats" "$(cat three)" \
		"$(printed "$five/ra" five.argus)"
done

meter "$captures/tcp-lossy.pcap" five.argus --format 5
check_equal "a number for each record" "$(seq "$(printed "$five/ra" five.argus | wc -l)")" \
	"$(HOME=$work "$five/ra" -X -n -L -1 -c , -r five.argus -s seq - not man)"
meter "$captures/link-ethernet.pcap" five.argus --format 5
check_equal "largest segments" "1460,1460" \
	"$(HOME=$work "$five/ra" -X -n -L -1 -c , -r five.argus -s smss dmss - tcp | sort -u)"
# tunnel NAME COLUMNS: these columns of the flows inside, each row once.
tunnel()
{
	meter "$captures/tunnel-$1.pcap" five.argus --format 5 --tunnel inner
	HOME=$work "$five/ra" -X -n -L -1 -c , -r five.argus -s "$2" "$3" - not man | sort -u
}
check_equal "the ends of GRE" "192.0.2.1,192.0.2.2" "$(tunnel gre sgreaddr dgreaddr)"
check_equal "the ends of GRE over IPv6" "2001:db8:ffff::1,2001:db8:ffff::2" \
	"$(tunnel gre6 sgreaddr:40 dgreaddr:40)"
check_equal "the ends of Geneve" "192.0.2.1,192.0.2.2" "$(tunnel geneve sgenaddr dgenaddr)"
check_equal "both networks of VXLAN" "1193046,1193046" "$(tunnel vxlan svnid dvnid)"
for id in 10.9.8.7 17 '"prb1"' 2001:db8::1 00112233-4455-6677-8899-aabbccddeeff; do
	rm -f id.argus
	panoptes -X -e "$id" -r "$captures/udp-v6.pcap" -w id.argus --format 5
	check_equal "-e $id" "${id//\"/}" \
		"$(HOME=$work "$five/ra" -X -n -L -1 -c , -r id.argus -s srcid:40 - not man | sort -u)"
done
finish
