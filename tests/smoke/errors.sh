#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What is wrong is said in one line, with an exit status that scripts can use:
# 2 for what the operator wrote, 1 for what went wrong at run time.
. "$(dirname "$0")/_init.sh"

good=$captures/udp-v6.pcap

# refused STATUS WORD ARGUMENT...
refused()
{
	local status=$1 word=$2
	shift 2
	panoptes "$@" </dev/null >/dev/null
	local got=$?
	check_equal "$*: exit status" "$status" "$got"
	check_equal "$*: one line" 1 "$(wc -l <panoptes.err)"
	check "$*: says $word" grep -qi -- "$word" panoptes.err
}

refused 2 nonsense --nonsense
refused 2 "-q" -X -q -r "$good"
refused 2 "-r" -X -r
refused 2 workers -X -r "$good" --workers none -w -
refused 2 workers -X -r "$good" --workers 100000 -w -
refused 2 burst -X -r "$good" --burst 0 -w -
refused 2 burst -X -r "$good" --burst 65 -w -
refused 2 flows -X -r "$good" --flows -3 -w -
refused 2 "-S" -X -S often -r "$good" -w -
refused 2 "-M" -X -M -5 -r "$good" -w -
refused 2 "-U" -X -U much -r "$good" -w -
refused 2 "-e" -X -e 99999999999 -r "$good" -w -
refused 2 "not from both" -X -r "$good" -i eth0 -w -
refused 2 "nonesuch0" -X -i nonesuch0 -w -
refused 2 "twice" -X -i eth0,eth0 -w -
refused 2 "source id" -X -i eth0/ -w -
refused 1 "net_nonesuch0" -X -i net_nonesuch0 --no-huge -w -
refused 2 "lcores" -X -i nonesuch0 --lcores x -w -
refused 2 "-P" -X -r "$good" -P 65536
refused 1 "-B" -X -r "$good" -P 561 -B 192.0.2.300
refused 2 "missing.conf" -X -F missing.conf -r "$good" -w -
refused 2 "filter\|syntax" -X -r "$good" -w out.argus - tcp and and
refused 2 "nobody" -X -r "$good" -w out.argus "nobody knows this"
refused 1 "missing.pcap" -X -r missing.pcap -w out.argus
refused 1 "no/such" -X -r "$good" -w no/such/folder/out.argus
refused 1 "tree-that-is-not" -X -r tree-that-is-not -w out.argus

conf() { printf '%s\n' "$@" >given.conf; }
conf '# a comment' 'ARGUS_FLOW_STATUS_INTERVAL=often'
refused 2 "given.conf:2" -X -F given.conf -r "$good" -w -
conf '' '' 'ARGUS_GENERATE_MAC_DATA=perhaps'
refused 2 "given.conf:3" -X -F given.conf -r "$good" -w -
conf 'ARGUS_NO_SUCH_THING=1'
panoptes -X -F given.conf -r "$good" -w warned.argus
check_equal "unknown variable: goes on" 0 $?
check "unknown variable: a warning with file and line" grep -q "given.conf:1" panoptes.err
check_equal "unknown variable: records are written" 2 "$(totals warned.argus | cut -d' ' -f1)"

if [ -e /dev/full ]; then
	panoptes -X -r "$captures/mix.pcap" -w - >/dev/full
	check_equal "full disk: exit status" 1 $?
	check "full disk: says so" grep -qi "space" panoptes.err
fi
finish
