#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Keystrokes of interactive sessions, as argus counts them.
. "$(dirname "$0")/_init.sh"

fields='proto saddr sport daddr dport spkts dpkts nstroke snstroke dnstroke'

# strokes FILE: of each TCP record.
strokes()
{
	# shellcheck disable=SC2086
	ra -n -c , -L -1 -r "$1" -s $fields - tcp | sort
}

# typed CAPTURE SETTING: what panoptes makes of it.
typed()
{
	printf '%b\n' "$2" >conf
	rm -f out.argus
	panoptes -X -S 600 -F conf -r "$captures/$1.pcap" -w out.argus
	strokes out.argus
}

session=tcp,10.0.0.1,40012,10.0.0.2,22,137,84
check_equal "keystrokes of any connection" "$session,60,60,0" \
	"$(typed tcp-keystrokes ARGUS_KEYSTROKE=yes)"
check_equal "keystrokes of SSH" "$session,60,60,0" "$(typed tcp-keystrokes ARGUS_KEYSTROKE=ssh)"
check_equal "keystrokes must be as large as the configuration wants them" "$session,0,0,0" \
	"$(typed tcp-keystrokes 'ARGUS_KEYSTROKE=tcp\nARGUS_KEYSTROKE_CONF="DC_MIN=49"')"
check_equal "not asked for, none are counted" "$session,,," \
	"$(typed tcp-keystrokes ARGUS_KEYSTROKE=no)"

for mode in tcp ssh; do
	counts=$(typed tcp-keystrokes-noisy "ARGUS_KEYSTROKE=$mode")
	check "$mode: noisy sessions have some" test \
		"$(awk -F, '{ n += $9 } END { print n + 0 }' <<<"$counts")" -gt 50
	if [ -z "$argus" ]; then
		skip "$mode: as argus" "argus is not installed"
		continue
	fi
	rm -f reference.argus
	timeout 60 "$argus" -X -S 600 -F conf -r "$captures/tcp-keystrokes-noisy.pcap" \
		-w reference.argus >/dev/null 2>&1
	check_equal "$mode: as argus" "$(strokes reference.argus)" "$counts"
done

# Of a connection over several status intervals each record has its own.
printf 'ARGUS_KEYSTROKE=yes\n' >conf
rm -f out.argus
panoptes -X -S 5 -F conf -r "$captures/tcp-keystrokes.pcap" -w out.argus
check_equal "each record has its own" "3 60" \
	"$(strokes out.argus | awk -F, '{ n += $9 } END { print NR, n }')"
finish
