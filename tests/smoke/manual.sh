#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Help and manual: there, complete, and in agreement with each other.
. "$(dirname "$0")/_init.sh"

panoptes -h >help.txt
check_equal "-h: exit status" 0 $?
panoptes --print-manual >panoptes.8
check_equal "--print-manual: exit status" 0 $?
if have groff; then
	groff -man -Tutf8 -ww panoptes.8 2>groff.err | sed 's/\x1b\[[0-9;]*m//g; s/.\x08//g' >manual.txt
	check_equal "the manual renders without a warning" "" "$(cat groff.err)"
	check "the manual has a name section" grep -q NAME manual.txt
else
	skip "the manual renders" "no groff installed"
	cp panoptes.8 manual.txt
fi
for option in -A -b -B -c -C -d -D -e -f -F -g -h -i -J -m -M -N -O -p -P -r -R -s -S -t -T -u -U -w -X \
	-Z --workers --flows --burst --stats; do
	check "help has $option" grep -q -e "^ *\(.*[ ,]\)\?$option\b" help.txt
	check "manual has $option" grep -q -e "\(^\|[ ,]\)$option\b" manual.txt
done
for variable in ARGUS_FLOW_STATUS_INTERVAL ARGUS_MONITOR_ID ARGUS_TCP_TIMEOUT ARGUS_CAPTURE_DATA_LEN; do
	check "manual has $variable" grep -q "$variable" manual.txt
done
finish
