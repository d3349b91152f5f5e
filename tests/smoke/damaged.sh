#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Damaged input: every packet before the damage is in the output, one line says
# where the damage is, the exit status is 1, and clients read the output whole.
. "$(dirname "$0")/_init.sh"

for name in cut-in-packet cut-in-record-header record-length-absurd cut-pcapng; do
	packets=$(awk -v name="$name" '$1 == name { print $2 }' "$captures/expect.tsv")
	rm -f out.argus
	panoptes "${options[@]}" -r "$captures/$name.pcap" -w out.argus
	check_equal "$name: exit status" 1 $?
	check_equal "$name: one line" 1 "$(wc -l <panoptes.err)"
	check "$name: the line names the file" grep -q "$name" panoptes.err
	check_equal "$name: packets before the damage" "$packets" "$(totals out.argus | cut -d' ' -f1)"
	rm -f whole.argus
	panoptes "${options[@]}" -r "$captures/link-ethernet.pcap" -N "$packets" -w whole.argus
	check_equal "$name: records as of those packets alone" "$(records whole.argus)" \
		"$(records out.argus)"
	check "$name: ra reads to the end" ra -n -r out.argus
	check_equal "$name: ends with a stop record" stop \
		"$(ra -n -L -1 -c , -r out.argus -s cause - man | tail -n 1 | tr 'A-Z' 'a-z')"
done

for name in zero-bytes not-a-capture cut-in-file-header; do
	panoptes -X -r "$captures/$name.pcap" -w none.argus
	check_equal "$name: exit status" 1 $?
	check_equal "$name: one line" 1 "$(wc -l <panoptes.err)"
	check "$name: the line names the file" grep -q "$name" panoptes.err
done

rm -f out.argus
panoptes -X -r "$captures/cut-in-packet.pcap" "$captures/udp-v6.pcap" -w out.argus
check_equal "damage, then a whole file: exit status" 1 $?
check_equal "damage, then a whole file: both are read" 12 "$(totals out.argus | cut -d' ' -f1)"
panoptes -X -r "$captures/format-empty.pcap" -w empty.argus
check_equal "no packets: exit status" 0 $?
check "no packets: a file of management records" test -s empty.argus
finish
