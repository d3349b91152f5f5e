# SPDX-License-Identifier: BSD-3-Clause
# A machine made of files: a tree of /sys and /proc to set PANOPTES_SYSFS_ROOT to,
# and, first in PATH, the programs through which nic-setup changes it. The kernel's
# side of a write (a device leaves its driver, pages are found) is in the fake tee.
# shellcheck shell=bash disable=SC2154

# machine_new NAME: an empty one, which becomes PANOPTES_SYSFS_ROOT.
machine_new()
{
	export PANOPTES_SYSFS_ROOT=$work/$1 MACHINE_LOG=$work/$1.log
	root=$PANOPTES_SYSFS_ROOT
	unset SSH_CONNECTION
	: >"$MACHINE_LOG"
	mkdir -p "$root"/{proc/net,proc/self,dev/vfio,etc,run} \
		"$root"/sys/{class/net,class/iommu,kernel/iommu_groups,module,devices/system/cpu} \
		"$root"/sys/bus/pci/{devices,drivers}
	printf 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n' \
		>"$root/proc/net/route"
	: >"$root/proc/net/ipv6_route"
	: >"$root/sys/bus/pci/drivers_probe"
	touch "$root/sys/devices/system/cpu/isolated"
}

# machine_node NUMBER CPUS PAGES [FREE [ROOM]]: a NUMA node; ROOM: the pages of 2 MiB that fit.
machine_node()
{
	local node=$root/sys/devices/system/node/node$1 size
	mkdir -p "$node"/hugepages/hugepages-{2048,1048576}kB \
		"$root"/sys/kernel/mm/hugepages/hugepages-{2048,1048576}kB
	echo "$2" >"$node/cpulist"
	echo "Node $1 MemTotal:       16384000 kB" >"$node/meminfo"
	echo "Node $1 MemFree:         8192000 kB" >>"$node/meminfo"
	for size in 2048 1048576; do
		echo 0 >"$node/hugepages/hugepages-${size}kB/nr_hugepages"
		echo 0 >"$node/hugepages/hugepages-${size}kB/free_hugepages"
	done
	echo "$3" >"$node/hugepages/hugepages-2048kB/nr_hugepages"
	echo "${4:-$3}" >"$node/hugepages/hugepages-2048kB/free_hugepages"
	echo "${5:-100000}" >"$node/hugepages/hugepages-2048kB/room"
}

# machine_driver NAME
machine_driver()
{
	mkdir -p "$root/sys/bus/pci/drivers/$1"
	: >"$root/sys/bus/pci/drivers/$1/unbind"
}

# machine_device ADDRESS CLASS DRIVER NODE [GROUP]
machine_device()
{
	local bus=$root/sys/bus/pci device=$root/sys/devices/pci0000:00/$1
	mkdir -p "$device"
	ln -s "../../../devices/pci0000:00/$1" "$bus/devices/$1"
	echo "$2" >"$device/class"
	echo "$4" >"$device/numa_node"
	echo '(null)' >"$device/driver_override"
	if [ "$3" != none ]; then
		machine_driver "$3"
		ln -s "../../../bus/pci/drivers/$3" "$device/driver"
		echo "$3" >"$device/native"
	fi
	[ -z "${5:-}" ] || {
		mkdir -p "$root/sys/kernel/iommu_groups/$5/devices"
		ln -s "../../../kernel/iommu_groups/$5" "$device/iommu_group"
		ln -s "../../../../devices/pci0000:00/$1" "$root/sys/kernel/iommu_groups/$5/devices/$1"
	}
}

# machine_interface NAME ADDRESS on|off: the interface of a device.
machine_interface()
{
	local net=$root/sys/devices/pci0000:00/$2/net/$1
	mkdir -p "$net"
	ln -s ../../../"$2" "$net/device"
	ln -s "../../devices/pci0000:00/$2/net/$1" "$root/sys/class/net/$1"
	if [ "$3" = on ]; then
		echo 0x1003 >"$net/flags"
		echo 1 >"$net/carrier"
		echo 10000 >"$net/speed"
	else
		echo 0x1002 >"$net/flags"
	fi
}

# machine_stacked NAME LOWER...: a bond or a bridge over others.
machine_stacked()
{
	local name=$1 lower
	shift
	mkdir -p "$root/sys/class/net/$name"
	for lower in "$@"; do
		ln -s "../$lower" "$root/sys/class/net/$name/lower_$lower"
	done
}

# machine_route INTERFACE: the default route.
machine_route()
{
	printf '%s\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n' "$1" >>"$root/proc/net/route"
}

# driver_now ADDRESS, pages_now NODE: how it is.
driver_now()
{
	local driver
	driver=$(readlink "$root/sys/bus/pci/devices/$1/driver") && basename "$driver" || echo none
}
pages_now() { cat "$root/sys/devices/system/node/node$1/hugepages/hugepages-2048kB/nr_hugepages"; }

# machine_as_it_is: all that a program may have changed; what runs on its own is left out.
machine_as_it_is()
{
	(cd "$root" && find . -path ./run -prune -o -type l -printf '%p -> %l\n' &&
		grep -r --exclude-dir=run '' .) | sort
}

fake=$work/fake
mkdir -p "$fake"
fake_program() { cat >"$fake/$1"; chmod +x "$fake/$1"; }

fake_program tee <<'END'
#!/usr/bin/env bash
root=$PANOPTES_SYSFS_ROOT devices=$PANOPTES_SYSFS_ROOT/sys/bus/pci/devices
value=$(cat)
echo "${value:+$value }> ${1#"$root"}" >>"$MACHINE_LOG"
leave()
{
	rm -f "$devices/$1/driver"
	[ ! -d "$devices/$1/net" ] || mv "$devices/$1/net" "$devices/$1/hidden"
}
enter()
{
	local driver
	driver=$(cat "$devices/$1/driver_override")
	[ "$driver" != '(null)' ] || driver=$(cat "$devices/$1/native" 2>/dev/null)
	[ "$driver" != "${MACHINE_REFUSES:-}" ] && [ -d "$root/sys/bus/pci/drivers/$driver" ] || return
	ln -sfn "../../../bus/pci/drivers/$driver" "$devices/$1/driver"
	[ "$driver" = vfio-pci ] || [ ! -d "$devices/$1/hidden" ] || mv "$devices/$1/hidden" "$devices/$1/net"
}
case $1 in
*/unbind) leave "$value" ;;
*/drivers_probe) enter "$value" ;;
*/driver_override) echo "${value:-(null)}" >"$1" ;;
*/nr_hugepages)
	room=$(cat "${1%/*}/room" 2>/dev/null)
	[ "$value" -le "${room:-$value}" ] || value=$room
	echo "$value" >"$1"
	;;
*/enable_unsafe_noiommu_mode) echo Y >"$1"; [ "$value" = 1 ] || echo N >"$1" ;;
*) printf '%s\n' "$value" >"$1" ;;
esac
END
fake_program modprobe <<'END'
#!/usr/bin/env bash
echo "modprobe $*" >>"$MACHINE_LOG"
case $1 in
vfio)
	mkdir -p "$PANOPTES_SYSFS_ROOT/sys/module/vfio/parameters"
	echo N >"$PANOPTES_SYSFS_ROOT/sys/module/vfio/parameters/enable_unsafe_noiommu_mode"
	;;
"${MACHINE_LACKS:-}") echo "modprobe: FATAL: Module $1 not found." >&2; exit 1 ;;
*) mkdir -p "$PANOPTES_SYSFS_ROOT/sys/bus/pci/drivers/$1"; : >"$PANOPTES_SYSFS_ROOT/sys/bus/pci/drivers/$1/unbind" ;;
esac
END
# Who is logged in, and where packets for them go.
fake_program ss <<'END'
#!/usr/bin/env bash
[ -z "${MACHINE_SSH:-}" ] ||
	echo "0 0 192.0.2.2:22 $MACHINE_SSH:50022 users:((\"sshd\",pid=7,fd=4))"
END
fake_program ip <<'END'
#!/usr/bin/env bash
case $* in
*"route get"*)
	[ -z "${MACHINE_SSH_VIA:-}" ] ||
		echo "${*: -1} dev $MACHINE_SSH_VIA src 192.0.2.2 uid 0 \\ cache"
	;;
*) echo "ip $*" >>"$MACHINE_LOG" ;;
esac
END
# Both do what their originals do, by the same writes.
fake_program driverctl <<'END'
#!/usr/bin/env bash
echo "driverctl $*" >>"$MACHINE_LOG"
devices=$PANOPTES_SYSFS_ROOT/sys/bus/pci/devices
[ "$1 $2" = "--nosave set-override" ] || exit 1
echo "$4" | tee "$devices/$3/driver_override"
[ ! -e "$devices/$3/driver" ] || echo "$3" | tee "$devices/$3/driver/unbind"
echo "$3" | tee "$PANOPTES_SYSFS_ROOT/sys/bus/pci/drivers_probe"
END
fake_program dpdk-devbind.py <<'END'
#!/usr/bin/env bash
echo "dpdk-devbind.py $*" >>"$MACHINE_LOG"
[ "$1 $2" = "--force -b" ] || exit 1
driverctl --nosave set-override "$4" "$3"
echo | tee "$PANOPTES_SYSFS_ROOT/sys/bus/pci/devices/$4/driver_override"
END
PATH=$fake:$PATH
