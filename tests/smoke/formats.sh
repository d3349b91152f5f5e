#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# One conversation in every file format gives the same records; stdin, several
# files, folders and packet ranges read what they say.
. "$(dirname "$0")/_init.sh"

meter "$captures/link-ethernet.pcap" plain.argus
records plain.argus >plain
check "the plain capture has records" test -s plain
for name in be ns ns-be pcapng pcapng-be pcapng-interfaces gz zst; do
	meter "$captures/format-$name.pcap" out.argus
	check_equal "format-$name: same records" "$(cat plain)" "$(records out.argus)"
done

panoptes "${options[@]}" -r - -w stdin.argus <"$captures/link-ethernet.pcap"
check_equal "stdin: exit status" 0 $?
check_equal "stdin: same records" "$(cat plain)" "$(records stdin.argus)"
panoptes "${options[@]}" -r - -w zstdin.argus <"$captures/format-gz.pcap"
check_equal "stdin, compressed: same records" "$(cat plain)" "$(records zstdin.argus)"

panoptes "${options[@]}" -r "$captures/udp-v6.pcap" "$captures/udp-one-way.pcap" -w two.argus
check_equal "two files after one -r" "9 1055" "$(totals two.argus)"
panoptes "${options[@]}" -r "$captures/udp-v6.pcap" -r "$captures/udp-one-way.pcap" -w two.argus
rm -f two.argus
panoptes "${options[@]}" -r "$captures/udp-v6.pcap" -r "$captures/udp-one-way.pcap" -w two.argus
check_equal "two files, an -r each" "9 1055" "$(totals two.argus)"

mkdir -p tree/b/c
cp "$captures/udp-v6.pcap" tree/2.pcap
cp "$captures/udp-one-way.pcap" tree/b/c/1.pcap
cp "$captures/format-gz.pcap" tree/b/3.pcap.gz
panoptes -X -R tree -w tree.argus
check_equal "-R: every capture below a folder" "31 4805" "$(totals tree.argus)"

# The first number of a range is how many are skipped.
for range in "5 5" "3-7 4" "20-100 2"; do
	read -r which count <<<"$range"
	rm -f part.argus
	panoptes -X -r "$captures/link-ethernet.pcap" -N "$which" -w part.argus
	check_equal "-N $which reads $count packets" "$count" "$(totals part.argus | cut -d' ' -f1)"
done

# A file that grows while it is read.
head -c 2000 "$captures/link-ethernet.pcap" >growing.pcap
"$PANOPTES" "${options[@]}" -f -r growing.pcap -w follow.argus 2>follow.err &
follower=$!
children+=("$follower")
sleep 1
tail -c +2001 "$captures/link-ethernet.pcap" >>growing.pcap
sleep 1.5
check "-f is still reading" kill -0 "$follower"
kill -TERM "$follower"
wait "$follower"
check_equal "-f: a signal ends it well" 0 $?
check_equal "-f: all packets of the grown file" "$(cat plain)" "$(records follow.argus)"
finish
