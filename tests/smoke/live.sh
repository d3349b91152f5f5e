#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Live capture of real traffic: a veth pair in a network namespace of its own, a
# capture replayed into one end, the probe at the other. Every packet is
# accounted for, and the flows are those of the same capture read with -r.
. "$(dirname "$0")/_init.sh"

. "$(dirname "$0")/_veth.sh"

# accounted NAME: all that was sent was received, and is somewhere.
accounted()
{
	check_equal "$1: exit status" 0 "$status"
	check_equal "$1: every packet received" "$(sent)" "$(ledger rx_packets)"
	check_equal "$1: none unaccounted" "0 0" "$(ledger unaccounted) $(ledger records_unaccounted)"
	check_equal "$1: the MARs tell the same" "$(counted)" "$(told live.argus)"
	check_equal "$1: none missed" "0 0 0 0" \
		"$(ledger missed_kernel) $(ledger missed_port) $(ledger missed_memory) $(ledger drop_dispatch)"
}

# same NAME CAPTURE ARGUMENT...: live as offline.
same()
{
	local name=$1 in=$2
	shift 2
	check "$name: it starts" listen live.argus "$@"
	check "$name: replayed" replay vb "$in"
	stop
	accounted "$name"
	check_equal "$name: the flows of the capture" "$(flows file.argus)" "$(flows live.argus)"
}

for topic in demo tcp-long tcp-complete icmp-echo fragments-v4 vlan-tagged arp-pairs tunnel-vxlan; do
	meter "$captures/$topic.pcap" file.argus
	same "$topic by AF_PACKET" "$captures/$topic.pcap" -i va --kernel-capture packet
	grep -q "va: by AF_PACKET" panoptes.err || not_ok "$topic: said how"
done
# A kernel without AF_XDP is no fault of the probe's.
xdp=yes
if listen live.argus -i va --kernel-capture xdp; then
	stop
else
	xdp=no
	skip "captures by AF_XDP" "$(head -n 1 panoptes.err)"
fi
for topic in demo tcp-complete; do
	meter "$captures/$topic.pcap" file.argus
	[ $xdp = no ] ||
		same "$topic by AF_XDP" "$captures/$topic.pcap" -i va --kernel-capture xdp
	same "$topic with three workers" "$captures/$topic.pcap" -i va --workers 3
	same "$topic, asleep when idle" "$captures/$topic.pcap" -i va --power sleep
done

# Of interfaces that are up, the first when none is named; with an alias one is still one.
within ip link set va down
within ip link set vb down
ip netns exec "$space" "$PANOPTES" -X --no-huge -w none.argus 2>panoptes.err
check_equal "no interface is up: exit status" 2 $?
check "... and one line" grep -q "no interface is up" panoptes.err
within ip link set va up
within ip link set vb up
within ip addr add 192.0.2.77/32 dev va label va:1
check "no interface is named: it starts" listen live.argus
check "no interface is named: it is said which one is taken" grep -q "capturing from v[ab]," panoptes.err
stop
check "-i all: it starts" listen live.argus -i all
stop
check_equal "-i all: an alias is no interface of its own" "va vb" \
	"$(sed -n 's/.*interface \(v[ab]\): by .*/\1/p' panoptes.err | sort | paste -s -d ' ')"
within ip addr del 192.0.2.77/32 dev va

# A port that stamps packets: net_pcap on an interface says when the kernel had them.
same "a port's time stamps" "$captures/tcp-complete.pcap" -i net_pcap0,iface=va --timestamps port
check "it is said whose times they are" grep -q "packet times port-stamp" panoptes.err
check_equal "each packet's was taken" "$(sent) 0" "$(ledger stamps_taken) $(ledger stamps_refused)"
same "the CPU's time" "$captures/tcp-complete.pcap" -i net_pcap0,iface=va --timestamps cpu
check_equal "no stamps" "0 0" "$(ledger stamps_taken) $(ledger stamps_refused)"

# Two interfaces: each on its own has its id in its records, bound they share flows.
check "another veth pair" pair vc vd
meter "$captures/tcp-complete.pcap" file.argus
both()
{
	check "$1: it starts" listen live.argus -i "$2"
	check "$1: replayed" replay vb "$captures/tcp-complete.pcap"
	check "$1: replayed to the other" replay vd "$captures/tcp-complete.pcap"
	stop
	check_equal "$1: exit status" 0 "$status"
	check_equal "$1: received" $(($(sent) * 2)) "$(ledger rx_packets)"
}
both "ind:" "ind:va/7,vc/8"
check_equal "ind: a flow each" "$(printf '0.0.0.7\n0.0.0.8\n')" \
	"$(ra -nn -L -1 -r live.argus -s srcid:16 - tcp | tr -d ' ' | sort -u |
		sed 's/^\([0-9]*\)$/0.0.0.\1/')"
check_equal "ind: flows" 2 "$(ledger flows_opened)"
both "bond:" "bond:va,vc/9"
check_equal "bond: one flow" 1 "$(racluster -nn -L -1 -r live.argus -s saddr - tcp | wc -l)"

# Records of flows that fell silent come by the clock, without another packet.
instance=live-$$
tell() { "$source_root/tests/support/telemetry.py" "$instance" "$@"; }
check "it starts" listen live.argus -i va --name "$instance" -S 1
check "replayed" replay vb "$captures/demo.pcap"
check "records of silent flows" tell until records_written "$(flows file.argus | wc -l)"
check "the ledger adds up, by telemetry" tell check
tell /panoptes/lag >lag
check "no record is late by a second" awk '$1 == "max_ms" { late = $2 } END { exit !(late < 1000) }' lag
tell /panoptes/clock >clock
check "time is the TSC's, close to the system's clock" \
	awk '$1 == "source" { tsc = $2 == "tsc" } $1 == "error_bound_ns" { bound = $2 }
		END { exit !(tsc && bound < 20000000) }' clock
stop
accounted "silent flows"

# One that goes away is told of, and taken up again when it is back.
check "it starts" listen live.argus -i va --kernel-capture packet
within ip link del va
for ((i = 0; i < 100; i++)); do
	grep -q "looking for it" panoptes.err && break
	sleep 0.05
done
check "a lost interface is told of" grep -q "interface va: .*looking for it" panoptes.err
pair va vb
for ((i = 0; i < 100; i++)); do
	grep -q "it is back" panoptes.err && break
	sleep 0.05
done
check "... and taken up again" grep -q "interface va: it is back" panoptes.err
check "replayed" replay vb "$captures/tcp-complete.pcap"
stop
accounted "after a loss"
check_equal "a loss is counted" 1 "$(ledger link_losses)"

# until_line WORDS: it is in the log within five seconds.
until_line()
{
	for ((i = 0; i < 100; i++)); do
		grep -q "$1" panoptes.err && return 0
		sleep 0.05
	done
	return 1
}

# Another user keeps the right to take an interface up again, and no other.
# the search for leaks may not look into a process that changed its user
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
chmod 755 "$work"
check "-u: it starts" listen live.argus -i va --kernel-capture packet -u nobody
check_equal "-u: the rights of its threads" "0000000000000000 0000000000002000" \
	"$(sed -n 's/^CapPrm:[[:space:]]*//p' "/proc/$probe/task"/*/status | sort -u | paste -s -d ' ')"
within ip link del va
check "-u: a lost interface is told of" until_line "interface va: .*looking for it"
pair va vb
check "-u: ... and taken up again" until_line "interface va: it is back"
check "-u: replayed" replay vb "$captures/tcp-complete.pcap"
stop
accounted "-u, after a loss"

# AF_XDP leaves an interface as it was found; one that goes away is told of.
state() { within ip -o link show va | grep -o ' mtu [0-9]*\|PROMISC\|xdp' | paste -s -d ' '; }
before=$(state)
if listen live.argus -i va --kernel-capture xdp -u nobody; then
	stop
	check_equal "AF_XDP: exit status" 0 "$status"
	check_equal "AF_XDP: the interface is as it was" "$before" "$(state)"
	check "AF_XDP: it starts" listen live.argus -i va --kernel-capture xdp
	within ip link set vb down
	check "AF_XDP: a link that goes down is told of" until_line "port va: link down"
	within ip link set vb up
	check "AF_XDP: ... and when it is up" until_line "port va: link up"
	within ip link del va
	check "AF_XDP: an interface that is gone is told of" until_line "interface va: it is gone"
	stop
	check_equal "AF_XDP: losses of the link" 2 "$(ledger link_losses)"
else
	skip "AF_XDP leaves an interface as it was" "no AF_XDP here"
fi
finish
