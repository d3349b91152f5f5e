#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Life in the background, on a port that never has a packet: start, pid file, a
# second instance, signals, another user, a jail.
. "$(dirname "$0")/_init.sh"

live=(-X --no-huge -i net_ring0)
printf 'ARGUS_SET_PID=yes\nARGUS_PID_PATH=%s\n' "$work" >pid.conf
pid_file=$work/panoptes.net_ring0.0.pid

# until_ COMMAND...: waits for it to succeed, ten seconds at most.
until_()
{
	local i
	for ((i = 0; i < 200; i++)); do
		"$@" && return 0
		sleep 0.05
	done
	return 1
}
gone() { ! kill -0 "$1" 2>/dev/null; }
states() { ra -r "$1" -L -1 -s state - man | tr -d ' ' | tr '\n' ' '; }

panoptes "${live[@]}" -F pid.conf -w d.argus -d
check_equal "-d: exit status of the parent" 0 $?
pid=$(cat "$pid_file" 2>/dev/null)
children+=("$pid")
check "-d: the pid file names a process" kill -0 "$pid"
check_equal "-d: it is panoptes" panoptes "$(cat "/proc/$pid/comm")"
check_equal "-d: a session of its own" "$pid" "$(ps -o sid= -p "$pid" | tr -d ' ')"
check_equal "-d: standard streams are closed" "/dev/null /dev/null /dev/null" \
	"$(readlink "/proc/$pid/fd/0" "/proc/$pid/fd/1" "/proc/$pid/fd/2" | tr '\n' ' ' | sed 's/ $//')"
panoptes "${live[@]}" -F pid.conf -w second.argus -d
check_equal "a second instance: exit status" 1 $?
check "a second instance: says which process runs" grep -q "running already, as process $pid\$" panoptes.err
check_equal "a second instance: one line" 1 "$(wc -l <panoptes.err)"
check "the first one is not disturbed" kill -0 "$pid"
check "... nor its pid file" test -f "$pid_file"
kill -USR1 "$pid"
kill -USR2 "$pid"
kill -TERM "$pid"
check "SIGTERM ends it" until_ gone "$pid"
check "the pid file is gone" test ! -e "$pid_file"
check_equal "first and last record are of the probe itself" "STA STP " "$(states d.argus)"

# What a crash left is no hindrance.
echo 999999 >"$pid_file"
panoptes "${live[@]}" -F pid.conf -w d.argus -d
check_equal "after a crash: it starts" 0 $?
pid=$(cat "$pid_file")
children+=("$pid")
kill -HUP "$pid"
check "SIGHUP ends it, as argus" until_ gone "$pid"

panoptes -X -i nonesuch0 -w d.argus -d
check_equal "a start that fails: exit status" 2 $?
check "... and is told at the terminal" grep -q nonesuch0 panoptes.err
panoptes "${live[@]}" -w /nonesuch/d.argus -d
check_equal "an output that can't be: exit status" 1 $?
check "... is told" grep -q /nonesuch/d.argus panoptes.err

# In the foreground, by -d on top of the file's ARGUS_DAEMON=yes.
echo ARGUS_DAEMON=yes >>pid.conf
"$PANOPTES" "${live[@]}" -F pid.conf -d -w f.argus 2>panoptes.err &
pid=$!
children+=("$pid")
check "-d turns ARGUS_DAEMON=yes round: it stays" until_ test -s f.argus
check "... without a pid file" test ! -e "$pid_file"
kill -INT "$pid"
wait "$pid"
check_equal "SIGINT: exit status" 0 $?

if [ "$(id -u)" -ne 0 ]; then
	skip "a jail and another user" "not root"
	finish
fi
# the search for leaks needs /proc, which a jail has not
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
mkdir jail
chmod 777 jail
chmod 755 "$work"
"$PANOPTES" "${live[@]}" -c "$work/jail" -u nobody -w in.argus 2>panoptes.err &
pid=$!
children+=("$pid")
check "-c: the output is in the jail" until_ test -s jail/in.argus
check_equal "-c: / is the jail" "$work/jail" "$(readlink "/proc/$pid/root")"
check "-u: it runs as nobody" \
	until_ sh -c "[ \"\$(ps -o user= -p $pid | tr -d ' ')\" = nobody ]"
kill -TERM "$pid"
wait "$pid"
check_equal "-c: exit status" 0 $?
check_equal "-c: the last record is there" "STA STP " "$(states jail/in.argus)"
# In the background and in a jail that has neither /dev/null nor /dev/log: the terminal is let go
# of, and lines still come to syslog. /dev is made of files, in a mount namespace of its own.
if ! have python3 || ! unshare -m true 2>/dev/null; then
	skip "a jail in the background" "no python3, or no right to a mount namespace"
	finish
fi
mkdir dev cell
chmod 777 cell
touch dev/null dev/urandom
python3 - dev/log syslog.lines <<'END' &
import socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log, open(sys.argv[2], "wb") as out:
    log.bind(sys.argv[1])
    log.settimeout(120)
    while True:
        out.write(log.recv(4096) + b"\n")
        out.flush()
END
children+=($!)
check "a system's log" until_ test -S dev/log
cat >cell.sh <<'END'
mount --bind /dev/null dev/null && mount --bind /dev/urandom dev/urandom && mount --rbind dev /dev || exit 9
exec "$@"
END
port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
timeout 60 unshare -m sh cell.sh "$PANOPTES" "${live[@]}" -F pid.conf -c "$work/cell" -u nobody -P "$port" -w in.argus \
	>panoptes.err 2>&1
check_equal "-d -c: exit status of the parent" 0 $?
pid=$(cat "$pid_file")
children+=("$pid")
check_equal "-d -c: standard streams are closed" "/null /null /null" \
	"$(readlink "/proc/$pid/fd/0" "/proc/$pid/fd/1" "/proc/$pid/fd/2" | sed 's/.*\(.null\)$/\1/' |
		tr '\n' ' ' | sed 's/ $//')"
python3 - "$port" <<'END'
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as probe:
    probe.recv(128)
    probe.sendall(b"hello\nSTART: ")
    probe.settimeout(1)
    try:
        probe.recv(128)
    except TimeoutError:
        pass
END
check "-d -c: its lines are in the system's log" until_ grep -q 'panoptes\[.*no request' syslog.lines
kill -TERM "$pid"
check "-d -c: it ends" until_ gone "$pid"
check "-u: the pid file that could not be removed names nobody" test ! -s "$pid_file"
finish
