#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Outputs of a live probe in trouble: a full disk that has room again, a collector
# that is not there yet, a port that another probe has. The rest goes on.
. "$(dirname "$0")/_init.sh"

have python3 prlimit || { echo "skip - all of live_outputs.sh (no python3 or no prlimit)"; exit 77; }
[ "$(id -u)" -eq 0 ] || export XDG_RUNTIME_DIR=$work
instance=outputs-$$
tell() { "$source_root/tests/support/telemetry.py" "$instance" "$@"; }
value() { tell "/panoptes/$1" | awk -v key="$2" '$1 == key { print $2 }'; }
free_port()
{
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}
port=$(free_port) away=$(free_port)
device="net_pcap0,rx_pcap=$captures/demo.pcap,infinite_rx=1"
starts() { ra -r "$1" -L -1 -s state - man | grep -c STA; }
# until_said WORDS: they are among the probe's lines.
until_said()
{
	local i
	for ((i = 0; i < 400; i++)); do
		grep -q -- "$1" panoptes.err && return 0
		sleep 0.05
	done
	return 1
}

"$PANOPTES" -X --no-huge --stats --name "$instance" -S 1 -P "$port" -w all.argus -w beside.argus \
	-w "argus-tcp://127.0.0.1:$away" -i "$device" 2>panoptes.err &
probe=$!
children+=("$probe")
check "it runs" tell until records_written 200

# The same again, by mistake.
timeout 60 "$PANOPTES" -X --no-huge -P "$port" -w all.argus -i "$device" 2>second.err
check_equal "a second probe on the port: exit status" 1 $?
check_equal "... one line says why" \
	"panoptes: can't listen at 127.0.0.1 port $port: Address already in use" "$(grep -v ' descriptors,' second.err)"
check_equal "... and nothing of it is in the other one's file" 1 "$(starts all.argus)"

# The limit stands for a full disk: for one file, as the other has less in it.
: >beside.argus
prlimit --pid "$probe" --fsize="$(stat -c %s all.argus)":unlimited
check "a full disk is told of" until_said "output all.argus: File too large: records are lost until it is over"
lost=$(value outputs 0.records_lost)
check "clients still get records" sh -c "timeout 20 ra -n -S 127.0.0.1:$port -N 20 -s saddr | grep -q ."
prlimit --pid "$probe" --fsize=unlimited:unlimited
check "... and its end" until_said "output all.argus: it gets records again; [1-9]"
written=$(value ledger records_written)
check "records are written again" tell until records_written $((written + 100))
check "... some were lost" test "$(value outputs 0.records_lost)" -ge "$lost"

# The collector that was not there from the start.
check "a collector that is away is told of" until_said "output argus-tcp://127.0.0.1:$away: .*it is tried again"
check_equal "... once" 1 "$(grep -c 'it is tried again' panoptes.err)"
socat_like()
{
	python3 - "$away" <<'END' &
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    peer, _ = server.accept()
    with peer, open("tcp.argus", "wb") as out:
        while data := peer.recv(65536):
            out.write(data)
            out.flush()
END
	children+=($!)
}
socat_like
check "... and told of when it comes" until_said "output argus-tcp://127.0.0.1:$away: connected"
kill -TERM "$probe"
wait "$probe"
check_equal "records were lost: exit status" 1 $?
check "... a line says how many" grep -q "output all.argus: File too large: [0-9]* records lost" panoptes.err
check_equal "nothing unaccounted" "0 0" "$(ledger unaccounted) $(ledger records_unaccounted)"
check_equal "the file that was full is readable, from START to STOP" "STA STP" \
	"$(ra -r all.argus -L -1 -s state - man | tr -d ' ' | grep -v CON | paste -sd ' ')"
check "what the collector got is readable" ra -r tcp.argus -N 10 -s saddr
finish
