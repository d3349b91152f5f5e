#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# One conversation in every tunnel: which flow a packet belongs to is the
# operator's choice, its inside is found, and nothing is counted twice unasked.
. "$(dirname "$0")/_init.sh"

kinds=$(cd "$(dirname "$generator")" &&
	python3 -c 'import tunnels
for name, (_, default) in tunnels.TUNNELS.items(): print(name, default)')

# balanced NAME: nothing is unaccounted in the run before.
balanced()
{
	check_equal "$1: nothing unaccounted" "0 0" "$(ledger unaccounted) $(ledger records_unaccounted)"
}

while read -r name default; do
	in=$captures/tunnel-$name.pcap
	inside=$("$generator" flows "tunnel-$name")
	read -r packets bytes < <(awk -v n="tunnel-$name" '$1 == n { print $2, $3 }' "$captures/expect.tsv")

	meter "$in" inner.argus --tunnel inner
	check_equal "$name: inner flows" "$inside" "$(flows inner.argus)"
	balanced "$name, inner"

	meter "$in" argus.argus
	meter "$in" outer.argus --tunnel outer
	check_equal "$name: outer flows have all packets" "$packets $bytes" "$(totals outer.argus)"
	balanced "$name, outer"
	# a frame in a frame is no tunnel: it has no outer flow
	case $name in
	pbb | mpls-wire)
		check_equal "$name: is no tunnel" "$inside" "$(flows outer.argus)"
		continue
		;;
	esac
	check_equal "$name: outer flows are between the tunnel's ends" "" \
		"$(ra -nn -r outer.argus -s saddr -L -1 - not man |
			grep -vE '^ *(192\.0\.2\.[12]|2001:db8:ffff::[12]) *$')"
	if [ "$default" = inner ]; then
		check_equal "$name: as argus does, inner" "$inside" "$(flows argus.argus)"
	else
		check_equal "$name: as argus does, outer" "$(records outer.argus)" "$(records argus.argus)"
	fi

	meter "$in" both.argus --tunnel both
	check_equal "$name: both" "$( (records inner.argus; records outer.argus) | sort)" \
		"$(records both.argus)"
	check_equal "$name: packets seen twice are counted apart" "$packets $packets" \
		"$(ledger flow_packets) $(ledger inner_packets)"
	balanced "$name, both"
	meter "$in" more.argus --tunnel both --workers 3 --burst 1
	check_equal "$name: both, with more workers" "$(records both.argus)" "$(records more.argus)"
done <<<"$kinds"

# What the configuration says, and what overrules it.
in=$captures/tunnel-vxlan.pcap
echo ARGUS_TUNNEL_DISCOVERY=yes >conf
meter "$in" inner.argus --tunnel inner
panoptes -X "${options[@]:1}" -F conf -r "$in" -w found.argus
check_equal "ARGUS_TUNNEL_DISCOVERY looks inside" "$(records inner.argus)" "$(records found.argus)"
rm -f found.argus
echo PANOPTES_TUNNEL=outer >>conf
panoptes -X "${options[@]:1}" -F conf -r "$in" -w found.argus
meter "$in" outer.argus
check_equal "PANOPTES_TUNNEL overrules it" "$(records outer.argus)" "$(records found.argus)"

# Two tenants with the same addresses.
python3 - "$captures/tunnel-vxlan.pcap" two.pcap <<'END'
import sys
data = open(sys.argv[1], "rb").read()
out, at, number = [data[:24]], 24, 0
while at < len(data):
    size = 16 + int.from_bytes(data[at + 8:at + 12], "little")
    record = bytearray(data[at:at + size])
    record[16 + 14 + 20 + 8 + 6] = number % 2  # the low byte of the network identifier
    out.append(bytes(record))
    at, number = at + size, number + 1
open(sys.argv[2], "wb").write(b"".join(out))
END
meter two.pcap merged.argus --tunnel inner
printf 'PANOPTES_TUNNEL=inner\nARGUS_FLOW_KEY=CLASSIC_5_TUPLE+VNI\n' >conf
rm -f apart.argus
panoptes -X "${options[@]:1}" -F conf -r two.pcap -w apart.argus
check_equal "tenants are apart with VNI in the key" "3 6" \
	"$(records merged.argus | wc -l) $(records apart.argus | wc -l)"

panoptes -X --tunnel sideways -r "$in" -w none.argus
check_equal "a choice that there is not" "2 1" "$? $(wc -l <panoptes.err)"
echo ARGUS_FLOW_KEY=MPLS+VNI >conf
panoptes -X -F conf -r "$in" -w none.argus
check_equal "labels and networks in one key" "2 1" "$? $(wc -l <panoptes.err)"
finish
