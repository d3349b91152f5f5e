# SPDX-License-Identifier: BSD-3-Clause
# Common to the scripts of this folder: where the tree is, what it needs
# installed, and steps that show progress and explain themselves when they fail.
# shellcheck shell=bash disable=SC2034

set -u -o pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
export LC_ALL=C.UTF-8
jobs=${JOBS:-$(nproc)}
logs=$root/build-logs

# To build and to see flows.
packages_build=(gcc libc6-dev cmake ninja-build pkg-config libdpdk-dev libhyperscan-dev libcap-dev libssl-dev
	libnuma-dev libpcap-dev libjansson-dev zlib1g-dev libzstd-dev libwrap0-dev python3 argus-client)
# To run every test besides.
packages_check=(clang clang-format clang-tidy llvm libclang-rt-14-dev libcmocka-dev
	tcpdump tshark gzip zstd procps groff-base libxml2-utils iproute2 tcpreplay softflowd shellcheck)
# What the reference argus needs to run; the program itself is unpacked beside
# the tests, as its package would start a daemon.
packages_reference=(libwrap0)

# packages_missing NAME...: those that are not installed.
packages_missing()
{
	local name
	for name in "$@"; do
		dpkg-query -W -f='${db:Status-Abbrev}' "$name" 2>/dev/null | grep -q '^ii' ||
			echo "$name"
	done
}

# packages_install NAME...: installs what is missing; nothing to do needs no apt and no root.
packages_install()
{
	local missing
	command -v dpkg-query >/dev/null ||
		{ echo "this is not a Debian system: install by hand what is like: $*"; return 1; }
	mapfile -t missing < <(packages_missing "$@")
	[ "${#missing[@]}" -eq 0 ] && { echo "all installed"; return 0; }
	if [ "$(id -u)" -ne 0 ]; then
		echo "missing: ${missing[*]}"
		echo "as root: apt-get install --no-install-recommends ${missing[*]}"
		return 1
	fi
	echo "installing: ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q &&
		apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# step_run TITLE HINT COMMAND...: one line a step, a dot each ten seconds, the tail of
# its log and the hint when it fails. The whole output is kept in $logs.
step_number=0
step_log=
step_run()
{
	local title=$1 hint=$2 pid began=$SECONDS status
	shift 2
	step_number=$((step_number + 1))
	mkdir -p "$logs"
	step_log=$logs/$(printf '%02d' "$step_number")-$(echo "$title" | tr -cs 'A-Za-z0-9\n' '-' | sed 's/-*$//').log
	printf '[%2d] %s ' "$step_number" "$title"
	"$@" >"$step_log" 2>&1 </dev/null &
	pid=$!
	# shellcheck disable=SC2064
	trap "kill $pid 2>/dev/null; exit 130" INT TERM
	while kill -0 "$pid" 2>/dev/null; do
		for _ in {1..100}; do
			sleep 0.1
			kill -0 "$pid" 2>/dev/null || break 2
		done
		printf .
	done
	wait "$pid"
	status=$?
	trap - INT TERM
	if [ "$status" -eq 0 ]; then
		printf ' ok (%d s)\n' $((SECONDS - began))
	else
		printf ' FAILED (%d s)\n' $((SECONDS - began))
		tail -n 25 "$step_log" | sed 's/^/     | /'
		printf '     what failed:  %s (exit status %d)\n' "$title" "$status"
		printf '     what to do:   %s\n' "$hint"
		printf '     all of it:    %s\n' "$step_log"
	fi
	return "$status"
}

# build PRESET [TARGET...]
build()
{
	local preset=$1
	shift
	cmake --preset "$preset" && cmake --build --preset "$preset" -j "$jobs" ${1:+--target "$@"}
}
