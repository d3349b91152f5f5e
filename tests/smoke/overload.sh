#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A collector that stands still, because nobody reads what it writes, while every packet is
# a new flow: the worker does without more and more, says so, and everything is accounted for.
. "$(dirname "$0")/_init.sh"
have python3 || { echo "skip - all of overload.sh (no python3)"; exit 77; }
. "$(dirname "$0")/_veth.sh"

instance=overload-$$
tell() { "$source_root/tests/support/telemetry.py" "$instance" "$@"; }

# flows N FILE: a packet each.
new_flows()
{
	python3 - "$@" <<-'END'
	import struct, sys
	with open(sys.argv[2], "wb") as f:
	    f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
	    for i in range(int(sys.argv[1])):
	        ip = struct.pack(">BBHHHBBHIHHHH", 0x45, 0, 28, 0, 0, 64, 17, 0, 0x0a000000 + i, 0x0a80, 1,
	                         1024 + i % 50000, 53) + struct.pack(">HH", 8, 0)
	        frame = bytes(12) + b"\x08\x00" + ip + bytes(18)
	        f.write(struct.pack("<IIII", 1700000000, i, len(frame), len(frame)) + frame)
	END
}
check "captures" new_flows 20000 new.pcap

mkfifo way
{ while [ ! -e read-on ]; do sleep 0.1; done; cat; } <way >live.argus &
reader=$!
children+=("$reader")
ip netns exec "$space" "$PANOPTES" -X --no-huge --stats --name "$instance" -S 1 -M 1 --ring-slots 64 \
	-i va --kernel-capture packet -w - >way 2>panoptes.err &
probe=$!
children+=("$probe")
check "it starts" tell until rx_packets 0
pps=5000 check "replayed" replay vb new.pcap
tell /panoptes/workers >workers
check_equal "it has come to the top of the ladder" "14 1024" \
	"$(awk '$1 == "0.overload" { rung = $2 } $1 == "0.sampling" { rate = $2 } END { print rung, rate }' workers)"
"$PANOPTES" top --once --interval 0.2 --name "$instance" >top
check "top says what the worker does without" grep -q "^0 .*of new flows one in 1024 is taken" top
touch read-on
stop
wait "$reader"
check_equal "exit status" 0 "$status"
check "it was said" grep -q "overload: worker 0: of new flows one in [0-9]* is taken" panoptes.err
check_equal "every packet received, none unaccounted" "$(sent) 0 0" \
	"$(ledger rx_packets) $(ledger unaccounted) $(ledger records_unaccounted)"
check "most of the new flows were not taken" [ "$(ledger drop_sampled)" -gt 5000 ]
check_equal "what was not taken, in bytes" $(($(ledger drop_sampled) * 60)) "$(ledger shed_bytes)"
check_equal "the others are in records, or counted as lost" "$(ledger flow_packets)" \
	$(($(totals live.argus | cut -d ' ' -f 1) + $(ledger packets_lost_ring)))
check_equal "the MARs tell the same" "$(counted)" "$(told live.argus)"
check_equal "... and the rate" 1024 "$("$source_root/tests/support/mars.py" live.argus | cut -d ' ' -f 5)"

# Whoever wants none of that loses what comes, by name as well.
rm -f live.argus
check "without: it starts" listen live.argus -i va --kernel-capture packet --overload lose --ring-slots 64
pps=20000 check "without: replayed" replay vb new.pcap
stop
check_equal "without: nothing is shed" "0 0 0" \
	"$(ledger overload_steps) $(ledger drop_sampled) $(ledger records_merged)"
check_equal "without: none unaccounted" "0 0" "$(ledger unaccounted) $(ledger records_unaccounted)"
finish
