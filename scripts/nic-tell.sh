# SPDX-License-Identifier: BSD-3-Clause
# What nic-setup tells without changing anything: the devices, and advice.
# shellcheck shell=bash disable=SC2154

# --- status

# link_of INTERFACE: "up 10000M", "down".
link_of()
{
	local speed carrier
	if ! interface_is_on "$1"; then
		echo off
		return
	fi
	carrier=$(first_line "$sys/class/net/$1/carrier")
	speed=$(first_line "$sys/class/net/$1/speed")
	if [ "$carrier" != 1 ]; then
		echo down
	elif [[ $speed =~ ^[1-9][0-9]*$ ]]; then
		echo "up ${speed}M"
	else
		echo up
	fi
}

# holder_of DRIVER
holder_of()
{
	if [ -z "$1" ]; then
		echo nobody
	elif is_one_of "$1" "$userspace"; then
		echo DPDK
	elif is_one_of "$1" "$bifurcated"; then
		echo "kernel, shared with DPDK"
	else
		echo kernel
	fi
}

status_device()
{
	local driver names name shown link=- remark
	driver=$(driver_of "$1")
	names=$(interfaces_of "$1" | paste -sd' ' -)
	for name in $names; do
		link=$(link_of "$name")
		break
	done
	shown=${names// /,}
	remark=$(awk -v a="$1" '$1 == a { $1 = $2 = ""; sub(/^ +/, ""); r = r ", " $0 } END { print r }' <<<"$needed")
	printf '%-13s %-4s %-12s %-12s %-11s %s\n' "$1" "$(numa_node_of "$1")" "${driver:--}" \
		"${shown:--}" "$link" "$(holder_of "$driver")$remark"
}

status()
{
	local address node folder groups
	needed=$(needed_devices)
	printf '%-13s %-4s %-12s %-12s %-11s %s\n' DEVICE NODE DRIVER INTERFACE LINK 'BOUND TO'
	for address in $(network_devices); do
		status_device "$address"
	done
	for node in $(nodes); do
		for folder in "$(hugepage_folder "$node" 2048)" "$(hugepage_folder "$node" 1048576)"; do
			[ -d "$folder" ] || continue
			printf 'hugepages of node %s: %s of %s kB, %s free\n' "$node" \
				"$(first_line "$folder/nr_hugepages")" "${folder##*hugepages-}" \
				"$(first_line "$folder/free_hugepages")"
		done
	done | sed 's/ of \([0-9]*\)kB kB/ of \1 kB/'
	# vfio makes groups up where it does without an IOMMU
	groups=$(($(find "$sys/kernel/iommu_groups" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l) - \
		$(cat "$sys"/kernel/iommu_groups/*/name 2>/dev/null | grep -c vfio-noiommu)))
	if [ "$groups" -gt 0 ]; then
		echo "IOMMU: on, $groups groups"
	else
		echo "IOMMU: none (vfio-pci takes --no-iommu then)"
	fi
	[ ! -s "$state" ] || echo "to be restored: $(($(wc -l <"$state") - 1)) changes in $state"
}

# --- advice

# say ok|advice TOPIC TEXT...
say()
{
	local verdict=$1 topic=$2
	shift 2
	printf '%-7s %-10s %s\n' "$verdict" "$topic" "$*"
}

# The CPUs of the node of each network device: there the workers belong.
advise_node()
{
	local address node isolated
	isolated=$(first_line "$sys/devices/system/cpu/isolated")
	for address in $(network_devices); do
		node=$(numa_node_of "$address")
		[ "$node" != - ] ||
			{ say ok node "$address: the machine names no NUMA node for it: any CPU will do"; continue; }
		say ok node "$address: is on node $node, CPUs $(first_line "$sys/devices/system/node/node$node/cpulist"): run the probe there"
	done
	if [ -n "$isolated" ]; then
		say ok isolation "CPUs $isolated are isolated from the scheduler"
	else
		say advice isolation "no CPU is isolated: leave CPU 0 to the system and put the others of the card's node, e.g. 2-7, on the kernel's command line: isolcpus=managed_irq,domain,2-7 nohz_full=2-7 rcu_nocbs=2-7 irqaffinity=0-1"
	fi
}

advise_speed()
{
	local governors boost
	governors=$(cat "$sys"/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor 2>/dev/null | sort -u | paste -sd' ' -)
	case $governors in
	'') say ok governor "the kernel doesn't set the clock speed here (a guest, or firmware does)" ;;
	performance) say ok governor "performance on all CPUs" ;;
	*) say advice governor "$governors: cpupower frequency-set -g performance" ;;
	esac
	boost=$(first_line "$sys/devices/system/cpu/cpufreq/boost")
	[ "$(first_line "$sys/devices/system/cpu/intel_pstate/no_turbo")" != 0 ] || boost=1
	[ "$boost" != 1 ] ||
		say advice turbo "on: leave it for speed; for figures that can be compared: echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo, or echo 0 > /sys/devices/system/cpu/cpufreq/boost"
	[ "$(first_line "$sys/devices/system/cpu/smt/active")" != 1 ] ||
		say advice threads "hyper-threads are on: give two workers two cores, not the two threads of one (lscpu -e)"
}

advise_interrupts()
{
	local comm
	for comm in "$proc"/[0-9]*/comm; do
		[ "$(first_line "$comm")" = irqbalance ] || continue
		say advice interrupts "irqbalance runs: keep it off the probe's CPUs with IRQBALANCE_BANNED_CPULIST in /etc/default/irqbalance"
		return
	done
	say ok interrupts "nothing moves them about; irqaffinity= on the kernel's command line says where they go"
}

# A card in too narrow a slot loses packets that nothing else accounts for.
advise_slot()
{
	local address device width
	for address in $(network_devices); do
		device=$pci/devices/$address
		width=$(first_line "$device/current_link_width")
		[[ $width =~ ^[1-9][0-9]*$ ]] || continue
		if [ "$width" != "$(first_line "$device/max_link_width")" ] ||
			[ "$(first_line "$device/current_link_speed")" != "$(first_line "$device/max_link_speed")" ]; then
			say advice slot "$address: runs at $(first_line "$device/current_link_speed") x$width, could do $(first_line "$device/max_link_speed") x$(first_line "$device/max_link_width"): try another slot"
		else
			say ok slot "$address: $(first_line "$device/current_link_speed") x$width, all it can"
		fi
	done
}

advise()
{
	advise_node
	advise_speed
	advise_interrupts
	advise_slot
}
