#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Captures of flow exports, made from nothing and always the same.

  exports.py list          the names
  exports.py NAME FILE     writes one
  exports.py flows NAME    what its exports tell, one line a record:
                           start,end,proto,saddr,sport,daddr,dport,spkts,dpkts,sbytes,dbytes
"""
import struct
import sys

from conversation import MS, START_NS, Capture, Udp
from packets import address, pcap

EXPORTER, COLLECTOR = "192.0.2.1", "192.0.2.9"
UPTIME = 3_600_000  # ms, at START_NS
EXPORTS = {}


def export(function):
    EXPORTS[function.__name__.replace("_", "-")] = function
    return function


class Exported:
    """One flow as an exporter tells it; times in ms before the export."""

    def __init__(self, proto, src, dst, sport, dport, packets, octets, first=5000, last=1000,
                 flags=0, tos=0, back=(0, 0)):
        self.proto, self.src, self.dst, self.sport, self.dport = proto, src, dst, sport, dport
        self.packets, self.octets, self.first, self.last = packets, octets, first, last
        self.flags, self.tos, self.back = flags, tos, back

    def line(self, scale=1, sent_ns=START_NS):
        def seconds(ms):
            return f"{(sent_ns - ms * MS) / 10**9:.3f}"
        names = {1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp"}
        ports = [self.sport, self.dport] if self.proto in (6, 17) else ["", ""]
        return ",".join(map(str, [seconds(self.first), seconds(self.last), names[self.proto],
                                  self.src, ports[0], self.dst, ports[1], self.packets * scale,
                                  self.back[0] * scale, self.octets * scale,
                                  self.back[1] * scale]))


FLOWS = [Exported(17, "10.1.0.1", "10.2.0.1", 5000, 53, 3, 300),
         Exported(6, "10.1.0.2", "10.2.0.2", 40000, 443, 70000, 90_000_000, flags=0x1B, tos=0x28),
         Exported(1, "10.1.0.3", "10.2.0.3", 0, 0x0800, 4, 336, first=4000, last=1)]


def capture(payloads, lines, port=2055, src=EXPORTER, dst=COLLECTOR):
    c = Capture()
    udp = Udp(c, src, dst, 50000, port)
    for payload in payloads:
        udp.send(payload, step=0)
    c.lines = lines
    return c


# --- NetFlow 1, 5, 6, 7

def fixed_record(version, f):
    head = (address(f.src) + address(f.dst) + bytes(4) + struct.pack("!HH", 1, 2)
            + struct.pack("!IIIIHH", f.packets, f.octets, UPTIME - f.first, UPTIME - f.last,
                          f.sport, f.dport))
    if version == 1:
        return head + struct.pack("!HBBB3x8x", 0, f.proto, f.tos, f.flags)
    body = head + struct.pack("!BBBBHHBBH", 0, f.flags, f.proto, f.tos, 65001, 65002, 24, 16, 0)
    return body if version == 5 else body + bytes(4)


def fixed(version, flows=None, sequence=0, sampling=0, count=None):
    flows = FLOWS if flows is None else flows
    head = struct.pack("!HHIII", version, len(flows) if count is None else count, UPTIME,
                       START_NS // 10**9, START_NS % 10**9)
    if version != 1:
        head += struct.pack("!IHH", sequence, 0, sampling)
    return head + b"".join(fixed_record(version, f) for f in flows)


@export
def netflow1():
    return capture([fixed(1)], [f.line() for f in FLOWS])


@export
def netflow5():
    return capture([fixed(5), fixed(5, sequence=3)], [f.line() for f in FLOWS] * 2)


@export
def netflow5_sampled():
    """One packet in 100, by the header."""
    return capture([fixed(5, sampling=0x4000 | 100)], [f.line(100) for f in FLOWS])


@export
def netflow5_gap():
    """Seven flows are missing; the export before the last comes late."""
    return capture([fixed(5), fixed(5, sequence=10), fixed(5, sequence=7), fixed(5, sequence=13)],
                   [f.line() for f in FLOWS] * 4)


@export
def netflow5_damaged():
    """More records announced than there are, a header cut short, versions that nobody knows."""
    return capture([fixed(5, count=30), fixed(5)[:20], fixed(8), b"\0", b"", fixed(5)[:-1]],
                   [f.line() for f in FLOWS + FLOWS[:2]])


@export
def netflow6():
    return capture([fixed(6)], [f.line() for f in FLOWS])


@export
def netflow7():
    return capture([fixed(7)], [f.line() for f in FLOWS])


def main(arguments):
    if arguments == ["list"]:
        print(*EXPORTS, sep="\n")
    elif len(arguments) == 2 and arguments[0] == "flows" and arguments[1] in EXPORTS:
        print(*sorted(EXPORTS[arguments[1]]().lines), sep="\n")
    elif len(arguments) == 2 and arguments[0] in EXPORTS:
        c = EXPORTS[arguments[0]]()
        with open(arguments[1], "wb") as out:
            out.write(pcap(c.packets))
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
