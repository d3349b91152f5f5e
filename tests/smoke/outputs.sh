#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Where records go: append, several outputs, stdout.
. "$(dirname "$0")/_init.sh"

capture=$captures/demo.pcap
meter "$capture" once.argus
records once.argus >once

panoptes "${options[@]}" -r "$capture" -w - 2>/dev/null >stdout.argus
check_equal "stdout: same records" "$(cat once)" "$(records stdout.argus)"
check_equal "stdout: nothing but records" "$(od -An -tx1 -N1 once.argus)" \
	"$(od -An -tx1 -N1 stdout.argus)"
check_equal "a pipe to ra" "$(wc -l <once)" \
	"$(panoptes -X -r "$capture" -w - | ra -n -L -1 -r - - not man | wc -l)"

cp once.argus twice.argus
panoptes "${options[@]}" -r "$capture" -w twice.argus
check_equal "append: both runs are in the file" "1788 645118" "$(totals twice.argus)"

panoptes "${options[@]}" -r "$capture" -w all.argus -w again.argus -w - >third.argus
check_equal "several outputs: exit status" 0 $?
for output in all again third; do
	check_equal "several outputs: $output has all" "$(cat once)" "$(records $output.argus)"
done

# An output's own filter: on the line, in both forms of the configuration, and a wrong one.
panoptes "${options[@]}" -r "$capture" -w every.argus -w tcp.argus "tcp and port 80" -w none.argus man --stats
wanted=$(ra -nn -r every.argus -L -1 - "tcp and port 80" | wc -l)
check "an output's own filter: there is something to filter" test "$wanted" -gt 0
check_equal "an output's own filter: its records" "$wanted" \
	"$(ra -nn -r tcp.argus -L -1 - not man | wc -l)"
check_equal "... and none where none is selected" 0 "$(ra -nn -r none.argus -L -1 - not man | wc -l)"
check_equal "... which still begins and ends" 2 "$(ra -nn -r none.argus -L -1 | wc -l)"
check_equal "... and the others are accounted for" "$((3 * $(ledger records_received))) 0" \
	"$(($(ledger records_written) + $(ledger records_filtered))) $(ledger records_unaccounted)"
for form in '"own.argus tcp and port 80"' 'own.argus "tcp and port 80"'; do
	rm -f own.argus
	echo "ARGUS_OUTPUT_FILE=$form" >conf
	panoptes -X "${options[@]:1}" -F conf -r "$capture"
	check_equal "configured as $form" "$wanted" "$(ra -nn -r own.argus -L -1 - not man | wc -l)"
done
panoptes "${options[@]}" -r "$capture" -w wrong.argus "tcp and prt 80"
check_equal "a wrong filter: refused" 2 $?
check_equal "... in one line, which says where" \
	'panoptes: output wrong.argus: filter "tcp and prt 80", at 9: prt is unknown' "$(cat panoptes.err)"
check "... and nothing is written" test ! -e wrong.argus

# The packets themselves, as the filter let them through.
echo 'ARGUS_PACKET_CAPTURE_FILE=packets.pcap' >packets.conf
panoptes "${options[@]}" -F packets.conf -r "$capture" -w /dev/null - tcp
check_equal "packet capture file: exit status" 0 $?
check_equal "packet capture file: the packets that passed" "$(tcpdump -nnttr "$capture" tcp 2>/dev/null)" \
	"$(tcpdump -nnttr packets.pcap 2>/dev/null)"
echo 'ARGUS_PACKET_CAPTURE_FILE=/dev/full' >packets.conf
panoptes "${options[@]}" -F packets.conf -r "$capture" -w full.argus
check_equal "packet capture file on a full disk: exit status" 1 $?
check_equal "... in one line" 1 "$(wc -l <panoptes.err)"
check_equal "... and all records all the same" "$(cat once)" "$(records full.argus)"

# dumped CAPTURE: a line for each packet, sorted.
dumped()
{
	tcpdump -nnSttxxr "$1" 2>/dev/null | sed 's/\[Invalid header: [^]]*\]//g' |
		awk '/^[0-9]/ { printf "\n" } { printf "%s", $0 }' | sort
}

# Those of them that can't be dissected, in their order, whoever dissects them.
for name in flipped-1 flipped-2 snapped demo; do
	printf 'ARGUS_PACKET_CAPTURE_FILE=bad.pcap\nARGUS_PACKET_CAPTURE_ON_ERROR=yes\n' >packets.conf
	for workers in 1 3; do
		panoptes -X -F packets.conf -r "$captures/$name.pcap" -w /dev/null --stats \
			--workers "$workers"
		check_equal "$name: packets on error, $workers workers: exit status" 0 $?
		truncated=$(ledger truncated) malformed=$(ledger malformed)
		dropped=$(ledger drop_undecodable)
		panoptes -X -r bad.pcap -w /dev/null --stats
		check_equal "$name: packets on error, $workers workers: what the ledger counts" \
			"$truncated $malformed $dropped" \
			"$(ledger truncated) $(ledger malformed) $(ledger drop_undecodable)"
		check "$name: packets on error, $workers workers: no others" \
			test "$(ledger rx_packets)" -le $((truncated + malformed + dropped))
		check_equal "$name: packets on error, $workers workers: as they were" "" \
			"$(comm -13 <(dumped "$captures/$name.pcap") <(dumped bad.pcap))"
	done
	[ "$name" = demo ] || check "$name: there are some" test "$(ledger rx_packets)" -gt 0
done
check_equal "packets on error: none in a sound capture" 24 "$(wc -c <bad.pcap)"
echo 'ARGUS_PACKET_CAPTURE_ON_ERROR=yes' >packets.conf
panoptes -X -F packets.conf -r "$capture" -w /dev/null
check "packets on error without a file: a warning says so" \
	grep -q "of no effect without ARGUS_PACKET_CAPTURE_FILE" panoptes.err

check_equal "source id, a number" 42 "$(panoptes -X -e 42 -r "$capture" -w - |
	ra -n -L -1 -r - -s srcid -c , -N 1 - tcp | sed 's/^0\.0\.0\.//')"
check_equal "source id, an address" 192.0.2.9 "$(panoptes -X -e 192.0.2.9 -r "$capture" -w - |
	ra -n -L -1 -r - -s srcid -c , -N 1 - tcp)"
check_equal "source id, a name" abcd "$(panoptes -X -e '"abcd"' -r "$capture" -w - |
	ra -n -L -1 -r - -s srcid -c , -N 1 - tcp)"
finish
