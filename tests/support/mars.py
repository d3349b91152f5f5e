#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the MARs of an argus file (version 3) tell, all but the first added up.

mars.py FILE: one line, "packets bytes dropped type sampling": type is the interface
type of the STATUS MARs, sampling the highest rate of theirs and of the STOP MAR's.
"""
import struct
import sys


def records(data):
    at = 0
    while at + 4 <= len(data):
        words = struct.unpack_from(">H", data, at + 2)[0]
        if words == 0:
            sys.exit(f"no length at byte {at}")
        yield data[at:at + 4 * words]
        at += 4 * words


def main():
    with open(sys.argv[1], "rb") as f:
        mars = [r for r in records(f.read()) if r[0] & 0x80]
    if len(mars) < 2 or mars[-1][1] >> 4 != 3:
        sys.exit("no START and STOP MAR")
    packets = octets = dropped = kind = sampling = 0
    for m in mars[1:]:
        packets += struct.unpack_from(">Q", m, 48)[0]
        octets += struct.unpack_from(">Q", m, 56)[0]
        dropped += struct.unpack_from(">I", m, 80)[0]
        kind = max(kind, m[42])
        sampling = max(sampling, struct.unpack_from(">I", m, 88)[0])
    print(packets, octets, dropped, kind, sampling)


main()
