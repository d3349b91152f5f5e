#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Files in periods, compressed files: read back by the real ra.
. "$(dirname "$0")/_init.sh"

capture=$captures/demo.pcap
options+=(-S 0.5) # the capture is short
meter "$capture" once.argus
records once.argus >once

# flows_of FILE...: the flow records of all of them, one line each.
flows_of()
{
	local file
	for file in "$@"; do
		records "$file"
	done | sort
}

# Workers number their flows in turn, but what is in which file is the same.
for workers in 1 3; do
	panoptes "${options[@]}" -r "$capture" --workers "$workers" --rotate 1s \
		-w "r$workers/%Y-%m-%d/%H.%M.%S.argus" --stats
	check_equal "rotation, $workers workers: exit status" 0 $?
	check_equal "... the ledger balances, nothing lost" "0 0" \
		"$(ledger records_unaccounted) $(ledger records_lost)"
	mapfile -t files < <(find "r$workers" -type f | sort)
	check "... there are several files" test "${#files[@]}" -gt 2
	check_equal "... which together have all records" "$(cat once)" "$(flows_of "${files[@]}")"
	for file in "${files[@]}"; do
		records "$file" >"$file.flows"
	done
	(cd "r$workers" && find . -name '*.flows' -exec sha256sum {} + | sort -k 2) >"sums$workers"
	check_equal "... each begins with a START and ends with a STOP" "${#files[@]} ${#files[@]}" \
		"$(for file in "${files[@]}"; do ra -nn -r "$file" -L -1 -s state - man; done |
			awk '{ n[$1]++ } END { print n["STA"] + 0, n["STP"] + 0 }')"
done
check_equal "rotation: the files are the same for any number of workers" "$(cat sums1)" "$(cat sums3)"

panoptes "${options[@]}" -r "$capture" --rotate 7m -w %H
check_equal "a period that does not divide a day: refused" 2 $?
check_equal "... in one line" 1 "$(wc -l <panoptes.err)"

for kind in gz zst; do
	panoptes "${options[@]}" -r "$capture" -w "all.argus.$kind" --stats
	check_equal "$kind: exit status" 0 $?
	check_equal "... nothing lost" "0 0" "$(ledger records_unaccounted) $(ledger records_lost)"
	check "... it is smaller" test "$(stat -c %s "all.argus.$kind")" -lt "$(stat -c %s once.argus)"
done
check_equal "gz: ra reads it by itself" "$(cat once)" "$(records all.argus.gz)"
check_equal "zst: and what zstdcat gives of it" "$(cat once)" "$(zstdcat all.argus.zst >zst.argus; records zst.argus)"
panoptes "${options[@]}" -r "$capture" -w all.argus.gz
check_equal "gz: appended to" "$(($(wc -l <once) * 2))" "$(records all.argus.gz | wc -l)"
finish
