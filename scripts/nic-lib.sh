# SPDX-License-Identifier: BSD-3-Clause
# What nic-setup and nic-restore share: reading the machine out of /sys and /proc,
# changing it (or saying what would be changed), and remembering how it was.
#
# With PANOPTES_SYSFS_ROOT, /sys, /proc, /etc and /run are those below that
# directory, and devices are bound by writing there. Every change goes through
# write_value or run, so that --dry-run has nothing to forget.
# shellcheck shell=bash disable=SC2034

set -u -o pipefail
export LC_ALL=C
umask 022
program=$(basename "$0")
machine=${PANOPTES_SYSFS_ROOT:-}
machine=${machine%/}
sys=$machine/sys
proc=$machine/proc
pci=$sys/bus/pci
state=$machine/run/panoptes/nic-state
state_title='panoptes-nic-state 1'
boot_file=$machine/etc/tmpfiles.d/panoptes-hugepages.conf
boot_title='# written by nic-setup --persistent of panoptes; nic-restore removes it'
tool=auto
dry_run=0
error=

# Drivers whose devices DPDK shares with the kernel: they stay where they are.
bifurcated='mlx5_core mlx4_core mana'
userspace='vfio-pci igb_uio uio_pci_generic'

# fail TEXT...: what went wrong and what to do, one line.
fail() { echo "$program: $*" >&2; exit 1; }
# refuse TEXT...: what is wrong with the command line, one line.
refuse() { echo "$program: $*" >&2; exit 2; }

# is_one_of WORD LIST...
is_one_of()
{
	local word=$1 other
	shift
	# shellcheck disable=SC2048
	for other in $*; do
		[ "$word" != "$other" ] || return 0
	done
	return 1
}

# first_line FILE: its first line, nothing if it can't be read.
first_line()
{
	local line=
	[ ! -r "$1" ] || read -r line <"$1" 2>/dev/null || true
	printf '%s' "$line"
}

# run COMMAND...: 'error' says in one line why it failed.
run()
{
	if [ "$dry_run" -eq 1 ]; then
		echo "would run: $*"
		return 0
	fi
	error=$("$@" 2>&1) && return 0
	error=$(printf '%s\n' "$error" | tail -n 1)
	return 1
}

# write_value VALUE FILE: as run.
write_value()
{
	if [ "$dry_run" -eq 1 ]; then
		echo "would run: echo ${1:+$1 }> $2"
		return 0
	fi
	error=$( { printf '%s\n' "$1" | tee "$2" >/dev/null; } 2>&1 ) && return 0
	error=$(printf '%s\n' "$error" | tail -n 1)
	return 1
}

# need_root: changing a real machine takes root.
need_root()
{
	[ "$dry_run" -eq 1 ] || [ -n "$machine" ] || [ "$(id -u)" -eq 0 ] ||
		fail "needs root: run it with sudo, or with --dry-run to see what it would do"
}

# tool_choose: what binds devices. On another root there are no tools, unless one is asked for.
tool_choose()
{
	case $tool in
	auto)
		tool=sysfs
		if [ -z "$machine" ]; then
			! command -v dpdk-devbind.py >/dev/null || tool=dpdk-devbind
			! command -v driverctl >/dev/null || tool=driverctl
		fi
		;;
	driverctl)
		command -v driverctl >/dev/null || fail "--tool driverctl: it is not installed (apt-get install driverctl)"
		;;
	dpdk-devbind)
		command -v dpdk-devbind.py >/dev/null || fail "--tool dpdk-devbind: it is not installed (apt-get install dpdk)"
		;;
	sysfs) ;;
	*) refuse "--tool $tool: there are auto, driverctl, dpdk-devbind and sysfs" ;;
	esac
}

# --- devices

# is_address TEXT: a full PCI address.
is_address() { [[ $1 =~ ^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$ ]]; }

# device_of NAME: the PCI address of an address, short or long, or of an interface.
device_of()
{
	local name=${1,,} path
	[[ $name =~ ^[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$ ]] && name=0000:$name
	if is_address "$name"; then
		echo "$name"
		return 0
	fi
	[[ $1 =~ ^[A-Za-z0-9_.-]+$ ]] && [ -e "$sys/class/net/$1/device" ] || return 1
	path=$(readlink -f "$sys/class/net/$1/device")
	while [ "$path" != / ]; do
		name=$(basename "$path")
		is_address "$name" && { echo "$name"; return 0; }
		path=$(dirname "$path")
	done
	return 1
}

# network_devices: the PCI address of each, in order.
network_devices()
{
	local device
	for device in "$pci"/devices/*; do
		[[ $(first_line "$device/class") != 0x02* ]] || basename "$device"
	done
}

# link_target FILE: the last part of where a symbolic link leads; nothing without one.
link_target()
{
	[ ! -L "$1" ] || basename "$(readlink "$1")"
}

driver_of() { link_target "$pci/devices/$1/driver"; }
group_of() { link_target "$pci/devices/$1/iommu_group"; }

# interfaces_of ADDRESS: a port of virtio has its interface one folder below.
interfaces_of()
{
	local net
	for net in "$pci/devices/$1"/net/* "$pci/devices/$1"/*/net/*; do
		[ ! -e "$net" ] || basename "$net"
	done
}

# interface_is_on NAME: set up, with or without a link.
interface_is_on()
{
	local flags
	flags=$(first_line "$sys/class/net/$1/flags")
	[[ $flags =~ ^0x[0-9a-f]+$ ]] && ((flags & 1))
}

# numa_node_of ADDRESS: a number, or - where the machine doesn't say.
numa_node_of()
{
	local node
	node=$(first_line "$pci/devices/$1/numa_node")
	case $node in
	'' | -1) echo - ;;
	*) echo "$node" ;;
	esac
}

override_of()
{
	local value
	value=$(first_line "$pci/devices/$1/driver_override")
	[ "$value" = '(null)' ] || printf '%s' "$value"
}

# bind_device ADDRESS DRIVER: DRIVER none leaves it with nobody. 'error' as run.
bind_device()
{
	local device=$pci/devices/$1 now
	now=$(driver_of "$1")
	case $tool:$2 in
	driverctl:*)
		run driverctl --nosave set-override "$1" "$2" || return 1
		;;
	dpdk-devbind:none)
		run dpdk-devbind.py --force -u "$1" || return 1
		;;
	dpdk-devbind:*)
		run dpdk-devbind.py --force -b "$2" "$1" || return 1
		;;
	*)
		[ "$2" = none ] || write_value "$2" "$device/driver_override" || return 1
		[ -z "$now" ] || write_value "$1" "$pci/drivers/$now/unbind" || return 1
		[ "$2" = none ] || write_value "$1" "$pci/drivers_probe" || return 1
		;;
	esac
	[ "$dry_run" -eq 0 ] || return 0
	now=$(driver_of "$1")
	[ "${now:-none}" = "$2" ] && return 0
	error="it is with ${now:-no driver} now; the kernel log (dmesg) says why"
	return 1
}

# --- hugepages

# hugepage_folder NODE KB: where the kernel keeps the counts. NODE all: no NUMA.
hugepage_folder()
{
	if [ "$1" = all ]; then
		echo "$sys/kernel/mm/hugepages/hugepages-${2}kB"
	else
		echo "$sys/devices/system/node/node$1/hugepages/hugepages-${2}kB"
	fi
}

# nodes: the numbers of the NUMA nodes; all, where the kernel has none.
nodes()
{
	local folder found=0
	for folder in "$sys"/devices/system/node/node[0-9]*/hugepages; do
		[ -d "$folder" ] || continue
		folder=${folder%/hugepages}
		echo "${folder##*node}"
		found=1
	done
	[ "$found" -eq 1 ] || echo all
}

# --- how it was

# state_lock: one of these programs at a time.
state_lock()
{
	[ "$dry_run" -eq 0 ] || return 0
	mkdir -p "$(dirname "$state")" || fail "$(dirname "$state"): can't be made; choose another file with --state"
	exec 9>"$state.lock" || fail "$state.lock: can't be written; choose another file with --state"
	! command -v flock >/dev/null || flock -w 60 9 ||
		fail "another nic-setup or nic-restore has been at work for a minute: wait for it, or end it"
}

# state_check: refuses what isn't of these programs.
state_check()
{
	[ -e "$state" ] || return 0
	[ -r "$state" ] || fail "$state: can't be read; run it as root"
	[ "$(first_line "$state")" = "$state_title" ] ||
		fail "$state: is not what nic-setup wrote; move it away, or name another with --state"
}

# state_remember KIND KEY REST...: unless it is known already: what was before counts.
state_remember()
{
	if [ -e "$state" ] && grep -qF -- "$1 $2 " "$state"; then
		return 0
	fi
	if [ "$dry_run" -eq 1 ]; then
		echo "would remember in $state: $*"
		return 0
	fi
	[ -s "$state" ] || echo "$state_title" >"$state" || fail "$state: can't be written; nothing was changed"
	echo "$*" >>"$state" || fail "$state: can't be written; nothing more was changed"
}
