#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# -C: of control-plane flows all user data is kept, of others what -U says.
. "$(dirname "$0")/_init.sh"

# data FIELD FILTER...: the bytes that ra shows of the records, in order.
data()
{
	local field=$1
	shift
	ra -nn -L -1 -M printer=hex -r out.argus -s "$field:33000" - "$@" |
		awk -F'\t' '$1 ~ /^ *0x/ { gsub(/[^0-9a-f]/, "", $2); printf "%s", $2 }' |
		python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))'
}

# What the generator made: letters from a place on.
python3 -c "
import sys
sys.path.insert(0, '$source_root/tests/support')
from differences import letters
for start, size in ((0, 16), (0, 500), (0, 700), (0, 5600), (0, 100000), (100, 16), (100, 900)):
    open('made.%d.%d' % (start, size), 'wb').write(letters(start, size))"
made() { cat "made.$1.$2"; }

# run CAPTURE ARGUMENT...
run()
{
	local capture=$1
	shift
	rm -f out.argus
	panoptes "$@" -r "$captures/$capture.pcap" -w out.argus --stats
}

for workers in 1 3; do
	check "option -C, $workers workers" run control-plane -X -C -U 16 --workers "$workers"
	for port in 6633 179; do
		check_equal "TCP port $port: all of both directions, $workers workers" \
			"$(made 0 5600) $(made 100 900)" \
			"$(data suser tcp and port $port) $(data duser tcp and port $port)"
	done
	check_equal "DNS: question and answer are whole, $workers workers" "151,167" \
		"$(data suser udp | wc -c),$(data duser udp | wc -c)"
	check_equal "no IP: all, $workers workers" "$(made 0 500)" "$(data suser not ip and not arp)"
	check_equal "OSPF: all, $workers workers" "$(made 0 700)" "$(data suser proto 89)"
	check_equal "the web: what -U says, $workers workers" "$(made 0 16) $(made 100 16)" \
		"$(data suser tcp and port 80) $(data duser tcp and port 80)"
	check_equal "nothing of it was cut, $workers workers" "0 0" \
		"$(ledger control_cut) $(ledger unaccounted)"
done

run control-plane -X -C
check_equal "without -U others have none" "" "$(data suser tcp and port 80)"
echo ARGUS_CAPTURE_FULL_CONTROL_DATA=yes >conf
run control-plane -X -F conf
check_equal "ARGUS_CAPTURE_FULL_CONTROL_DATA" "$(made 0 5600)" "$(data suser tcp and port 6633)"
run control-plane -X -U 16
check_equal "without -C all have what -U says" "$(made 0 16)" "$(data suser tcp and port 6633)"

# Which protocols is the operator's choice.
for list in "tcp:80" "80" "http" "ip:89,tcp:http"; do
	printf 'ARGUS_CAPTURE_FULL_CONTROL_DATA=yes\nARGUS_CONTROLPLANE_PROTO="%s"\n' "$list" >conf
	[ "${list%http}" = "$list" ] || getent services http >/dev/null ||
		{ skip "ARGUS_CONTROLPLANE_PROTO=$list" "no services file"; continue; }
	run control-plane -X -F conf -U 16
	check_equal "ARGUS_CONTROLPLANE_PROTO=$list" "$(made 0 5600) $(made 0 16)" \
		"$(data suser tcp and port 80) $(data suser tcp and port 6633)"
done
printf 'ARGUS_CONTROLPLANE_PROTO="udp:80"\nARGUS_CAPTURE_FULL_CONTROL_DATA=yes\n' >conf
run control-plane -X -F conf -U 16
check_equal "udp: is not tcp:" "$(made 0 16)" "$(data suser tcp and port 80)"
echo 'ARGUS_CONTROLPLANE_PROTO="nobodys-service"' >conf
run control-plane -X -F conf
check_equal "an unknown service: exit status" 2 $?
check_equal "an unknown service: one line" 1 "$(grep -c . panoptes.err)"

# More than a record has room for: cut into several, nothing missing.
run control-plane-large -X -C
check_equal "a hundred thousand bytes: all of them" "$(made 0 100000 | cksum)" \
	"$(data suser tcp | cksum)"
check_equal "in as many records as it takes" 4 "$(ra -nn -L -1 -r out.argus - tcp | wc -l)"
check_equal "of one flow" 1 "$(ra -nn -L -1 -r out.argus -s seq - tcp | sort -u | wc -l)"
finish
