#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Where records go: append, several outputs with filters of their own, stdout.
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

panoptes "${options[@]}" -r "$capture" -w all.argus -w tcp.argus "tcp" -w udp.argus "udp and port 53" \
	-w none.argus "igmp"
check_equal "several outputs: exit status" 0 $?
check_equal "several outputs: the first has all" "$(cat once)" "$(records all.argus)"
check_equal "several outputs: a filter of its own, tcp" \
	"$(ra -nn -L -1 -r once.argus -c , -s stime saddr sport - tcp | sort)" \
	"$(records tcp.argus >/dev/null; ra -nn -L -1 -r tcp.argus -c , -s stime saddr sport - not man | sort)"
check_equal "several outputs: a filter of its own, udp" \
	"$(ra -nn -L -1 -r once.argus -c , -s stime saddr sport - udp and port 53 | sort)" \
	"$(ra -nn -L -1 -r udp.argus -c , -s stime saddr sport - not man | sort)"
check_equal "several outputs: one that nothing passes" "" "$(records none.argus)"
check "several outputs: which still has management records" test -s none.argus

check_equal "source id, a number" 42 "$(panoptes -X -e 42 -r "$capture" -w - |
	ra -n -L -1 -r - -s srcid -c , -N 1 - tcp | sed 's/^0\.0\.0\.//')"
check_equal "source id, an address" 192.0.2.9 "$(panoptes -X -e 192.0.2.9 -r "$capture" -w - |
	ra -n -L -1 -r - -s srcid -c , -N 1 - tcp)"
check_equal "source id, a name" abcd "$(panoptes -X -e '"abcd"' -r "$capture" -w - |
	ra -n -L -1 -r - -s srcid -c , -N 1 - tcp)"
finish
