#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Captures cut at many lengths and with flipped bytes, always the same ones: the
# program ends by itself with a status it means, and a sanitizer has nothing to
# say. Reads the generated captures, or with "corpus" those of the corpus.
. "$(dirname "$0")/_init.sh"

export ASAN_OPTIONS=${ASAN_OPTIONS:-}:exitcode=99 UBSAN_OPTIONS=${UBSAN_OPTIONS:-}:print_stacktrace=1
if [ "${1:-}" = corpus ]; then
	[ -d "$shared/corpus" ] || { skip "mangled corpus" "no captures: PANOPTES_SHARED"; exit 77; }
	folder=$shared/corpus
else
	folder=$captures
fi

# run FILE...: reads them in one run; its exit status.
run()
{
	rm -f out.argus
	panoptes "${options[@]}" -r "$@" -w out.argus --workers 1 >/dev/null
}

# Whether a flipped byte made the link type one that is refused before anything is read.
refused() { [ "$1" -eq 2 ] && grep -q "packets of link type" panoptes.err; }

# bad STATUS: the last run ended in a way nobody means.
bad()
{
	grep -q "Sanitizer\|runtime error" panoptes.err || { [ "$1" -gt 1 ] && ! refused "$1"; }
}

# Those pieces of a capture that end badly.
bad_pieces()
{
	local piece
	for piece in pieces/*; do
		run "$piece"
		bad $? && basename "$piece"
	done
}

reports=0
while IFS= read -r -d '' capture; do
	name=$(basename "$capture")
	rm -rf pieces && mkdir pieces
	python3 "$source_root/tests/support/mangle.py" "$capture" pieces "${MANGLE_VARIANTS:-24}"
	# All at once, as starting up costs most; one by one where that tells nothing.
	run pieces/*
	status=$?
	if ! bad "$status" && ! refused "$status"; then
		ok "$name: mangled, no report"
		continue
	fi
	why=$(refused "$status" || head -n 12 panoptes.err)
	found=$(bad_pieces)
	if [ -z "$why$found" ]; then
		ok "$name: mangled, no report"
		continue
	fi
	not_ok "$name: mangled, no report"
	sed 's/^/  | /' <<<"$why"
	echo "  | alone: mangle.py's $found"
	reports=$((reports + 1))
	[ "$reports" -lt 10 ] || { not_ok "too many reports: stopped"; break; }
done < <(find "$folder" -type f ! -name '*.tsv' -print0 | sort -z)
finish
