# SPDX-License-Identifier: BSD-3-Clause
# All the machinery of the smoke tests, so that each of them reads as a runbook.
# ctest gives: PANOPTES (the binary), PANOPTES_CAPTURES (the generated captures),
# PANOPTES_ARGUS (the reference argus, when there is one), PANOPTES_SHARED (a
# folder with corpus/ and tools/, when there is one).
# shellcheck shell=bash disable=SC2034

set -u -o pipefail
export LC_ALL=C.UTF-8 TZ=UTC
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export LSAN_OPTIONS=${LSAN_OPTIONS:-}:suppressions=$here/leaks.supp:print_suppressions=0
source_root=$(cd "$here/../.." && pwd)
generator=$source_root/tests/support/captures.py
captures=${PANOPTES_CAPTURES:?run by ctest, or set it to what captures.py all wrote}
argus=${PANOPTES_ARGUS:-$(command -v argus || true)}
shared=${PANOPTES_SHARED:-}
: "${PANOPTES:?run by ctest, or set it to the binary}"
[ -x "$PANOPTES" ] || { echo "not ok - $PANOPTES is there"; exit 1; }

work=$(mktemp -d "${TMPDIR:-/tmp}/panoptes-smoke.XXXXXX")
children=()
cleanup()
{
	local pid
	for pid in ${children[@]+"${children[@]}"}; do
		kill "$pid" 2>/dev/null
	done
	rm -rf "$work"
}
trap cleanup EXIT
cd "$work" || exit 1

# Each record option on, argus's own timers.
options=(-X -A -J -m -R -Z -U 64 -S 60 -M 300 -e 1)
# What ra prints of a record to tell it from any other; the sequence number is
# not among them: workers number their flows in turn.
fields='stime ltime dur proto saddr sport dir daddr dport state flgs cause trans
	spkts dpkts sbytes dbytes sappbytes dappbytes stos dtos sttl dttl sipid dipid inode
	smac dmac svlan dvlan smpls dmpls sloss dloss sgap dgap swin dwin stcpb dtcpb
	tcprtt synack ackdat tcpopt sintpkt dintpkt sintpktact dintpktact sintpktidl dintpktidl
	sjit djit sjitact djitact sjitidl djitidl smaxsz dmaxsz sminsz dminsz
	suser:2400 duser:2400'

failed=0
ok() { echo "ok - $1"; }
not_ok() { echo "not ok - $1"; failed=$((failed + 1)); }
skip() { echo "skip - $1 ($2)"; }
finish() { [ "$failed" -eq 0 ]; exit; }

# check NAME COMMAND...: the command succeeds; its output is shown when it does not.
check()
{
	local name=$1
	shift
	if "$@" >check.out 2>&1; then
		ok "$name"
	else
		not_ok "$name"
		head -n 20 check.out | sed 's/^/  | /'
	fi
}

# check_equal NAME EXPECTED ACTUAL
check_equal()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		diff <(echo "$2") <(echo "$3") | head -n 20 | sed 's/^/  | /'
	fi
}

# panoptes ARGUMENT...: the binary, bounded in time; stderr in panoptes.err.
panoptes()
{
	timeout "${PANOPTES_TIMEOUT:-60}" "$PANOPTES" "$@" 2>panoptes.err
}

# meter CAPTURE OUT ARGUMENT...: a capture to records, each record option on.
meter()
{
	local in=$1 out=$2
	shift 2
	rm -f "$out"
	panoptes "${options[@]}" -r "$in" -w "$out" --stats "$@"
}

# ledger NAME: a line of the ledger of the last run.
ledger()
{
	awk -v name="$1" '$1 == name { print $2; found = 1 } END { exit !found }' panoptes.err
}

# records FILE: its flow records, one line each, in an order of their own.
records()
{
	# shellcheck disable=SC2086
	ra -nn -u -p 6 -c , -L -1 -r "$1" -s $fields - not man | sort
}

# say CAPTURE FIELD...: what ra prints of the records of a generated capture, without blanks; the
# records stay in out.argus.
say()
{
	local capture=$1
	shift
	rm -f out.argus
	panoptes -X -A -r "$captures/$capture.pcap" -w out.argus || return
	ra -nn -c , -L -1 -r out.argus -s "$@" - not man | tr -d ' '
}

# totals FILE: packets and bytes of all its records.
totals()
{
	racount -r "$1" | awk '$1 == "sum" { print $3, $6 }'
}

# told FILE: packets, bytes and losses that its MARs tell of, and what --stats says of them.
told() { "$source_root/tests/support/mars.py" "$1" | cut -d ' ' -f 1-3; }
counted()
{
	awk '$1 == "rx_packets" { packets = $2 } $1 == "rx_bytes" { bytes = $2 }
		$1 ~ /^(drop_(undecodable|link_type|dispatch|sampled|table)|packets_lost_ring|missed_.*)$/ { lost += $2 }
		END { print packets, bytes, lost }' panoptes.err
}

# flows FILE: racluster's sums in the generator's form; the ICMP and ARP details
# that ra prints in the place of ports are left out.
flows()
{
	racluster -nn -c , -L -1 -r "$1" -s proto saddr sport daddr dport spkts dpkts sbytes dbytes \
		- not man |
		awk -F, -v OFS=, '
			{ sub(/^6$/, "tcp", $1); sub(/^17$/, "udp", $1); sub(/^1$/, "icmp", $1)
			  sub(/^2$/, "igmp", $1); sub(/^2054$/, "arp", $1) }
			$1 != "tcp" && $1 != "udp" { $3 = $5 = "" } { print }' | sort
}

# have PROGRAM...: all of them are installed.
have()
{
	local program
	for program in "$@"; do
		command -v "$program" >/dev/null || return 1
	done
}
have ra racluster racount ||
	{ echo "skip - all of $(basename "$0") (no argus clients installed)"; exit 77; }
