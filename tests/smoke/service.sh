#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What is installed runs where it is installed, and systemd takes the service.
. "$(dirname "$0")/_init.sh"
. "$here/_machine.sh" || exit 1

have cmake || { echo "skip - all of service.sh (no cmake installed)"; exit 77; }
build=$(dirname "$PANOPTES")
DESTDIR=$work/installed cmake --install "$build" >install.out 2>&1
check_equal "install: exit status" 0 $?
prefix=$(awk -F= '$1 == "CMAKE_INSTALL_PREFIX:PATH" { print $2 }' "$build/CMakeCache.txt")
service=$work/installed$prefix/lib/systemd/system/panoptes@.service
check "install: the program" test -x "$work/installed$prefix/sbin/panoptes"
check "install: the service" test -f "$service"

echo "# the scripts find each other"
machine_new installed
machine_node 0 0-3 0
for program in nic-setup nic-restore; do
	check "$program --help" "$work/installed$prefix/libexec/panoptes/$program" --help
done
check "nic-setup --dry-run" "$work/installed$prefix/libexec/panoptes/nic-setup" --dry-run --hugepages 4

echo "# the service"
for program in libexec/panoptes/nic-setup sbin/panoptes; do
	check "it runs $program of this prefix" grep -qE "^ExecStart.*=\+?$prefix/$program " "$service"
done
check "the example sets what it reads" \
	grep -q '^NIC_SETUP=--hugepages' "$source_root/packaging/example.env"
for name in NIC_SETUP PANOPTES_OPTIONS; do
	check_equal "\$$name is in service and example" "1 1" \
		"$(grep -c "^Exec.*\$$name\$" "$service") $(grep -c "^$name=" "$source_root/packaging/example.env")"
done
if have systemd-analyze; then
	# with the paths of this test, for it looks whether the programs are there
	sed "s|$prefix/|$work/installed$prefix/|" "$service" >panoptes@test.service
	systemd-analyze verify --man=no --recursive-errors=no ./panoptes@test.service >verify.out 2>&1
	check_equal "systemd-analyze verify: exit status" 0 $?
	check_equal "systemd-analyze verify: nothing to say" "" "$(grep 'panoptes@' verify.out)"
	sed 's/^Restart=.*/Restart=perhaps/' panoptes@test.service >panoptes@wrong.service
	systemd-analyze verify --man=no --recursive-errors=no ./panoptes@wrong.service >verify.out 2>&1
	check "systemd-analyze verify: finds a mistake" grep -q perhaps verify.out
else
	skip "systemd-analyze verify" "no systemd installed"
fi
finish
