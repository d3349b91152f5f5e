#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Labels of applications, as the real clients show and use them; rules of one's own;
# rules loaded anew while packets come.
. "$(dirname "$0")/_init.sh"

have ralabel ragrep || { echo "skip - all of applications.sh (no ralabel or ragrep)"; exit 77; }
printf 'PANOPTES_APPS_CACHE=%s/cache\n' "$work" >conf

# label ARGUMENT...: the capture's records in out.argus.
label()
{
	rm -f out.argus
	panoptes -X -F conf -A -S 60 -r "$captures/applications.pcap" -w out.argus --stats "$@"
}

# labels FILE [ARGUMENT...]: port and label of each flow.
labels()
{
	local file=$1
	shift
	ra -nn -c , -L -1 -r "$file" -s sport label:250 "$@" - not man | sort
}

label
cp out.argus plain.argus
check_equal "without --apps there is none" "" "$(labels plain.argus | cut -d, -f2- | tr -d '\n')"
mkdir cache
label --apps
check "with --apps it starts" test -s out.argus
check_equal "... and labels what it knows" "41000,app=http
41001,app=http
41002,app=tls;hint=netflix
41003,app=dns
41004,app=ssh
41005,
41006," "$(labels out.argus)"
check_equal "... and counts: flows, labelled, unknown, undecided" "7 5 1 1" \
	"$(ledger apps_flows) $(ledger apps_labelled) $(ledger apps_unknown) $(ledger apps_undecided)"
check "no flow is looked at beyond what is configured" test "$(ledger apps_payloads)" -le $((8 * 7))
check_equal "... one payload of those known at once" 1 \
	"$(label --apps -- port 41000 && ledger apps_payloads)"
check_equal "nothing is unaccounted" "0 0" "$(ledger unaccounted) $(ledger records_unaccounted)"
check_equal "compiled rules are kept" 1 "$(find cache -name 'rules-*.db' | wc -l)"
label --apps
check "... and read from there" grep -q 'from the cache' panoptes.err
label --apps --workers 3
check_equal "any number of workers, the same labels" "41000,app=http 41001,app=http" \
	"$(labels out.argus | head -n 2 | tr '\n' ' ' | sed 's/ $//')"

label --apps=+all
check_equal "items" "41000,app=http;method=GET;host=www.example.org;agent=x/1%3B%20%22y%22;status=404
41001,app=http;method=POST;host=b.example.org;status=200
41003,app=dns;qname=host.example.org;rcode=0
41004,app=ssh;sshd=SSH-2.0-OpenSSH_9.2;ssh=SSH-2.0-client%201" \
	"$(labels out.argus | grep -E '^4100[0134]')"
check_equal "a ClientHello of two segments" \
	"app=tls;hint=netflix;sni=www.netflix.com;alpn=h2;tlsv=1.3;ja4=t13d0204h2" \
	"$(labels out.argus | sed -n 's/^41002,//p' | sed -E 's/(ja4=[^_]*)_[0-9a-f]{12}_[0-9a-f]{12}/\1/;s/(;ja4=[^;]*)(;tlsv=[^;]*)/\2\1/')"

# What clients do with it.
label --apps=+host
check_equal "ra -M label" 41001 "$(ra -M label='host=b\.example' -nn -L -1 -r out.argus -s sport | tr -d ' ')"
label --apps=+host -U 64
rm -f grepped.argus
ragrep -e . -M label='host=b\.example' -r out.argus -w grepped.argus
check_equal "ragrep, of a label" 41001 "$(ra -nn -L -1 -r grepped.argus -s sport - not man | tr -d ' ')"
racluster -m proto label -r out.argus -w clustered.argus
check "racluster -m label: of HTTP one cluster a host" \
	test "$(ra -nn -L -1 -r clustered.argus -s label:60 - not man | grep -c 'app=http')" -ge 1
printf 'RALABEL_ARGUS_FLOW=yes\nRALABEL_ARGUS_FLOW_FILE="%s/ralabel.flow"\n' "$work" >ralabel.conf
printf 'filter="port 41000" label="mine=1" color="red"\n' >ralabel.flow
check "ralabel adds to it" ralabel -f ralabel.conf -r out.argus -w labelled.argus
check "... and the record is still one" ra -nn -L -1 -r labelled.argus -s sport label:60

# Filters of records.
rm -f http.argus rest.argus
panoptes -X -F conf --apps -r "$captures/applications.pcap" -w http.argus 'label "app=http"' \
	-w rest.argus 'not label app and udp'
check_equal "a filter of records: part of the label" "41000 41001" \
	"$(ra -nn -L -1 -r http.argus -s sport - not man | sort | tr -d ' ' | tr '\n' ' ' | sed 's/ $//')"
check_equal "... and what has none" 41006 \
	"$(ra -nn -L -1 -r rest.argus -s sport - not man | tr -d ' ')"

# Format 5 has the same.
label --apps --format 5
check "format 5" test -s out.argus

# Rules of one's own, an alert among them.
cat >own.rules <<'EOF'
rule 1000001 any
  transport  tcp
  client     /evil/
  alert      evil-word
rule 1000002 house
  transport  udp
  client     /^u{30}\z/
EOF
label --apps --rules own.rules
check_equal "an alert's id is in the label" "app=http;alert=1000001" \
	"$(labels out.argus | sed -n 's/^41001,//p')"
check_equal "... and is counted" 1 "$(ledger apps_alerts)"
check_equal "an application of one's own" app=house "$(labels out.argus | sed -n 's/^41006,//p')"

# wrong NAME EXPECTED ARGUMENT...
wrong()
{
	local name=$1 expected=$2
	shift 2
	panoptes -X -F conf --apps -r "$captures/applications.pcap" -w /dev/null "$@" >/dev/null
	check_equal "$name: exit status" 2 $?
	check_equal "$name: one line" 1 "$(wc -l <panoptes.err)"
	check "$name: it says so" grep -qF "$expected" panoptes.err
}
printf 'rule 1 mine\n client /a/\n' >taken.rules
printf 'rule 1001 mine\n client /a/\n' >double.rules
printf 'rule 1000009 mine\n\n client   /(a/\n' >open.rules
wrong "no such file" "nothing.rules: can't be opened" --rules nothing.rules
wrong "an id twice" "double.rules:1:6: there is a rule 1001 already" --rules double.rules
wrong "a pattern that can't be compiled" "open.rules:3:11: the pattern can't be compiled: Missing close parenthesis" --rules open.rules

# Live: rules are loaded anew by a signal; no packet is lost, and wrong rules change nothing.
have ip tcpreplay python3 || { skip "reloading live" "no ip or no tcpreplay"; finish; }
space=panoptes-test-$$
ip netns add "$space" 2>/dev/null || { skip "reloading live" "no right to make a namespace"; finish; }
trap 'cleanup; ip netns del "$space"' EXIT
within() { ip netns exec "$space" "$@"; }
within sysctl -q -w net.ipv6.conf.default.disable_ipv6=1 2>/dev/null
within ip link add va type veth peer name vb && within ip link set va up && within ip link set vb up
if [ "$(id -u)" -ne 0 ]; then
	export XDG_RUNTIME_DIR=$work
fi
instance=apps-$$
tell() { "$source_root/tests/support/telemetry.py" "$instance" "$@"; }
loaded() { grep -c 'are in force' panoptes.err; }
# until_loaded COUNT: so many times rules came into force, or were refused.
until_loaded()
{
	local i
	for ((i = 0; i < 400; i++)); do
		[ "$(grep -cE 'are in force|stay as they were' panoptes.err)" -ge "$1" ] && return 0
		sleep 0.05
	done
	return 1
}
printf 'rule 1000002 first\n transport udp\n client /^u{30}\\z/\n' >own.rules
: >panoptes.err
rm -f live.argus
ip netns exec "$space" "$PANOPTES" -X -F conf --no-huge -S 60 --stats --apps --rules own.rules -i vb --kernel-capture packet \
	--name "$instance" -w live.argus 2>panoptes.err &
probe=$!
children+=("$probe")
check "live it starts" tell until rx_packets 0
within tcpreplay -q -i va --pps 400 --loop 12 "$captures/applications.pcap" >tcpreplay.out 2>&1 &
traffic=$!
check "flows of the first rules" tell until apps_labelled 3
printf 'rule 1000003 second\n transport udp\n client /^u{30}\\z/\n' >own.rules
kill -HUP "$probe"
check "rules are loaded anew" until_loaded 2
printf 'nonsense\n' >own.rules
kill -HUP "$probe"
check "wrong ones are refused" until_loaded 3
check "... in one line, and the rules stay" grep -q 'own.rules:1:1: .*; the rules stay as they were$' panoptes.err
wait "$traffic"
tell /panoptes/apps >apps
check "telemetry: flows by application" grep -q ' http$' apps
tell /panoptes/rules >rules
check "telemetry: matches by rule" grep -q '\.rule 1010$' rules
sleep 0.3
kill -TERM "$probe"
wait "$probe"
check_equal "exit status" 0 $?
check_equal "no packet was lost" "$(awk '/Successful packets/ { print $3 }' tcpreplay.out)" "$(ledger rx_packets)"
check_equal "... or unaccounted" "0 0" "$(ledger unaccounted) $(ledger records_unaccounted)"
check_equal "twice rules came into force" 2 "$(loaded)"
finish
