# SPDX-License-Identifier: BSD-3-Clause
"""Link types as tables: what each puts in front of an IP packet.

LINKS: name -> (link type, bytes in front that argus's convention does not count, function from
packet and direction to frame).
"""
import struct

from packets import MAC_A, MAC_B


def ethertype(packet):
    return 0x86DD if packet[0] >> 4 == 6 else 0x0800


def macs(reverse):
    return MAC_A + MAC_B if reverse else MAC_B + MAC_A


def snap(packet):
    return b"\xaa\xaa\x03\0\0\0" + struct.pack("!H", ethertype(packet)) + packet


def ethernet(packet, reverse):
    return macs(reverse) + struct.pack("!H", ethertype(packet)) + packet


def ppp(packet, reverse=False):
    return b"\xff\x03\0" + (b"\x57" if packet[0] >> 4 == 6 else b"\x21") + packet


def c_hdlc(packet, reverse=False):
    return b"\x0f\0" + struct.pack("!H", ethertype(packet)) + packet


def frame_relay(packet, reverse=False):
    return b"\x18\x61\x03" + (b"\x8e" if packet[0] >> 4 == 6 else b"\xcc") + packet


def family(packet, inet6=30):
    return inet6 if packet[0] >> 4 == 6 else 2


def netfilter(packet, reverse):
    attributes = struct.pack("<HH4s", 8, 1, struct.pack("!HBB", ethertype(packet), 3, 0))
    return (struct.pack("!BBH", family(packet, 10), 0, 7) + attributes
            + struct.pack("<HH", 4 + len(packet), 9) + packet)


def arcnet(packet, reverse):
    stations = b"\x05\x09" if reverse else b"\x09\x05"
    return stations + (b"\xc4" if packet[0] >> 4 == 6 else b"\xd4") + b"\0\0\x01" + packet


def docsis(packet, reverse):
    frame = ethernet(packet, reverse)
    return b"\0\0" + struct.pack("!H", len(frame)) + b"\0\0" + frame


def edsa(packet, reverse):
    return (macs(reverse) + b"\xda\xda\0\0\x40\0\0\x07" + struct.pack("!H", ethertype(packet))
            + packet)


AP = bytes.fromhex("0200000000aa")


def wlan(control, addresses, body=b"", flags=0):
    """An IEEE 802.11 frame; with three addresses there is a sequence number."""
    sequence = b"\0\0" if len(addresses) > 2 else b""
    return bytes([control, flags, 0, 0]) + b"".join(addresses) + sequence + body


def element(number, value):
    return bytes([number, len(value)]) + value


def wlan_data(packet, reverse):
    """Between a station and the access point, which passes it on or has it from somewhere."""
    if reverse:
        return wlan(0x88, [MAC_A, AP, MAC_B], b"\0\0" + snap(packet), flags=2)
    return wlan(0x88, [AP, MAC_A, MAC_B], b"\0\0" + snap(packet), flags=1)


LINKS = {
    "slip": (8, 16, lambda p, r: bytes([r]) + bytes(15) + p),
    "ppp": (9, 4, ppp),
    "ppp-bsdos": (103, 4, ppp),
    "ppp-ether": (51, 8, lambda p, r: b"\x11\0\0\x01" + struct.pack("!H", len(p) + 2)
                  + ppp(p)[2:]),
    "ppp-pppd": (166, 4, lambda p, r: bytes([r]) + ppp(p)[1:]),
    "ppp-direction": (204, 5, lambda p, r: bytes([r]) + ppp(p)),
    "c-hdlc-direction": (205, 5, lambda p, r: bytes([r]) + c_hdlc(p)),
    "frame-relay": (107, 4, frame_relay),
    "frame-relay-direction": (206, 5, lambda p, r: bytes([r]) + frame_relay(p)),
    "fddi": (10, 13, lambda p, r: b"\x50" + macs(r) + snap(p)),
    "token-ring": (6, 14, lambda p, r: b"\x10\x40" + macs(r) + snap(p)),
    "arcnet": (7, 6, arcnet),
    "atm": (100, 0, lambda p, r: snap(p)),
    "sunatm": (123, 4, lambda p, r: b"\x02\0\0\x2a" + snap(p)),
    "mpls": (219, 0, lambda p, r: b"\0\x01\x01\x40" + p),
    "docsis": (143, 6, docsis),
    "enc": (109, 12, lambda p, r: struct.pack("<II", family(p), 7) + bytes(4) + p),
    "pflog": (117, 48, lambda p, r: bytes([45, family(p, 24)]) + bytes(46) + p),
    "nflog": (239, 16, netfilter),
    "ipnet": (226, 24, lambda p, r: bytes([1, family(p, 26)]) + bytes(22) + p),
    "juniper-ether": (178, 4, lambda p, r: b"MGC" + bytes([not r]) + ethernet(p, r)),
    "wlan": (105, 0, wlan_data),
    "radiotap": (127, 18, lambda p, r: b"\0\0\x12\0\x03\0\0\0" + bytes(8) + b"\x10\0"
                 + wlan_data(p, r) + bytes(4)),
    "prism": (119, 144, lambda p, r: bytes(144) + wlan_data(p, r)),
    "avs": (163, 64, lambda p, r: struct.pack("!II", 0x80211001, 64) + bytes(56)
            + wlan_data(p, r)),
    "ppi": (192, 8, lambda p, r: struct.pack("<BBHI", 0, 0, 8, 105) + wlan_data(p, r)),
    "pktap": (258, 108, lambda p, r: struct.pack("<III", 108, 1, 1) + bytes(96)
              + ethernet(p, r)),
    "brcm-tag-ahead": (282, 4, lambda p, r: b"\x01\x02\x03\x04" + ethernet(p, r)),
    "edsa": (285, 8, edsa),
}
