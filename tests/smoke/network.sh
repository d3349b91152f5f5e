#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Records over the network, to the real ra.
. "$(dirname "$0")/_init.sh"

capture=$captures/demo.pcap
# Few enough for a receiver's buffer, however late it is woken.
few=(-N 400)
meter "$capture" once.argus "${few[@]}"
records once.argus >once
check "there is something to send" test "$(wc -l <once)" -gt 20

# free_port: a UDP and TCP port of the loopback that nobody has.
free_port()
{
	python3 -c 'import socket
while True:
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        try:
            udp.bind(tcp.getsockname())
        except OSError:
            continue
        print(tcp.getsockname()[1])
        break'
}

# await SECONDS COMMAND...: until the command succeeds.
await()
{
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# bound PORT: a UDP socket has it.
bound() { grep -q "$(printf ':%04X ' "$1")" /proc/net/udp; }

# flows_in FILE NUMBER: it has that many flow records by now.
flows_in() { [ "$(ra -nn -r "$1" -L -1 - not man | wc -l)" -ge "$2" ]; }

# receive URL FILE: ra writes what comes there, until its end.
receive()
{
	ra -X -n -S "$1" -w "$2" >ra.out 2>&1 &
	receiver=$!
	children+=("$receiver")
}
receive_end()
{
	kill -INT "$receiver" 2>/dev/null
	wait "$receiver"
}

port=$(free_port)
receive "argus-udp://127.0.0.1:$port" udp.argus
check "udp: ra listens" await 20 bound "$port"
panoptes "${options[@]}" "${few[@]}" -r "$capture" -w "argus-udp://127.0.0.1:$port" -w beside.argus --stats
check_equal "udp: exit status" 0 $?
check_equal "udp: the ledger balances, nothing lost" "0 0" "$(ledger records_unaccounted) $(ledger records_lost)"
check "udp: ra has got all" await 20 flows_in udp.argus "$(wc -l <once)"
receive_end
check_equal "udp: the records are those of a file" "$(cat once)" "$(records udp.argus)"
check_equal "udp: ... and the file beside has them too" "$(cat once)" "$(records beside.argus)"

port=$(free_port)
panoptes "${options[@]}" "${few[@]}" -r "$capture" -w "argus-udp://127.0.0.1:$port" --stats
status=$?
lost=$(ledger records_lost)
check_equal "udp to nobody: what the kernel refused is accounted for" 0 "$(ledger records_unaccounted)"
check_equal "... and decides on the exit status" "$([ "$lost" -eq 0 ]; echo $?)" "$status"
# A collector: writes to a file what the first who connects sends.
collect()
{
	python3 - "$1" "$2" <<'END' &
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    server.settimeout(60)
    peer, _ = server.accept()
    with peer, open(sys.argv[2], "wb") as out:
        peer.settimeout(60)
        while data := peer.recv(65536):
            out.write(data)
            out.flush()
END
	receiver=$!
	children+=("$receiver")
}
listening() { grep -q "$(printf ':%04X 00000000:0000 0A' "$1")" /proc/net/tcp; }

port=$(free_port)
collect "$port" tcp.argus
check "tcp: the collector listens" await 20 listening "$port"
panoptes "${options[@]}" -r "$capture" -w "argus-tcp://127.0.0.1:$port" --stats
check_equal "tcp: exit status" 0 $?
check_equal "... the ledger balances, nothing lost" "0 0" "$(ledger records_unaccounted) $(ledger records_lost)"
wait "$receiver"
meter "$capture" all.argus
check_equal "tcp: the records are those of a file" "$(records all.argus)" "$(records tcp.argus)"
check_equal "tcp: from START to STOP" "STA STP" \
	"$(ra -nn -r tcp.argus -L -1 -s state - man | tr -d ' ' | paste -sd ' ')"

port=$(free_port)
panoptes "${options[@]}" -r "$capture" -w "argus-tcp://127.0.0.1:$port" --stats
check_equal "tcp to nobody, without a spool: exit status" 1 $?
check_equal "... all is lost, and accounted for" "$(ledger records_received) 0" \
	"$(ledger records_lost) $(ledger records_unaccounted)"
panoptes "${options[@]}" -r "$capture" -w "argus-tcp://127.0.0.1:$port" --spool spool --stats
check_equal "tcp to nobody, with a spool: exit status" 0 $?
check_equal "... all is kept, and accounted for" "$(ledger records_received) 0 0" \
	"$(ledger records_spooled) $(ledger records_lost) $(ledger records_unaccounted)"
check "... which a line says" grep -q "are kept in the spool" panoptes.err
cat spool/*.argus >spooled.argus
check_equal "... and ra reads" "$(records all.argus)" "$(records spooled.argus)"
kept=$(ledger records_spooled)
collect "$port" late.argus
check "tcp: the collector is back" await 20 listening "$port"
panoptes "${options[@]}" -r "$capture" -w "argus-tcp://127.0.0.1:$port" --spool spool --stats
check_equal "tcp, the next run: what was kept is sent, and what is new" "$kept $kept 0 0" \
	"$(ledger records_replayed) $(ledger records_written) $(ledger records_spooled) $(ledger records_unaccounted)"
wait "$receiver"
check_equal "... and has arrived" "$((2 * kept))" "$(records late.argus | wc -l)"
check_equal "... nothing is left" 0 "$(find spool -name '*.argus' | wc -l)"
panoptes "${options[@]}" -r "$capture" -w x.argus --spool spool
check_equal "a spool that no output uses: refused" 2 $?
finish
