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

reports=0
while IFS= read -r -d '' capture; do
	name=$(basename "$capture")
	rm -rf pieces && mkdir pieces
	python3 "$source_root/tests/support/mangle.py" "$capture" pieces "${MANGLE_VARIANTS:-12}"
	bad=
	for piece in pieces/*; do
		rm -f out.argus
		panoptes "${options[@]}" -r "$piece" -w out.argus --workers 1 >/dev/null
		status=$?
		if [ "$status" -gt 1 ] || grep -q "Sanitizer\|runtime error" panoptes.err; then
			bad="$bad $(basename "$piece"):$status"
			grep -m 3 "Sanitizer\|runtime error\|    #[0-4]" panoptes.err | sed 's/^/  | /'
			reports=$((reports + 1))
		fi
	done
	check_equal "$name: mangled, no report" "" "$bad"
	[ "$reports" -lt 20 ] || { not_ok "too many reports: stopped"; break; }
done < <(find "$folder" -type f ! -name '*.tsv' -print0 | sort -z)
finish
