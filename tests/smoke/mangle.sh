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

# bad_run FILE...: reads them in one run; true when it ended in a way nobody means.
bad_run()
{
	rm -f out.argus
	panoptes "${options[@]}" -r "$@" -w out.argus --workers 1 >/dev/null
	local status=$?
	[ "$status" -gt 1 ] || grep -q "Sanitizer\|runtime error" panoptes.err
}

reports=0
while IFS= read -r -d '' capture; do
	name=$(basename "$capture")
	rm -rf pieces && mkdir pieces
	python3 "$source_root/tests/support/mangle.py" "$capture" pieces "${MANGLE_VARIANTS:-24}"
	# All at once, as starting up costs most; one by one to tell which it was.
	if ! bad_run pieces/*; then
		ok "$name: mangled, no report"
		continue
	fi
	not_ok "$name: mangled, no report"
	head -n 12 panoptes.err | sed 's/^/  | /'
	for piece in pieces/*; do
		bad_run "$piece" && echo "  | alone: mangle.py's $(basename "$piece")"
	done
	reports=$((reports + 1))
	[ "$reports" -lt 10 ] || { not_ok "too many reports: stopped"; break; }
done < <(find "$folder" -type f ! -name '*.tsv' -print0 | sort -z)
finish
