#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# nic-setup and nic-restore on machines made of files: what is refused is refused
# before anything is changed, what is changed is remembered and put back.
. "$(dirname "$0")/_init.sh"
. "$here/_machine.sh" || exit 1

# Never on the machine that runs the tests.
nic_run() { : "${PANOPTES_SYSFS_ROOT:?}"; timeout 60 "$source_root/scripts/$1" "${@:2}" >out 2>err; }
nic_setup() { nic_run nic-setup "$@"; }
nic_restore() { nic_run nic-restore "$@"; }

# A server: two nodes, two ports of one card on node 1, the one to manage it on node 0.
server()
{
	machine_new "$1"
	machine_node 0 0-7 0
	machine_node 1 8-15 64
	machine_device 0000:00:1f.0 0x060100 none 0 0
	machine_device 0000:02:00.0 0x020000 igb 0 1
	machine_interface mgmt0 0000:02:00.0 on
	machine_device 0000:3b:00.0 0x020000 ixgbe 1 12
	machine_interface span0 0000:3b:00.0 on
	machine_device 0000:3b:00.1 0x020000 ixgbe 1 13
	machine_interface span1 0000:3b:00.1 off
	machine_device 0000:5e:00.0 0x020000 mlx5_core 1 14
	machine_interface mlx0 0000:5e:00.0 on
	machine_route mgmt0
}

# refused STATUS WORDS ARGUMENT...: one line, nothing changed.
refused()
{
	local status=$1 words=$2 before got
	shift 2
	before=$(machine_as_it_is)
	nic_setup "$@"
	got=$?
	check_equal "nic-setup $*: exit status" "$status" "$got"
	check_equal "nic-setup $*: one line" 1 "$(wc -l <err)"
	check "nic-setup $*: says $words" grep -q -- "$words" err
	check_equal "nic-setup $*: changes nothing" "$before" "$(machine_as_it_is)"
	check "nic-setup $*: remembers nothing" test ! -e "$root/run/panoptes/nic-state"
}

echo "# arguments"
server arguments
refused 2 "nothing to do"
refused 2 "no such option" --frobnicate
refused 2 "needs a value" span0 --hugepages
refused 2 "number of pages" --hugepages many
refused 2 "number of pages" --hugepages 0=
refused 2 "2M or 1G" --hugepages 4 --page-size 4K
refused 2 "belongs to --hugepages" --persistent span0
refused 2 "sysfs" --tool hammer span0
refused 2 "stands alone" status span0
refused 1 "node 7 has no pages" --hugepages 7=16
refused 1 "neither a PCI address" eth99
refused 1 "neither a PCI address" ../../etc
refused 1 "no such PCI device" 0000:99:00.0
refused 1 "not a network device (class 0x060100)" 00:1f.0

echo "# what the operator would miss"
refused 1 "default route (mgmt0)" --hugepages 8 mgmt0
refused 1 "default route (mgmt0)" span0 0000:02:00.0
machine_stacked bond0 span0 span1
machine_stacked br0 bond0
machine_route br0
refused 1 "default route (br0)" span1
server ssh
export SSH_CONNECTION="198.51.100.9 50022 192.0.2.2 22" MACHINE_SSH_VIA=span0
refused 1 "SSH session from 198.51.100.9 (span0)" 3b:00.0
unset SSH_CONNECTION
export MACHINE_SSH=198.51.100.10
refused 1 "SSH session from 198.51.100.10 (span0)" span0
nic_setup --dry-run --force span0
check_equal "--force: taken all the same" 0 $?
export MACHINE_SSH_VIA=
refused 1 "can't tell whether the SSH session from 198.51.100.10" span0
export MACHINE_SSH='[fe80::9]%span1'
refused 1 "SSH session from fe80::9%span1 (span1)" span1
unset MACHINE_SSH MACHINE_SSH_VIA
echo "00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd000000000000000000000000000001 00000400 00000003 00000000 00000003 span1" >"$root/proc/net/ipv6_route"
refused 1 "default route (IPv6) (span1)" span1

echo "# --dry-run"
server dry
before=$(machine_as_it_is)
nic_setup --dry-run --hugepages 0=256,1=512 --persistent span0 0000:3b:00.1 mlx0
check_equal "--dry-run: exit status" 0 $?
cat >expected <<END
0000:5e:00.0: stays with mlx5_core: DPDK shares such a device with the kernel
would remember in /run/panoptes/nic-state: hugepages 0 2048 0
would run: echo 256 > /sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages
would remember in /run/panoptes/nic-state: hugepages 1 2048 64
would run: echo 512 > /sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages
would run: mkdir -p /etc/tmpfiles.d
would run: modprobe vfio-pci
would remember in /run/panoptes/nic-state: driver 0000:3b:00.0 ixgbe none span0
would run: echo vfio-pci > /sys/bus/pci/devices/0000:3b:00.0/driver_override
would run: echo 0000:3b:00.0 > /sys/bus/pci/drivers/ixgbe/unbind
would run: echo 0000:3b:00.0 > /sys/bus/pci/drivers_probe
would remember in /run/panoptes/nic-state: driver 0000:3b:00.1 ixgbe none none
would run: echo vfio-pci > /sys/bus/pci/devices/0000:3b:00.1/driver_override
would run: echo 0000:3b:00.1 > /sys/bus/pci/drivers/ixgbe/unbind
would run: echo 0000:3b:00.1 > /sys/bus/pci/drivers_probe
END
check_equal "--dry-run: each command" "$(cat expected)" \
	"$(sed "s|$root||g" out | grep -v '^would run: echo # written\|^w \|nr_hugepages - - - -')"
check_equal "--dry-run: changes nothing" "$before" "$(machine_as_it_is)"
check_equal "--dry-run: no program was run" "" "$(cat "$MACHINE_LOG")"
for tool in driverctl dpdk-devbind; do
	nic_setup --dry-run --tool "$tool" span0
	check "--dry-run --tool $tool: says so" grep -q "^would run: $tool.*0000:3b:00.0" out
done

echo "# there and back"
for tool in sysfs driverctl dpdk-devbind; do
	server "back-$tool"
	before=$(machine_as_it_is)
	nic_setup --tool "$tool" --hugepages 256 --persistent span0 3b:00.1
	check_equal "$tool: exit status" 0 $?
	check_equal "$tool: both ports are with vfio-pci" "vfio-pci vfio-pci" \
		"$(driver_now 0000:3b:00.0) $(driver_now 0000:3b:00.1)"
	check_equal "$tool: pages on both nodes" "256 256" "$(pages_now 0) $(pages_now 1)"
	check_equal "$tool: pages at boot" 2 "$(grep -c '^w .*/nr_hugepages - - - - 256$' "$root/etc/tmpfiles.d/panoptes-hugepages.conf")"
	check_equal "$tool: all is remembered" 4 "$(grep -c '^[dh]' "$root/run/panoptes/nic-state")"
	cp "$root/run/panoptes/nic-state" state.before
	: >"$MACHINE_LOG"
	nic_setup --tool "$tool" --hugepages 256 --persistent span0 3b:00.1
	check_equal "$tool: an interface that went to DPDK is no interface any more" 1 $?
	nic_setup --tool "$tool" --hugepages 256 --persistent 3b:00.0 3b:00.1
	check_equal "$tool: again: exit status" 0 $?
	check_equal "$tool: again: nothing to do" "" "$(cat "$MACHINE_LOG")"
	check "$tool: again: the same is remembered" cmp state.before "$root/run/panoptes/nic-state"
	nic_setup --tool "$tool" --hugepages 512
	check "$tool: more pages: the first number is what counts" cmp state.before "$root/run/panoptes/nic-state"
	nic_setup status
	check "$tool: status: the port" grep -q '^0000:3b:00.0  1    vfio-pci     -            -           DPDK$' out
	check "$tool: status: what is to be restored" grep -q "to be restored: 4 changes" out
	nic_restore --tool "$tool" --dry-run
	check_equal "$tool: nic-restore --dry-run: changes nothing" vfio-pci "$(driver_now 0000:3b:00.0)"
	check "$tool: nic-restore --dry-run: says what" grep -q "^would run:.*0000:3b:00.0" out
	nic_restore --tool "$tool" 3b:00.1
	check_equal "$tool: nic-restore of one port" "0 vfio-pci ixgbe 512" \
		"$? $(driver_now 0000:3b:00.0) $(driver_now 0000:3b:00.1) $(pages_now 0)"
	nic_restore --tool "$tool"
	check_equal "$tool: nic-restore: exit status" 0 $?
	check_equal "$tool: nic-restore: all is as it was" "$before" \
		"$(machine_as_it_is | grep -v '/vfio-pci')"
	check "$tool: nic-restore: the interface that was on is set up" \
		grep -qx "ip link set dev span0 up" "$MACHINE_LOG"
	check_equal "$tool: nic-restore: the one that was off isn't" 1 "$(grep -c '^ip link' "$MACHINE_LOG")"
	check "$tool: nic-restore: nothing is left to remember" test ! -e "$root/run/panoptes/nic-state"
	nic_restore
	check_equal "$tool: nic-restore: again" "0 nothing" "$? $(cut -d' ' -f1 out)"
done

server nobody
machine_device 0000:af:00.0 0x020000 none 1 15
nic_setup af:00.0
check_equal "a device without a driver: bound" "0 vfio-pci" "$? $(driver_now 0000:af:00.0)"
nic_restore
check_equal "a device without a driver: without one again" "0 none" "$? $(driver_now 0000:af:00.0)"

echo "# status"
server status
nic_setup status
check_equal "status: exit status" 0 $?
check_equal "status: each network device" 4 "$(grep -c '^0000:' out)"
check "status: a port with a link" grep -q '^0000:3b:00.0  1    ixgbe        span0        up 10000M   kernel$' out
check "status: one that is off" grep -q '^0000:3b:00.1 .* off  *kernel$' out
check "status: a bifurcated driver" grep -q '^0000:5e:00.0 .*mlx5_core.*kernel, shared with DPDK$' out
check "status: the default route" grep -q '^0000:02:00.0 .*kernel, the default route$' out
check "status: pages of a node" grep -q '^hugepages of node 1: 64 of 2048 kB, 64 free$' out
check "status: IOMMU" grep -q '^IOMMU: on, 5 groups$' out

echo "# advice"
server advice
mkdir -p "$root/sys/devices/system/cpu/cpu0/cpufreq" "$root/proc/77"
echo powersave >"$root/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
echo irqbalance >"$root/proc/77/comm"
printf '4\n' >"$root/sys/devices/pci0000:00/0000:3b:00.0/current_link_width"
printf '8\n' >"$root/sys/devices/pci0000:00/0000:3b:00.0/max_link_width"
nic_setup advise
check_equal "advise: exit status" 0 $?
check "advise: the node's CPUs" grep -q '^ok .*0000:3b:00.0: is on node 1, CPUs 8-15' out
for topic in isolation governor interrupts 'slot .*x4, could do.*x8'; do
	check "advise: $topic" grep -q "^advice  $topic" out
done
echo 2-7 >"$root/sys/devices/system/cpu/isolated"
echo performance >"$root/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
rm -r "$root/proc/77"
nic_setup advise
for topic in isolation governor interrupts; do
	check "advise: $topic is well" grep -q "^ok      $topic" out
done

echo "# without an IOMMU"
machine_new bare
machine_device 0000:00:05.0 0x020000 virtio-pci -1
machine_interface eth1 0000:00:05.0 on
refused 1 "no IOMMU for it.*--no-iommu" eth1
nic_setup --no-iommu eth1
check_equal "--no-iommu: exit status" 0 $?
check "--no-iommu: warns" grep -q '^WARNING: no IOMMU' out
check_equal "--no-iommu: vfio is told, the port is bound" "Y vfio-pci" \
	"$(cat "$root/sys/module/vfio/parameters/enable_unsafe_noiommu_mode") $(driver_now 0000:00:05.0)"
nic_restore
check_equal "--no-iommu: restored" "0 N virtio-pci" \
	"$? $(cat "$root/sys/module/vfio/parameters/enable_unsafe_noiommu_mode") $(driver_now 0000:00:05.0)"

echo "# what fails on the way"
server group
ln -s "../../../../devices/pci0000:00/0000:3b:00.1" "$root/sys/kernel/iommu_groups/12/devices/0000:3b:00.1"
refused 1 "shares IOMMU group 12 with 0000:3b:00.1 (ixgbe)" span0
nic_setup --dry-run span0 span1
check_equal "a group of two: both named" 0 $?
server module
MACHINE_LACKS=vfio-pci nic_setup span0
check_equal "no vfio-pci: exit status" 1 $?
check "no vfio-pci: one line" grep -q "^nic-setup: modprobe vfio-pci: modprobe: FATAL" err
server stuck
MACHINE_REFUSES=vfio-pci nic_setup span0
check_equal "the kernel refuses: exit status" 1 $?
check "the kernel refuses: how to go back" grep -q "nic-restore 0000:3b:00.0 gives it back to ixgbe" err
nic_restore
check_equal "the kernel refuses: back" "0 ixgbe" "$? $(driver_now 0000:3b:00.0)"
server crowded
echo 100 >"$root/sys/devices/system/node/node0/hugepages/hugepages-2048kB/room"
nic_setup --hugepages 256
check_equal "too few pages: exit status" 1 $?
check "too few pages: one line" grep -q "node 0: the kernel found room for 100 of 256" err
nic_restore
check_equal "too few pages: back" "0 0" "$? $(pages_now 0)"

echo "# a state that is not ours, or not whole"
server hostile
mkdir -p "$root/run/panoptes"
echo "something else" >"$root/run/panoptes/nic-state"
nic_setup span0
check_equal "another's file: refused" "1 ixgbe" "$? $(driver_now 0000:3b:00.0)"
# shellcheck disable=SC2016
printf '%s\n' 'panoptes-nic-state 1' 'hugepages ../../x 2048 0' 'driver 0000:3b:00.0 $(touch${IFS}hurt) none none' \
	'driver 0000:3b:00.9 ixgbe none none' 'hugepages 1 2048 64' >"$root/run/panoptes/nic-state"
nic_restore
check_equal "lines that can't be: exit status" 1 $?
check_equal "lines that can't be: each is told" 3 "$(grep -c 'not a line that nic-setup wrote' err)"
check_equal "lines that can't be: they stay" 4 "$(wc -l <"$root/run/panoptes/nic-state")"
check "lines that can't be: nothing is run" test ! -e hurt
finish
