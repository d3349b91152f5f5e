#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The same set of records for any number of workers, any burst size, and again.
. "$(dirname "$0")/_init.sh"

for name in mix demo tcp-long fragments-v4 fragments-v6 icmp-time-exceeded icmp6-kinds flipped-1 \
	flipped-2 link-sll link-radiotap wlan-frames; do
	meter "$captures/$name.pcap" one.argus --workers 1
	records one.argus >one
	[ -s one ] || not_ok "$name: has records"
	for variant in "--workers 2" "--workers 4" "--workers 1" "--burst 1" "--burst 7" "--burst 64" \
		"--workers 3 --burst 5"; do
		# shellcheck disable=SC2086
		meter "$captures/$name.pcap" other.argus $variant
		check_equal "$name: same records with $variant" "$(cat one)" "$(records other.argus)"
	done
done
finish
