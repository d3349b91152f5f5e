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

from conversation import MS, START_NS, Capture, Udp, ethernet
from packets import address, eth, fragments4, ipv4, pcap, udp

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
    carrier = Udp(c, src, dst, 50000, port)
    for payload in payloads:
        carrier.send(payload, step=0)
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
def netflow5_cut():
    """One that the capture cut, one in fragments, one that is whole."""
    c = capture([fixed(5), fixed(5, sequence=9)], [f.line() for f in FLOWS])
    c.packets[0] = (c.packets[0][0], c.packets[0][1][:-1], len(c.packets[0][1]))
    whole = udp(EXPORTER, COLLECTOR, 50000, 2055, fixed(5, sequence=3))
    for part in fragments4(EXPORTER, COLLECTOR, 17, whole, 96, 7):
        c.add(ethernet(part), step=0)
    return c


@export
def netflow6():
    return capture([fixed(6)], [f.line() for f in FLOWS])


@export
def netflow7():
    return capture([fixed(7)], [f.line() for f in FLOWS])


# --- NetFlow 9 and IPFIX

REVERSE, ACME = 29305, 99999
V4 = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (5, 1), (6, 1), (2, 4), (1, 4), (22, 4), (21, 4)]


def value(element, size, f):
    """An element of a flow; a time is relative to the export."""
    ends = {8: f.src, 12: f.dst, 27: f.src, 28: f.dst}
    if element in ends:
        return address(ends[element])
    at = START_NS // MS
    number = {1: f.octets, 2: f.packets, 85: f.octets, 86: f.packets, 4: f.proto, 5: f.tos,
              6: f.flags, 7: f.sport, 11: f.dport, 21: UPTIME - f.last, 22: UPTIME - f.first,
              32: f.dport, 139: f.dport, 58: 7, 150: (at - f.first) // 1000,
              151: (at - f.last) // 1000, 152: at - f.first, 153: at - f.last,
              156: ntp(at - f.first), 157: ntp(at - f.last), 154: ntp(at - f.first),
              155: ntp(at - f.last), 158: f.first * 1000, 159: f.last * 1000, 60: 4}.get(element)
    return (0xA5 if number is None else number).to_bytes(size, "big")


def ntp(ms):
    return (ms // 1000 + 2208988800) << 32 | -(-(ms % 1000 << 32) // 1000)


def template(number, fields, ipfix=False):
    """fields: (element, size) or (element, size, enterprise)."""
    out = struct.pack("!HH", number, len(fields))
    for element, size, *enterprise in fields:
        out += struct.pack("!HH", element | (0x8000 if enterprise else 0), size)
        out += b"".join(struct.pack("!I", e) for e in enterprise)
    return flowset(2 if ipfix else 0, out)


def flowset(number, body, pad=True):
    body = body.ljust((len(body) + 3) // 4 * 4, b"\0") if pad else body
    return struct.pack("!HH", number, len(body) + 4) + body


def record(fields, f):
    out = b""
    for element, size, *enterprise in fields:
        if enterprise == [REVERSE]:
            part = f.back[0 if element == 2 else 1].to_bytes(size, "big")
        elif enterprise:
            part = b"?" * (300 if size == 65535 else size)
        else:
            part = value(element, 5 if size == 65535 else size, f)
        if size == 65535:
            part = (bytes([len(part)]) if len(part) < 255 else
                    b"\xff" + struct.pack("!H", len(part))) + part
        out += part
    return out


def data(number, fields, flows):
    return flowset(number, b"".join(record(fields, f) for f in flows))


def v9(*sets, sequence=1, domain=5):
    return struct.pack("!HHIIII", 9, len(sets), UPTIME, START_NS // 10**9, sequence,
                       domain) + b"".join(sets)


def ipfix(*sets, sequence=0, domain=5):
    body = b"".join(sets)
    return struct.pack("!HHIII", 10, 16 + len(body), START_NS // 10**9, sequence, domain) + body


@export
def netflow9():
    """Before its template a data set can't be read; after that it can."""
    return capture([v9(data(300, V4, FLOWS)), v9(template(300, V4), data(300, V4, FLOWS), sequence=2),
                    v9(data(300, V4, FLOWS[:1]), sequence=5)],
                   [f.line() for f in FLOWS + FLOWS[:1]])


@export
def netflow9_domains():
    """The same number is another template for another source id, and for another exporter."""
    other = [(1, 8), (12, 4), (8, 4), (11, 2), (4, 1), (7, 2), (2, 8), (21, 4), (22, 4)]
    c = capture([v9(template(300, V4)), v9(template(300, other), domain=6),
                 v9(data(300, V4, FLOWS), sequence=2),
                 v9(data(300, other, FLOWS), sequence=2, domain=6)], [f.line() for f in FLOWS] * 2)
    Udp(c, "192.0.2.2", COLLECTOR, 50000, 2055).send(v9(data(300, V4, FLOWS)), step=0)
    return c


@export
def netflow9_vendor():
    """Elements that nobody knows are skipped by their length, as of firewalls that add names."""
    fields = V4[:4] + [(56701, 32), (346, 4)] + V4[4:] + [(56702, 64), (58, 2)]
    return capture([v9(template(256, fields), data(256, fields, FLOWS))], [f.line() for f in FLOWS])


@export
def netflow9_sampled():
    """One in 50 for sampler 3, each for sampler 0."""
    options = flowset(1, struct.pack("!HHHHHHHHHH", 257, 4, 8, 1, 4, 48, 1, 50, 4, 0))
    rates = flowset(257, struct.pack("!IBI", 0, 3, 50))
    fields = V4 + [(48, 1)]
    rows = b"".join(record(V4, f) + b"\x03" for f in FLOWS) + record(V4, FLOWS[0]) + b"\0"
    return capture([v9(template(256, fields), options, rates, flowset(256, rows))],
                   [f.line(50) for f in FLOWS] + [FLOWS[0].line()])


V6FLOWS = [Exported(6, "2001:db8::1", "2001:db8::2", 40001, 443, 10, 5000, flags=0x1B,
                    back=(20, 30000)),
           Exported(58, "2001:db8::1", "2001:db8::3", 0, 0x8000, 2, 208, back=(2, 208))]
BIFLOW = [(27, 16), (28, 16), (7, 2), (11, 2), (4, 1), (6, 2), (139, 2), (2, 8), (1, 4),
          (2, 8, REVERSE), (1, 3, REVERSE), (77, 12, ACME), (88, 65535, ACME), (82, 65535),
          (152, 8), (153, 8)]


@export
def ipfix_biflow():
    """IPv6, both directions, elements of an enterprise, variable and reduced lengths."""
    return capture([ipfix(template(256, BIFLOW, True), data(256, BIFLOW, V6FLOWS)),
                    ipfix(data(256, BIFLOW, V6FLOWS), sequence=2),
                    ipfix(data(256, BIFLOW, V6FLOWS), sequence=9)],
                   [f.line() for f in V6FLOWS] * 3)


@export
def ipfix_times():
    """Each way to tell a time."""
    kinds = [[(150, 4), (151, 4)], [(152, 8), (153, 8)], [(154, 8), (155, 8)], [(156, 8), (157, 8)],
             [(158, 4), (159, 4)]]
    sets, n = [], 256
    for kind in kinds:
        sets += [template(n, V4[:9] + kind, True), data(n, V4[:9] + kind, FLOWS[:2])]
        n += 1
    options = flowset(3, struct.pack("!HHHHHHH", n, 2, 1, 149, 4, 160, 8))
    booted = flowset(n, struct.pack("!IQ", 5, START_NS // MS - UPTIME))
    sets += [options, booted, template(n + 1, V4, True), data(n + 1, V4, FLOWS[:2])]
    return capture([ipfix(*sets)], [f.line() for f in FLOWS[:2]] * 6)


@export
def ipfix_withdrawn():
    """A template that was withdrawn, by its number or with all, is not there any more."""
    one, every = flowset(2, struct.pack("!HH", 256, 0)), flowset(2, struct.pack("!HH", 2, 0))
    fields = V4[:9] + [(152, 8), (153, 8)]
    both = template(256, fields, True) + template(257, fields, True)
    d1, d2 = data(256, fields, FLOWS[:1]), data(257, fields, FLOWS[1:2])
    return capture([ipfix(both, d1, d2), ipfix(one, d1, d2), ipfix(both, every, d1, d2)],
                   [FLOWS[0].line(), FLOWS[1].line(), FLOWS[1].line()])


@export
def ipfix_damaged():
    """A set longer than its message, a record that ends beyond its set, templates of no use."""
    fields = V4[:9] + [(82, 65535)]
    beyond = flowset(256, record(V4[:9], FLOWS[0]) + b"\xff\xff\xff", pad=False)
    empty = template(258, [(1, 0), (2, 0)], True)
    large = template(259, [(1, 4)] * 129, True)
    cut = flowset(2, struct.pack("!HHHH", 260, 9, 1, 4))
    good = template(257, V4[:9] + [(152, 8), (153, 8)], True)
    return capture([ipfix(template(256, fields, True), beyond),
                    ipfix(good, empty, large, flowset(258, bytes(8)), cut),
                    ipfix(data(257, V4[:9] + [(152, 8), (153, 8)], FLOWS[:1]),
                          struct.pack("!HH", 257, 400)),
                    ipfix()[:10], struct.pack("!HH", 10, 9000) + bytes(12)], [FLOWS[0].line()])


# --- sFlow

def words(*values):
    return struct.pack(f"!{len(values)}I", *values)


def opaque(data):
    return words(len(data)) + data.ljust((len(data) + 3) // 4 * 4, b"\0")


def sampled(size, src="10.3.0.1", dst="10.4.0.1"):
    """The frame of a UDP packet of that payload."""
    return eth(0x0800, ipv4(src, dst, 17, udp(src, dst, 1111, 2222, bytes(size))))


def header(version, frame, protocol=1, keep=64):
    """The first bytes of a frame, of which the checksum was taken off."""
    return (words(protocol, len(frame) + (4 if version == 5 else 0))
            + (words(4) if version == 5 else b"") + opaque(frame[:keep]))


def flow5(frame, rate, expanded=False, before=b"", **more):
    body = words(1, 0, 7) if expanded else words(1, 7)
    body += words(rate, 1000, 0) + (words(0, 1, 0, 2) if expanded else words(1, 2))
    body += words(2 if before else 1) + before + words(1) + opaque(header(5, frame, **more))
    return words(3 if expanded else 1) + opaque(body)


def counters5(expanded=False):
    return words(4 if expanded else 2) + opaque(words(1, 7, 1) + words(1) + opaque(bytes(88)))


def sflow(version, *samples, sequence=1):
    agent = words(1) + address(EXPORTER) + (words(0) if version == 5 else b"")
    return words(version) + agent + words(sequence, UPTIME, len(samples)) + b"".join(samples)


def flow4(version, frame, rate, *extensions, data=None):
    return (words(1, 1, 7, rate, 1000, 0, 1, 2)
            + (words(1) + header(version, frame) if data is None else data)
            + words(len(extensions)) + b"".join(extensions))


def udp_line(packets, octets, src="10.3.0.1"):
    return Exported(17, src, "10.4.0.1", 1111, 2222, packets, octets, 0, 0).line()


@export
def sflow5():
    """Two samples of one flow at one in 100 and 50; counters; an exotic link; a gap of three."""
    f = sampled(400)
    other = words(1001) + opaque(bytes(16))
    return capture([sflow(5, flow5(f, 100), counters5(), flow5(f, 50, True, other)),
                    sflow(5, counters5(True), flow5(f, 10, protocol=99), words(4097) + opaque(b"?"),
                          sequence=5)],
                   [udp_line(150, 150 * len(f))])


@export
def sflow5_large():
    """More bytes than one record may tell of are told by several; a rate beyond that is cut."""
    f, g = sampled(1000), sampled(1000, "10.3.0.2")
    fits = 0x7FFFFFFF // len(f)
    return capture([sflow(5, flow5(f, 1500000), flow5(f, 1500000), flow5(g, 4000000000))],
                   [udp_line(1500001, 1500001 * len(f)), udp_line(1499999, 1499999 * len(f)),
                    udp_line(fits, fits * len(f), "10.3.0.2")])


@export
def sflow5_damaged():
    """Lengths that go beyond, at each place; what was whole before counts."""
    f = sampled(40)
    good = flow5(f, 2)
    return capture([sflow(5, good)[:-4], sflow(5, good) + b"more", sflow(5, good, words(1, 4000)),
                    sflow(5, words(1) + opaque(words(1, 7, 2, 1000, 0, 1, 2, 1, 1, 400))),
                    sflow(3, good), sflow(5)[:12], b""], [udp_line(4, 4 * len(f))])


@export
def sflow4():
    f = sampled(300)
    way = [words(1, 5, 0, 6, 0), words(2, 1, 0, 24, 16), words(3, 1, 2, 3, 1, 2, 2, 7, 8, 1, 9, 100),
           words(4) + opaque(b"alice") + opaque(b"bob"), words(5, 1) + opaque(b"http://x/")]
    plain = words(2) + bytes(32)
    return capture([sflow(4, flow4(4, f, 20, *way), words(2, 1, 7, 30, 1) + bytes(88),
                          flow4(4, f, 20, data=plain), words(2, 1, 7, 30, 7) + bytes(28),
                          flow4(4, f, 30))],
                   [udp_line(50, 50 * len(f))])


@export
def sflow2():
    f = sampled(300)
    way = [words(3, 1, 2, 3, 2, 7, 8)]
    return capture([sflow(2, flow4(2, f, 20, *way), words(2, 1, 7, 30, 2) + bytes(140),
                          flow4(2, f, 30))],
                   [udp_line(50, 50 * len(f))])


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
