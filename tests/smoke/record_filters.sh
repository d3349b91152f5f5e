#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Filters of records: hundreds of expressions select what ra itself selects of all
# records; a wrong one is refused before anything is read.
. "$(dirname "$0")/_init.sh"

count=600
at_once=100 # outputs of one run

python3 "$source_root/tests/support/filter_expressions.py" "$count" "${PANOPTES_SEED:-561}" >expressions
for name in mix demo; do
	meter "$captures/$name.pcap" "$name.all"
	cat "$name.all" >>all.argus
done

# chosen FILE [EXPRESSION]: the records, by what tells them apart. What ra calls an error because
# no record can ever be selected is nothing selected. Its optimizer (-O is without) makes others
# of some expressions. TCP flows of fragments are left out: ra takes
# all bits of a header that they have not for set.
chosen()
{
	timeout 20 ra -O -nn -u -p 6 -c , -L -1 -r "$1" -s seq stime ltime spkts dpkts sbytes dbytes cause \
		- "${2:+($2) and }not man and not (tcp and src port 0)" >chosen.out 2>chosen.err
	if grep -q "syntax error" chosen.err && ! grep -q "rejects all" chosen.err; then
		echo "refused"
	else
		cat chosen.out
	fi
}

differences=0 refused=0 chosen_any=0 chosen_not_all=0
total=$(chosen all.argus | wc -l)
while mapfile -n "$at_once" -t batch && [ "${#batch[@]}" -ne 0 ]; do
	outputs=()
	rm -f out.*
	for i in "${!batch[@]}"; do
		outputs+=(-w "out.$i" "${batch[i]}")
	done
	for name in mix demo; do
		PANOPTES_TIMEOUT=60 panoptes "${options[@]}" -r "$captures/$name.pcap" "${outputs[@]}" --stats ||
			not_ok "$name: the expressions are read: $(head -n 1 panoptes.err)"
		[ "$(ledger records_unaccounted)" = 0 ] || not_ok "$name: every record is accounted for"
	done
	for i in "${!batch[@]}"; do
		theirs=$(chosen all.argus "${batch[i]}")
		ours=$(chosen "out.$i")
		if [ "$theirs" = refused ]; then
			refused=$((refused + 1))
		elif [ "$theirs" != "$ours" ]; then
			differences=$((differences + 1))
			echo "  | differs: ${batch[i]}"
			diff <(echo "$theirs") <(echo "$ours") | head -n 400 | grep "^[<>]" | (head -n 2; tail -n 2) | sed "s,^,  |   ,"
		fi
		[ -n "$ours" ] && chosen_any=$((chosen_any + 1))
		[ "$(echo "$ours" | wc -l)" -lt "$total" ] && chosen_not_all=$((chosen_not_all + 1))
	done
done <expressions
check_equal "$count expressions select what ra selects" 0 "$differences"
check "ra understands them too: all but $refused" test "$refused" -lt $((count / 20))
check "they say something: $chosen_any select records, $chosen_not_all not all of them" \
	test "$chosen_any" -gt $((count / 3)) -a "$chosen_not_all" -gt $((count / 2))
finish
