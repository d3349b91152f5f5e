# SPDX-License-Identifier: BSD-3-Clause
# For tests with live traffic: a network namespace of its own with a veth pair, va and
# vb; captures are replayed into vb, the probe listens to va. To be sourced behind _init.sh.
# shellcheck shell=bash disable=SC2154
script=$(basename "$0")
have ip tcpreplay || { echo "skip - all of $script (no ip or no tcpreplay)"; exit 77; }
space=panoptes-test-$$
ip netns add "$space" 2>/dev/null ||
	{ echo "skip - all of $script (no right to make a network namespace)"; exit 77; }
trap 'cleanup; ip netns del "$space"' EXIT
within() { ip netns exec "$space" "$@"; }

# pair A B: a veth pair; nobody speaks on it but the test.
pair()
{
	within ip link add "$1" type veth peer name "$2" || return 1
	within sysctl -q -w "net.ipv6.conf.$1.disable_ipv6=1" "net.ipv6.conf.$2.disable_ipv6=1" 2>/dev/null
	within ip link set "$1" up
	within ip link set "$2" up
}
within sysctl -q -w net.ipv6.conf.default.disable_ipv6=1 2>/dev/null
check "a veth pair" pair va vb

# listen OUT ARGUMENT...: starts the probe and waits until it has opened its output.
listen()
{
	local out=$1 i
	shift
	rm -f "$out"
	ip netns exec "$space" "$PANOPTES" "${options[@]}" --no-huge --stats -w "$out" "$@" 2>panoptes.err &
	probe=$!
	children+=("$probe")
	for ((i = 0; i < 200; i++)); do
		[ -s "$out" ] && return 0
		kill -0 "$probe" 2>/dev/null || return 1
		sleep 0.05
	done
	return 1
}

# stop: ends the probe in good order; what waits in its queues is still counted.
stop()
{
	sleep 0.2
	kill -TERM "$probe"
	wait "$probe"
	# shellcheck disable=SC2034
	status=$?
}

replay() { within tcpreplay -q -i "$1" --pps "${pps:-4000}" "$2" >tcpreplay.out 2>&1; }
sent() { awk '/Successful packets/ { print $3 }' tcpreplay.out; }
