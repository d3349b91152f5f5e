#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Each capture of the corpus: the exit status is one that is meant, no packet is
# unaccounted, the output is clean by an independent reader, and 1, 2 and 4
# workers give the same records.
. "$(dirname "$0")/_init.sh"

[ -d "$shared/corpus" ] || { skip "corpus" "no captures: PANOPTES_SHARED"; exit 77; }
dump=$shared/tools/argusdump.py

# Files that no reader takes to the end, and link types that are refused.
may_fail=' corrupt-cut-http.pcap corrupt-record-length.pcap corrupt-not-a-capture.pcap
	empty-zero-bytes.pcap empty-pcapng.pcapng '

# Captures with packets that contradict themselves, by tshark too: lengths beyond the frame, headers
# that do not fit, what fuzzers made.
contradicts=' app-telnet.pcap mpls-many-layers.pcap tcp-flags-odd.pcap format-be-fuzz.pcap '

captured=0
for capture in "$shared"/corpus/*.pcap "$shared"/corpus/*.pcapng "$shared"/corpus/*.snoop; do
	[ -f "$capture" ] || continue
	name=$(basename "$capture")
	captured=$((captured + 1))
	meter "$capture" one.argus --workers 1
	status=$?
	if grep -q "packets of link type" panoptes.err && [ ! -s one.argus ]; then
		check_equal "$name: its link type is refused" 2 "$status"
		continue
	fi
	case "$may_fail" in
	*[[:space:]]"$name"[[:space:]]*)
		check "$name: exit status 0 or 1, not $status" test "$status" -le 1 ;;
	*)
		check_equal "$name: exit status" 0 "$status" ;;
	esac
	[ -s one.argus ] || continue
	check_equal "$name: nothing unaccounted" 0 "$(ledger unaccounted)"
	check_equal "$name: no record unaccounted" 0 "$(ledger records_unaccounted)"
	check_equal "$name: each packet has a place" 0 "$(ledger drop_undecodable)"
	[[ $name == corrupt-* || $contradicts == *" $name "* ]] ||
		check_equal "$name: no packet contradicts itself" 0 "$(ledger malformed)"
	check_equal "$name: racount sees what the ledger says" \
		"$(ledger flow_packets) $(ledger flow_bytes)" "$(totals one.argus)"
	[ ! -f "$dump" ] || check "$name: clean records" \
		python3 "$dump" --bad --mar-count --need-stop one.argus
	records one.argus >one
	for workers in 2 4; do
		meter "$capture" many.argus --workers "$workers"
		check_equal "$name: same records with $workers workers" "$(cat one)" "$(records many.argus)"
	done
done
check "the corpus is not empty" test "$captured" -gt 0
finish
