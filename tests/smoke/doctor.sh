#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# --doctor: on this machine, whatever it is, and on machines made of files, before
# and behind nic-setup.
. "$(dirname "$0")/_init.sh"
. "$here/_machine.sh" || exit 1

# doctor ARGUMENT...: what it says is in said.
doctor() { panoptes -X --doctor "$@" >said; }

# says WHAT PATTERN: a line of it.
says() { check "$1" grep -qE -- "$2" said; }

# sound WHAT STATUS: each line has a verdict, and the status is that of the worst.
sound()
{
	local failed
	failed=$(grep -c '^FAILED' said)
	check_equal "$1: a verdict in each line" "" "$(sed '$d' said | grep -vE '^(ok      |warning |FAILED  ) [a-z-]+ +[^ ]')"
	check_equal "$1: the last line counts them" \
		"$(grep -c '^ok ' said) ok, $(grep -c '^warning ' said) warnings, $failed FAILED" "$(tail -n 1 said)"
	check_equal "$1: exit status" "$((failed > 0))" "$2"
	check_equal "$1: nothing on standard error" "" "$(cat panoptes.err)"
}

echo "# this machine"
unset PANOPTES_SYSFS_ROOT
doctor --no-huge
sound "this machine" $?
for topic in cpu governor isolation clock hugepages rights iommu; do
	says "this machine: $topic" "^(ok|warning|FAILED) +$topic "
done
says "this machine: DPDK starts" "^ok +dpdk +its environment starts, without huge pages"
says "this machine: both directions on one queue" "^ok +rss-key +symmetric: both directions of [0-9]{4,} random tuples"
doctor --no-huge -i net_null0 -i net_ring7
sound "virtual ports" $?
for port in net_null0 net_ring7; do
	says "$port: what it has" "^ok +port +$port: [a-z_]+, .* up to [0-9]+ queues of [0-9]+ to [0-9]+ descriptors"
	says "$port: its link" "^ok +link +$port: up, [0-9]+ Mbit/s"
	says "$port: its hash" "^(ok|warning) +rss +$port: "
done
doctor --no-huge -i lo --kernel-capture packet
sound "an interface" $?
says "an interface: how it is captured from" "^ok +interface +lo: is there; by AF_PACKET \(as configured\)"
if have ethtool && ethtool -k lo | grep -q '^generic-receive-offload: on'; then
	says "an interface: packets are put together" "^warning +offload +lo: .* ethtool -K lo gro off"
else
	skip "an interface: packets are put together" "no ethtool, or lo doesn't"
fi
doctor --no-huge -i net_nothing0
sound "a port without a driver" $?
says "a port without a driver" "^FAILED +port +port net_nothing0: DPDK does not take it"
doctor --no-huge --lcores 4000
says "CPUs that aren't there" "^FAILED +cpus +--lcores 4000"

echo "# a bare machine"
machine_new bare
doctor
sound "bare" $?
says "bare: no huge pages" "^warning +hugepages +none"
says "bare: no IOMMU" "^warning +iommu +none"
check "bare: nothing failed" grep -q ", 0 FAILED" said
doctor --huge
sound "bare, --huge" $?
says "bare, --huge: asks for pages" "^FAILED +hugepages +none, and --huge asks for them: nic-setup"

echo "# a server, before and behind nic-setup"
machine_new server
machine_node 0 0-7 0
machine_node 1 8-15 0
machine_device 0000:02:00.0 0x020000 igb 0 1
machine_interface mgmt0 0000:02:00.0 on
machine_device 0000:3b:00.0 0x020000 ixgbe 1 12
machine_interface span0 0000:3b:00.0 on
machine_route mgmt0
printf 'processor\t: 0\nflags\t\t: sse4_2 avx2 constant_tsc nonstop_tsc\n' >"$root/proc/cpuinfo"
printf 'CapEff:\t000001ffffffffff\n' >"$root/proc/self/status"
echo 2-7,10-15 >"$root/sys/devices/system/cpu/isolated"
doctor
sound "before" $?
says "before: the port is the kernel's" "^ok +device +0000:3b:00.0: the kernel's \(span0, ixgbe\)"
timeout 60 "$source_root/scripts/nic-setup" --hugepages 1=512 span0 >/dev/null 2>err
check_equal "nic-setup: done" 0 $?
doctor -i 0000:3b:00.0
sound "the group can't be opened" $?
says "the group can't be opened" "^FAILED +device +0000:3b:00.0: with vfio-pci, but /dev/vfio/12 can't be opened"
touch "$root/dev/vfio/12"
echo 512 >"$root/sys/devices/system/node/node1/hugepages/hugepages-2048kB/free_hugepages"
doctor -i 0000:3b:00.0
sound "behind" $?
check_equal "behind: all is well" "" "$(grep -E '^(warning|FAILED)' said)"
says "behind: ready" "^ok +device +0000:3b:00.0: with vfio-pci, ready for DPDK"
says "behind: pages" "^ok +hugepages +node1: 512 of 2 MiB, 512 free"
doctor -i span9
sound "no such interface" $?
says "no such interface" "^FAILED +interface +span9: there is no such interface"

echo "# trees that can't be"
machine_new odd
mkdir -p "$root/sys/devices/system/node/node0/hugepages/hugepages-2048kB"
head -c 100000 /dev/zero >"$root/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages"
ln -s /dev/zero "$root/proc/cpuinfo"
ln -s loop "$root/sys/bus/pci/devices/loop"
ln -s /nowhere "$root/sys/bus/pci/devices/0000:00:00.0"
mkdir -p "$root/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
doctor
sound "odd" $?
finish
