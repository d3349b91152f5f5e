#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Names in labels against what tshark reads in the same captures of the corpus.
. "$(dirname "$0")/_init.sh"

[ -d "$shared/corpus" ] || { skip "metadata" "no captures: PANOPTES_SHARED"; exit 77; }
command -v tshark >/dev/null || { skip "metadata" "no tshark"; exit 77; }

# said KEY: the values in labels, each once.
said()
{
	ra -L -1 -n -r labels.argus -s label:400 - 2>/dev/null |
		grep -o "[=; ]$1=[^; ]*" | sed "s/^.$1=//" | sort -u
}

# read_by_tshark FIELD CAPTURE: the same.
read_by_tshark()
{
	tshark -n -r "$2" -T fields -e "$1" -E occurrence=a -E aggregator=$'\t' 2>/dev/null |
		tr '\t' '\n' | grep -v '^$' | sort -u
}

# compare KEY FIELD CAPTURE LEAST: nothing is said that tshark doesn't read, and of what tshark
# reads at least so many in a hundred are said.
compare()
{
	local name missing total
	name=$(basename "$3")
	said "$1" >said.txt
	read_by_tshark "$2" "$3" >read.txt
	check "$name: $1: nothing that isn't there" test -z "$(comm -23 said.txt read.txt)"
	missing=$(comm -13 said.txt read.txt | wc -l)
	total=$(wc -l <read.txt)
	check "$name: $1: $missing of $total missing" \
		test $((100 * (total - missing))) -ge $(($4 * total))
	[ "$total" -gt 0 ] || not_ok "$name: tshark reads $2 in it"
}

label()
{
	rm -f labels.argus # a file is appended to
	check "$(basename "$1"): is read" "$PANOPTES" -X --apps=+all -r "$1" -w labels.argus
}

for name in app-android.pcap app-netflix.pcap app-1kxun.pcap tls-cert-long.pcap; do
	label "$shared/corpus/$name"
	compare sni tls.handshake.extensions_server_name "$shared/corpus/$name" 100
done
label "$shared/corpus/ppp-link.pcap"
compare sni tls.handshake.extensions_server_name "$shared/corpus/ppp-link.pcap" 100
for name in app-1kxun.pcap app-netflix.pcap; do
	label "$shared/corpus/$name"
	compare host http.host "$shared/corpus/$name" 50
done
label "$shared/corpus/dns-many-clients.pcap"
compare qname dns.qry.name "$shared/corpus/dns-many-clients.pcap" 90
finish
