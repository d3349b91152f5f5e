#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""send_exports.py CAPTURE HOST PORT: the payloads of a capture's UDP packets, sent on.

CAPTURE is a pcap of Ethernet and IPv4, as exports.py writes it. Prints how many were sent.
"""

import socket
import struct
import sys


def payloads(data):
    at = 24
    while at < len(data):
        captured, = struct.unpack_from("<I", data, at + 8)
        frame = data[at + 16:at + 16 + captured]
        at += 16 + captured
        if frame[12:14] != b"\x08\x00" or frame[23] != socket.IPPROTO_UDP:
            continue
        header = (frame[14] & 15) * 4
        length, = struct.unpack_from(">H", frame, 14 + header + 4)
        yield frame[14 + header + 8:14 + header + length]


def main(capture, host, port):
    with open(capture, "rb") as f:
        data = f.read()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    count = 0
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.connect((host, int(port)))
        for payload in payloads(data):
            s.send(payload)
            count += 1
    print(count)


if __name__ == "__main__":
    main(*sys.argv[1:])
