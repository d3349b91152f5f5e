# SPDX-License-Identifier: BSD-3-Clause
"""Tunnels between two routers: each wraps a packet, or the frame that holds it."""
import struct

from conversation import ethernet
from packets import MAC_A, MAC_B, eth, ipv4, ipv6, udp, vlan

R1, R2 = "192.0.2.1", "192.0.2.2"
R1_6, R2_6 = "2001:db8:ffff::1", "2001:db8:ffff::2"
VNI = 0x123456


def over_ip(protocol, payload, reverse):
    src, dst = (R2, R1) if reverse else (R1, R2)
    return ethernet(ipv4(src, dst, protocol, payload), reverse)


def over_ip6(protocol, payload, reverse):
    src, dst = (R2_6, R1_6) if reverse else (R1_6, R2_6)
    return ethernet(ipv6(src, dst, protocol, payload), reverse)


def over_udp(port, payload, reverse):
    src, dst = (R2, R1) if reverse else (R1, R2)
    return over_ip(17, udp(src, dst, 50000, port, payload), reverse)


def version(packet):
    return packet[0] >> 4


def kind(packet):
    return 0x86DD if version(packet) == 6 else 0x0800


def frame(packet, reverse):
    return ethernet(packet, reverse)


def tagged(packet, reverse):
    macs = (MAC_B, MAC_A) if reverse else (MAC_A, MAC_B)
    return eth(0x8100, vlan(33, kind(packet), packet), *macs)


def label(value, bottom):
    return struct.pack("!I", value << 12 | bottom << 8 | 64)


def gre(flags, protocol, payload, key=None, sequence=None):
    head = struct.pack("!HH", flags, protocol)
    if key is not None:
        head += struct.pack("!I", key)
    if sequence is not None:
        head += struct.pack("!I", sequence)
    return head + payload


def gtp(packet, reverse):
    """As of 5G: with the container of a session."""
    inside = struct.pack("!HBB", 0, 0, 0x85) + bytes([1, 0, 9, 0]) + packet
    return over_udp(2152, struct.pack("!BBHI", 0x34, 255, len(inside), 0xDEADBEEF) + inside, reverse)


def l2tp2(packet, reverse):
    ppp = struct.pack("!HH", 0xFF03, 0x0057 if version(packet) == 6 else 0x0021) + packet
    return over_udp(1701, struct.pack("!HHHH", 0x4002, 8 + len(ppp), 7, 9) + ppp, reverse)


def segment_routing(packet, reverse):
    """IPv6 with a segment routing header of one segment."""
    header = struct.pack("!BBBBBBH", 41 if version(packet) == 6 else 4, 2, 4, 0, 0, 0, 0) + bytes(16)
    return over_ip6(43, header + packet, reverse)


def backbone(packet, reverse):
    macs = (MAC_B, MAC_A) if reverse else (MAC_A, MAC_B)
    return eth(0x88E7, struct.pack("!I", 0x00ABCDEF) + frame(packet, reverse), *macs)


# name: (wrap(packet, reverse) -> frame, how argus keys it: the inner flow or the outer one)
TUNNELS = {
    "gre": (lambda p, r: over_ip(47, gre(0, kind(p), p), r), "inner"),
    "gre6": (lambda p, r: over_ip6(47, gre(0x3000, kind(p), p, 42, 1), r), "inner"),
    "nvgre": (lambda p, r: over_ip(47, gre(0x2000, 0x6558, frame(p, r), VNI << 8), r), "inner"),
    "erspan2": (lambda p, r: over_ip(47, gre(0x1000, 0x88BE, struct.pack("!HHI", 0x1000, 77, 0)
                                             + frame(p, r), sequence=1), r), "inner"),
    "erspan3": (lambda p, r: over_ip(47, gre(0x1000, 0x22EB, struct.pack("!HHII", 0x2000, 77, 0, 0)
                                             + frame(p, r), sequence=1), r), "inner"),
    "pbb": (backbone, "inner"),
    "mpls-wire": (lambda p, r: eth(0x8847, label(16, 0) + label(17, 1) + bytes(4) + frame(p, r)),
                  "inner"),
    "ipip": (lambda p, r: over_ip(41 if version(p) == 6 else 4, p, r), "outer"),
    "ipip6": (lambda p, r: over_ip6(41 if version(p) == 6 else 4, p, r), "outer"),
    "srv6": (segment_routing, "outer"),
    "vxlan": (lambda p, r: over_udp(4789, struct.pack("!II", 0x08000000, VNI << 8) + tagged(p, r), r),
              "outer"),
    "vxlan-gpe": (lambda p, r: over_udp(4790, struct.pack("!II", 0x0C000000 | (2 if version(p) == 6
                                                                             else 1), VNI << 8) + p,
                                        r), "outer"),
    "geneve": (lambda p, r: over_udp(6081, struct.pack("!BBHI", 2, 0, 0x6558, VNI << 8) + bytes(8)
                                     + frame(p, r), r), "outer"),
    "gtp": (gtp, "outer"),
    "l2tp2": (l2tp2, "outer"),
    "l2tp3": (lambda p, r: over_ip(115, struct.pack("!II", 4711, 0) + frame(p, r), r), "outer"),
    "mpls-udp": (lambda p, r: over_udp(6635, label(16, 1) + p, r), "outer"),
}
