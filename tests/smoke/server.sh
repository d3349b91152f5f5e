#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Clients fetch records from the probe: argus's own, with filters, through radium, many at a time,
# one that is stopped, and such as are none.
. "$(dirname "$0")/_init.sh"

capture=$captures/mix.pcap
meter "$capture" all.argus
packets=$(ledger rx_packets)
wanted=$(ra -n -r all.argus -L -1 - not man | wc -l)

# A port of this host that is free.
free_port()
{
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# until_true COMMAND...: within half a minute.
until_true()
{
	for _ in {1..600}; do
		"$@" && return 0
		sleep 0.05
	done
	return 1
}

# serve ARGUMENT...: the probe in the background with clients at $port; it says so once they may come.
serve()
{
	port=$(free_port)
	: >panoptes.err # what the one before said must not be taken for this one's
	"$PANOPTES" "${options[@]}" -P "$port" --stats "$@" 2>panoptes.err &
	probe=$!
	children+=("$probe")
	until_true grep -q "clients may come in at" panoptes.err
}

# client OUT [EXPRESSION]: a client in the background, its records in OUT.
client()
{
	local out=$1
	shift
	timeout -k 1 100 ra -n -u -p 6 -c , -S "127.0.0.1:$port" -L -1 -s proto saddr sport daddr dport spkts dpkts sbytes dbytes state \
		- "$@" >"$out.lines" 2>"$out.err" &
	clients+=($!)
	children+=($!)
}

# started N: so many clients get records.
started() { [ "$(grep -c 'gets records' panoptes.err)" -ge "$1" ]; }

# lines FILE [EXPRESSION]: what ra itself selects.
lines()
{
	local file=$1
	shift
	ra -n -u -p 6 -c , -r "$file" -L -1 -s proto saddr sport daddr dport spkts dpkts sbytes dbytes state \
		- "$@" | grep -v '^man' | sort
}
got() { grep -v '^man' "$1.lines" | sort; }

# A capture waits for the first client, which gets all of it.
clients=()
serve -r "$capture"
check "clients are told where: this host alone" grep -q "this host alone" panoptes.err
client one
wait "$probe"
check_equal "one client: exit status of the probe" 0 $?
wait "${clients[@]}"
check_equal "one client: all records" "$(lines all.argus)" "$(got one)"
check_equal "one client: none is lost" "$wanted $wanted 0 0" "$(ledger client_records_offered) $(
	ledger client_records_written) $(ledger client_records_lost) $(ledger records_unaccounted)"
check "one client: a STOP MAR at the end" grep -q '^man.*STP' one.lines

# A filter is applied by the probe.
clients=()
serve -r "$capture"
client filtered "udp and port 53"
wait "$probe" "${clients[@]}"
check_equal "a filter: its records" "$(lines all.argus "udp and port 53")" "$(got filtered)"
check_equal "a filter: applied by the probe" "$wanted 0" "$((
	$(ledger client_records_written) + $(ledger client_records_filtered))) $(ledger client_records_lost)"
check "a filter: it leaves some out" test "$(ledger client_records_filtered)" -gt 0

# Clients that come before the records do, to a capture that grows.
head -c 24 "$capture" >growing.pcap
clients=()
serve -f -N "$packets" -r growing.pcap
expressions=("" tcp udp icmp "arp or rarp" "not tcp" "src port 53" "dst port 80" "port 22" ip ipv6 "tcp or udp")
for i in "${!expressions[@]}"; do
	client "many$i" ${expressions[i]:+"${expressions[i]}"}
done
client stopped
check "many clients: all are served" until_true started 13
stopped=$(pgrep -P "${clients[-1]}") # of timeout it is the child that is a client
kill -STOP "$stopped"
timeout -k 1 100 ra -n -S "127.0.0.1:$port" -L -1 >again.lines 2>&1 &
again=$!
children+=("$again")
check "many clients: another one comes" until_true started 14
kill "$again"
check "... and goes" until_true grep -q "closed" panoptes.err
tail -c +25 "$capture" >>growing.pcap # the last of its packets ends the run
wait "$probe"
check_equal "many clients: exit status" 0 $?
kill -CONT "$stopped"
wait "${clients[@]}"
for i in "${!expressions[@]}"; do
	check_equal "many clients: ${expressions[i]:-all}" "$(lines all.argus ${expressions[i]:+"${expressions[i]}"})" "$(got "many$i")"
done
check_equal "many clients: every record is accounted for" "0 14" "$(ledger records_unaccounted) $(ledger clients)"

# radium, between the probe and a client.
if have radium; then
	serve -r "$capture"
	timeout -k 1 100 radium -X -S "127.0.0.1:$port" -w collected.argus >radium.out 2>&1 &
	radium=$!
	children+=("$radium")
	wait "$probe"
	relayed() { [ "$(ra -n -r collected.argus -L -1 - not man 2>/dev/null | wc -l)" -ge "$wanted" ]; }
	until_true relayed
	# it writes RARP's addresses anew
	check_equal "radium: passes every record on" "$(records all.argus | grep -v rarp)" \
		"$(records collected.argus | grep -v rarp)"
	kill "$radium"
	wait "$radium"
else
	skip "radium: passes every record on" "not installed"
fi

# rabins and rasplit take their records from the socket as from a file.
serve -r "$capture"
timeout -k 1 60 rabins -n -c , -L -1 -M time 60s -B 1s -m proto -S "127.0.0.1:$port" -s pkts - ip >bins.lines 2>/dev/null &
children+=($!) bins=$!
wait "$probe" "$bins"
check_equal "rabins: bins keep the packets" "$(ra -n -c , -L -1 -r all.argus -s pkts - ip | awk '{ n += $1 } END { print n }')" \
	"$(awk '{ n += $1 } END { print n }' bins.lines)"
serve -r "$capture"
timeout -k 1 60 rasplit -S "127.0.0.1:$port" -M time 1h -w 'split/a.%Y.%m.%d.%H' >/dev/null 2>&1 &
children+=($!) split=$!
wait "$probe" "$split"
check_equal "rasplit: the parts add up" "$(totals all.argus)" \
	"$(find split -type f -exec cat {} + >split.argus; totals split.argus)"

# What is no client.
serve -f -r growing.pcap
python3 - "$port" <<'END'
import socket, sys
port = int(sys.argv[1])

def talk(data, count=4096):
    s = socket.create_connection(("127.0.0.1", port), 10)
    got = b""
    while len(got) < 128:
        got += s.recv(128 - len(got))
    s.sendall(data)
    answer = b""
    while len(answer) < count:
        more = s.recv(count - len(answer))
        if not more:
            break
        answer += more
    s.close()
    return answer

def is_true(name, value):
    print(("ok - " if value else "not ok - ") + name)

is_true("a wrong filter: SY", talk(b"FILTER: prt 80") == b"SY")
is_true("a filter without end: OK", talk(b"FILTER: udp", 2) == b"OK")
is_true("a filter that never ends: SY", talk(b"FILTER: " + b"(" * 8000, 2) == b"SY")
is_true("DONE: closed", talk(b"DONE: ") == b"")
is_true("nonsense, then a filter: OK", talk(b"GET / HTTP/1.1\r\n\r\nFILTER: tcp\n", 2) == b"OK")
END
check "what is no client: the probe goes on" kill -0 "$probe"
kill -TERM "$probe"
wait "$probe"
check_equal "what is no client: exit status" 0 $?

# Who may not come in.
echo 'PANOPTES_CLIENT_DENY=127.0.0.0/8' >deny.conf
serve -F deny.conf -f -r growing.pcap
ra -n -S "127.0.0.1:$port" -L -1 >/dev/null 2>denied.err
check "a denied address: refused" until_true grep -q "refused by PANOPTES_CLIENT" panoptes.err
kill -TERM "$probe"
wait "$probe"
check_equal "a denied address: it is counted" 1 "$(ledger clients_refused)"

# The port is taken.
serve -f -r growing.pcap
panoptes -X -P "$port" -r growing.pcap 2>/dev/null
check_equal "a port that is taken: exit status" 1 $?
check "a port that is taken: says so" grep -q "127.0.0.1 port $port: Address already in use" panoptes.err
kill -TERM "$probe"
wait "$probe"
finish
