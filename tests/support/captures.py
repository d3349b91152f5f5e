#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The captures that the tests read, each made from nothing and always the same.

  captures.py list            name, packets readable, bytes, exit status; one a line
  captures.py NAME FILE       writes one
  captures.py all FOLDER      writes each as FOLDER/NAME.pcap, and FOLDER/expect.tsv
  captures.py seeds FOLDER    packets of each, as fuzz_dissect takes them
  captures.py flows NAME      what a flow meter must say, summed over records:
                              proto,saddr,sport,daddr,dport,spkts,dpkts,sbytes,dbytes
"""
import os
import random
import struct
import sys

from applications import applications
from conversation import MS, START_NS, Capture, Flow, Tcp, Udp, ethernet, sack_option
from differences import DIFFERENCES
from links import AP, LINKS, element, wlan
from tunnels import TUNNELS
from packets import (ACK, BROADCAST, CWR, ECE, FIN, LOOP, MAC_A, MAC_B, NULL, PSH, RAW, RST, SLL,
                     SLL2, SYN, URG, ah, arp, dns, echo, esp, eth, extension, fragment_header,
                     fragments4, fragments6, gz, icmp, icmp6, igmp, ipv4, ipv6, llc, null, pcap,
                     pcapng, sll, sll2, tcp, udp, vlan, zst)

A, B, C, ROUTER = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.254"
A6, B6, C6 = "2001:db8::1", "2001:db8::2", "2001:db8::3"

CAPTURES = {}


def capture(function):
    CAPTURES[function.__name__.replace("_", "-")] = function
    return function


capture(applications)


# --- TCP

@capture
def tcp_complete():
    c = Capture()
    Tcp(c, A, B, 40000, 80).handshake().exchange(300, 1200, 3).close()
    return c


@capture
def tcp_complete_v6():
    c = Capture()
    Tcp(c, A6, B6, 40000, 443).handshake().exchange(200, 1400, 2).close()
    return c


@capture
def tcp_refused():
    c = Capture()
    Tcp(c, A, B, 40001, 81).segment(SYN).segment(RST | ACK, reverse=True)
    return c


@capture
def tcp_reset():
    c = Capture()
    Tcp(c, A, B, 40002, 80).handshake().exchange(100, 100).segment(RST | ACK)
    return c


@capture
def tcp_half_open():
    """A scan: one source, many ports, no answers."""
    c = Capture()
    for port in range(1, 41):
        Tcp(c, A, B, 50000, port).segment(SYN)
    return c


@capture
def tcp_lossy():
    """A lost segment sent again, one that comes twice, two in the wrong order."""
    c = Capture()
    t = Tcp(c, A, B, 40003, 80).handshake().send(500).ack(reverse=True)
    at = t.next[0]
    t.send(500).send(500, seq=at).ack(reverse=True)
    at = t.next[0]
    t.send(500, seq=at + 500)
    t.ack(reverse=True, ack=at, options=sack_option(at + 500, at + 1000))
    t.send(500, seq=at).ack(reverse=True).close()
    return c


@capture
def tcp_zero_window():
    c = Capture()
    t = Tcp(c, A, B, 40004, 80).handshake().send(1000)
    t.window[1] = 0
    t.ack(reverse=True, step=1500 * MS).segment(ACK, b"x", step=MS).ack(reverse=True)
    t.window[1] = 65535
    t.ack(reverse=True).send(1000).ack(reverse=True).close()
    return c


@capture
def tcp_ecn():
    c = Capture()
    t = Tcp(c, A, B, 40005, 80)
    t.handshake(syn=SYN | ECE | CWR, synack=SYN | ACK | ECE)
    t.send(1000, tos=2).send(1000, tos=3).segment(ACK | ECE, reverse=True)
    t.segment(ACK | CWR | PSH, b"y" * 100, tos=2).ack(reverse=True).close()
    return c


@capture
def tcp_midstream():
    c = Capture()
    Tcp(c, A, B, 40006, 80, seq=(7_000_000, 9_000_000)).exchange(400, 1400, 5)
    return c


@capture
def tcp_reuse():
    """The same ports again: after a close, and after a refusal."""
    c = Capture()
    t = Tcp(c, A, B, 40007, 80).handshake().exchange(100, 200).close()
    c.now += 2000 * MS
    t.next = [900_000, 800_000]
    t.handshake().exchange(100, 200).close()
    t = Tcp(c, A, B, 40008, 82).segment(SYN).segment(RST | ACK, reverse=True)
    c.now += 1000 * MS
    t.next = [300_000, 400_000]
    t.segment(SYN).segment(RST | ACK, reverse=True)
    return c


@capture
def tcp_long():
    """Twelve minutes, one exchange each ten seconds: status records."""
    c = Capture()
    t = Tcp(c, A, B, 40009, 22).handshake()
    for _ in range(72):
        t.exchange(60, 60)
        c.now += 10_000 * MS
    t.close()
    return c


@capture
def tcp_wrap():
    c = Capture()
    t = Tcp(c, A, B, 40010, 80, seq=(2**32 - 700, 2**32 - 1500))
    t.handshake().exchange(500, 1000, 4).close()
    return c


@capture
def tcp_urgent():
    c = Capture()
    Tcp(c, A, B, 40011, 23).handshake().segment(PSH | ACK | URG, b"!").ack(reverse=True).close()
    return c


@capture
def tcp_keystrokes():
    """A session of SSH: sixty keystrokes with their echoes, and a listing in the midst."""
    c = Capture()
    t = Tcp(c, A, B, 40012, 22).handshake().exchange(200, 400, 6)
    rng = random.Random(5)
    for number in range(60):
        c.now += rng.randrange(80, 400) * MS
        t.send(48).send(48, reverse=True).ack()
        if number == 30:
            for _ in range(10):
                t.send(1200, reverse=True)
            t.ack()
    t.close()
    return c


@capture
def tcp_keystrokes_noisy():
    """Twelve sessions of keystrokes, late and missing echoes, pastes and listings, at random."""
    c = Capture()
    rng = random.Random(1)
    for number in range(12):
        t = Tcp(c, A, B, 41000 + number, rng.choice((22, 23, 5000))).handshake()
        step = rng.choice((1, 4))

        def size(least, most, step=step):
            return rng.randrange(least, most) // step * step

        for _ in range(rng.randrange(20, 80)):
            c.now += rng.choice((30, 60, 90, 150, 200, 300, 1200)) * rng.randrange(900, 1100) * MS // 1000
            kind = rng.randrange(100)
            if kind < 75:
                for _ in range(rng.choice((1, 1, 1, 1, 1, 2))):
                    t.send(size(40, 140))
                for _ in range(rng.choice((0, 0, 0, 0, 1, 2, 3))):
                    t.ack(reverse=rng.random() < 0.5)
                c.now += rng.randrange(40) * MS
                t.send(size(20, 270), reverse=True)
                if kind < 50:
                    t.ack()
            elif kind < 85:
                for _ in range(rng.randrange(1, 6)):
                    t.send(size(400, 1400), reverse=True).ack()
            else:
                for _ in range(rng.randrange(1, 12)):
                    t.send(size(44, 130))
    return c


# --- UDP, DNS

@capture
def udp_both_ways():
    c = Capture()
    u = Udp(c, A, B, 5000, 6000)
    for _ in range(5):
        u.send(100).send(200, reverse=True)
    return c


@capture
def udp_one_way():
    c = Capture()
    u = Udp(c, A, B, 5001, 514)
    for _ in range(7):
        u.send(80)
    return c


@capture
def udp_idle():
    """Silent beyond the idle time, then on."""
    c = Capture()
    u = Udp(c, A, B, 5002, 6002).send(50).send(60, reverse=True)
    c.now += 100_000 * MS
    u.send(50).send(60, reverse=True)
    return c


@capture
def udp_v6():
    c = Capture()
    Udp(c, A6, B6, 5003, 6003).send(33).send(44, reverse=True)
    return c


@capture
def dns_queries():
    c = Capture()
    for number in range(10):
        name = f"host{number}.example.org"
        u = Udp(c, A, ROUTER, 33000 + number, 53).send(dns(number, name), step=3 * MS)
        u.send(dns(number, name, f"192.0.2.{number + 1}"), reverse=True)
    return c


@capture
def dns_queries_v6():
    """Ten transactions between the same ports, the answers in another order."""
    c = Capture()
    u = Udp(c, A6, B6, 33000, 53)
    for number in range(10):
        u.send(dns(number, f"host{number}.example.org"), step=3 * MS)
    for number in range(9, -1, -1):
        u.send(dns(number, f"host{number}.example.org", f"192.0.2.{number + 1}"), reverse=True)
    return c


# --- RTP, RTCP, UDT

def rtp(seq, source, kind=0, size=160):
    return struct.pack("!BBHII", 0x80, kind, seq & 0xffff, seq * 160 & 0xffffffff, source) + bytes(size)


def rtcp(source):
    """A sender report and a source description."""
    report = struct.pack("!BBHI", 0x80, 200, 6, source) + bytes(20)
    return report + struct.pack("!BBHIBB", 0x81, 202, 3, source, 1, 4) + b"me@x" + bytes(2)


@capture
def rtp_call():
    """Both ways for six seconds; the caller's 20th packet and another are missing."""
    c = Capture()
    voice, control = Udp(c, A, B, 16384, 20000), Udp(c, A, B, 16385, 20001)
    for number in range(300):
        if number not in (19, 100):
            voice.send(rtp(65500 + number, 0xabcd), step=10 * MS)
        voice.send(rtp(number, 0xef01), reverse=True, step=10 * MS)
        if number % 100 == 50:
            control.send(rtcp(0xabcd), step=0).send(rtcp(0xef01), reverse=True, step=0)
    return c


@capture
def rtp_call_v6():
    c = Capture()
    voice = Udp(c, A6, B6, 16384, 20000)
    for number in range(50):
        voice.send(rtp(number, 0xabcd), step=20 * MS)
    return c


@capture
def udp_like_media():
    """Many conversations whose payloads begin with the first bits of RTP, and are none."""
    c = Capture()
    rng = random.Random(7)
    for number in range(150):
        u = Udp(c, A, B, 30000 + number, 40000 + number)
        same = rng.randbytes(4)
        for packet in range(6 + number % 6):
            payload = bytes([0x80 | rng.randrange(64)]) + rng.randbytes(60)
            if number % 3 == 1:
                payload = payload[:8] + same + payload[12:]
            elif number % 3 == 2:
                payload = bytes([0x80 | packet, 0, 0, 0, 1, 8]) + same + same + payload[14:]
            u.send(payload, reverse=packet % 2 == 1)
    return c


@capture
def udt_transfer():
    """A handshake, data of which packets 5 and 6 are missing, an acknowledgement."""
    c = Capture()
    u = Udp(c, A, B, 40000, 9000)
    for kind, reverse in ((1, False), (-1, True)):
        body = struct.pack("!IIIIIiII16x", 4, 1, 1000, 1500, 8192, kind, 77, 5)
        u.send(struct.pack("!IIII", 0x80000000, 0, 0, 77) + body, reverse=reverse)
    for number in range(20):
        if number not in (5, 6):
            u.send(struct.pack("!IIII", 1000 + number, 0xe0000001, number, 77) + bytes(1000))
    u.send(struct.pack("!IIIIIIIIII", 0x80020000, 1, 0, 77, 1020, 900, 100, 8000, 500, 9000),
           reverse=True)
    return c


# --- ICMP

@capture
def icmp_echo():
    c = Capture()
    f = Flow("icmp", A, B)
    for seq in range(4):
        c.ip(f, 1, icmp(8, 0, echo(7, seq), b"p" * 56), step=5 * MS)
        c.ip(f, 1, icmp(0, 0, echo(7, seq), b"p" * 56), reverse=True, step=995 * MS)
    return c


@capture
def icmp_unreachable():
    """A UDP packet to a closed port, and what the host says of it."""
    c = Capture()
    Udp(c, A, B, 5004, 7).send(40)
    quoted = c.packets[-1][1][14:14 + 28]
    c.ip(Flow("icmp", B, A), 1, icmp(3, 3, b"\0" * 4, quoted))
    return c


@capture
def icmp_time_exceeded():
    c = Capture()
    for ttl in range(1, 4):
        Udp(c, A, C, 5005, 33433 + ttl).send(32, ttl=ttl)
        quoted = c.packets[-1][1][14:14 + 28]
        c.ip(Flow("icmp", f"10.0.{ttl}.254", A), 1, icmp(11, 0, b"\0" * 4, quoted))
    return c


@capture
def icmp_redirect():
    c = Capture()
    t = Tcp(c, A, C, 40012, 80).segment(SYN)
    quoted = c.packets[-1][1][14:14 + 28]
    c.ip(Flow("icmp", ROUTER, A), 1, icmp(5, 1, bytes([10, 0, 0, 253]), quoted))
    t.segment(SYN | ACK, reverse=True).ack()
    return c


@capture
def icmp_quotes_nothing():
    """Errors whose quoted packet is cut, is no IP, or was never seen."""
    c = Capture()
    for quoted in (b"", b"\x45", b"\xff" * 28, ipv4(C, A, 17, udp(C, A, 9, 9))[:28]):
        c.add(ethernet(ipv4(B, A, 1, icmp(3, 1, b"\0" * 4, quoted))))
    return c


@capture
def icmp6_kinds():
    c = Capture()
    for seq in range(2):
        c.add(ethernet(ipv6(A6, B6, 58, icmp6(A6, B6, 128, 0, echo(9, seq), b"p" * 32))))
        c.add(ethernet(ipv6(B6, A6, 58, icmp6(B6, A6, 129, 0, echo(9, seq), b"p" * 32))))
    group = "ff02::1:ff00:2"
    target = ipv6(A6, B6, 59, b"")[24:40]
    c.add(ethernet(ipv6(A6, group, 58, icmp6(A6, group, 135, 0, b"\0" * 4, target), hops=255)))
    c.add(ethernet(ipv6(B6, A6, 58, icmp6(B6, A6, 136, 0, b"\x60\0\0\0", target), hops=255)))
    Udp(c, A6, B6, 5006, 9).send(10)
    quoted = c.packets[-1][1][14:14 + 58]
    c.add(ethernet(ipv6(B6, A6, 58, icmp6(B6, A6, 1, 4, b"\0" * 4, quoted))))
    c.flows = []
    return c


# --- other IP protocols

@capture
def igmp_reports():
    c = Capture()
    for source in (A, B):
        c.ip(Flow("igmp", source, "224.0.0.251"), 2, igmp(0x16, "224.0.0.251"), ttl=1,
             options=b"\x94\x04\0\0")
    return c


@capture
def esp_v4():
    c = Capture()
    for seq in range(1, 5):
        c.add(ethernet(ipv4(A, B, 50, esp(0x11223344, seq, b"e" * 64))))
        c.add(ethernet(ipv4(B, A, 50, esp(0x55667788, seq, b"e" * 64)), True))
    return c


@capture
def esp_v6():
    c = Capture()
    for seq in range(1, 5):
        c.add(ethernet(ipv6(A6, B6, 50, esp(0x11223344, seq, b"e" * 64))))
    return c


@capture
def ah_over_udp():
    c = Capture()
    f = Flow("udp", A, B, 5007, 6007)
    for seq in range(3):
        c.ip(f, 51, ah(17, 77, seq, udp(A, B, 5007, 6007, b"a" * 40)))
    return c


@capture
def other_protocols():
    """OSPF, PIM, VRRP, SCTP, one nobody has, and the last number."""
    c = Capture()
    for number in (89, 103, 112, 132, 200, 255):
        c.add(ethernet(ipv4(A, B, number, bytes(range(32)))))
        c.add(ethernet(ipv6(A6, B6, number, bytes(range(32)))))
    return c


@capture
def ipv4_options():
    c = Capture()
    u = Udp(c, A, B, 5008, 6008)
    for options in (b"\x94\x04\0\0", b"\x07\x07\x04\0\0\0\0", b"\x44\x0c\x05\0" + b"\0" * 8,
                    b"\x83\x07\x04" + bytes([10, 0, 0, 9]), b"\x89\x07\x04" + bytes([10, 0, 0, 9]),
                    b"\x82\x0b" + b"\0" * 9, b"\x88\x04\0\1", b"\x01" * 40):
        u.send(20, options=options)
    return c


@capture
def ipv6_extensions():
    c = Capture()
    inner = udp(A6, B6, 5009, 6009, b"x" * 16)
    f = Flow("udp", A6, B6, 5009, 6009)
    for chain in ((0,), (60,), (43,), (0, 60, 43, 60), (44,)):
        payload, following = inner, 17
        for kind in reversed(chain):
            if kind == 44:
                payload = fragment_header(following, 0, False, 99) + payload
            elif kind == 43:
                payload = extension(following, b"\0\0" + b"\0" * 4) + payload
            else:
                payload = extension(following, b"\x01\x04\0\0\0\0") + payload
            following = kind
        c.ip(f, following, payload)
    return c


# --- fragments

def fragment_orders(build, src, dst):
    c = Capture()
    orders = [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 2, 1), (2, 0, 1), (1, 2, 0)]
    for number, order in enumerate(orders):
        datagram = udp(src, dst, 5100 + number, 6100, bytes(2000))
        parts = build(src, dst, 17, datagram, 800, 1000 + number)
        for at in order:
            c.add(ethernet(parts[at]))
        c.now += 10_000 * MS
    return c


@capture
def fragments_v4():
    return fragment_orders(fragments4, A, B)


@capture
def fragments_v6():
    return fragment_orders(fragments6, A6, B6)


@capture
def fragments_in_order():
    c = Capture()
    f = Flow("udp", A, B, 5010, 6010)
    for ident in range(5):
        for part in fragments4(A, B, 17, udp(A, B, 5010, 6010, bytes(3000)), 1480, 50 + ident):
            c.add(ethernet(part), f)
    return c


@capture
def fragments_odd():
    """Overlapping, a gap, only later ones, a tiny first, the same twice."""
    c = Capture()
    whole = udp(A, B, 5011, 6011, bytes(2000))
    parts = fragments4(A, B, 17, whole, 800, 60)
    for part in parts + [parts[1]]:
        c.add(ethernet(part))
    c.add(ethernet(ipv4(A, B, 17, whole[400:1200], ident=61, offset=400, more=True)))
    c.add(ethernet(ipv4(A, B, 17, whole[:800], ident=61, offset=0, more=True)))
    c.add(ethernet(ipv4(A, B, 17, whole[1600:], ident=62, offset=1600)))
    c.add(ethernet(ipv4(A, B, 6, b"\x9c\x40\0\x50", ident=63, offset=0, more=True)))
    c.add(ethernet(ipv4(A, B, 17, b"\0" * 64, ident=64, offset=65528)))
    return c


# --- link layers

@capture
def vlan_tagged():
    c = Capture(frame=lambda p, r=False: eth(0x8100, vlan(0x6000 | 100, 0x0800, p)))
    Udp(c, A, B, 5012, 6012).send(30).send(30, reverse=True)
    return c


@capture
def qinq():
    c = Capture(frame=lambda p, r=False: eth(0x8100, vlan(200, 0x8100, vlan(100, 0x0800, p))))
    Udp(c, A, B, 5013, 6013).send(30).send(30, reverse=True)
    return c


@capture
def qinq_8021ad():
    c = Capture()
    packet = ipv4(A, B, 17, udp(A, B, 5014, 6014, b"q" * 30))
    for _ in range(3):
        c.add(eth(0x88A8, vlan(200, 0x8100, vlan(100, 0x0800, packet))))
    return c


@capture
def arp_pairs():
    c = Capture()
    for last in range(2, 6):
        f = Flow("arp", A, f"10.0.0.{last}")
        mac = bytes([2, 0, 0, 0, 0, last])
        c.add(eth(0x0806, arp(1, MAC_A, A, bytes(6), f.dst), MAC_A, BROADCAST), f)
        c.add(eth(0x0806, arp(2, mac, f.dst, MAC_A, A), mac, MAC_A), f, True)
    return c


@capture
def rarp_pair():
    c = Capture()
    c.add(eth(0x8035, arp(3, MAC_A, "0.0.0.0", MAC_A, "0.0.0.0"), MAC_A, BROADCAST))
    c.add(eth(0x8035, arp(4, MAC_B, B, MAC_A, A), MAC_B, MAC_A))
    return c


@capture
def link_local_frames():
    """LLC, SNAP, spanning tree, LLDP, a loopback test, an ethertype nobody has."""
    c = Capture()
    stp = bytes.fromhex("0180c2000000")
    for _ in range(3):
        c.add(llc(0x42, 0x42, 3, bytes(35), dst=stp))
    c.add(llc(0xAA, 0xAA, 3, b"\0\0\x0c\x20\0" + bytes(40)))
    c.add(llc(0xAA, 0xAA, 3, b"\0\0\0\x08\0" + ipv4(A, B, 17, udp(A, B, 5015, 6015, b"s" * 9))))
    c.add(llc(0xE0, 0xE0, 3, b"\xff\xff" + bytes(40)))
    c.add(eth(0x88CC, bytes(40)))
    c.add(eth(0x9000, bytes(40), MAC_A, MAC_A))
    c.add(eth(0xBEEF, bytes(40)))
    c.add(eth(0xBEEF, bytes(40), MAC_B, MAC_A))
    return c


def pppoe(protocol, payload, reverse=False):
    session = struct.pack("!BBHHH", 0x11, 0, 7, len(payload) + 2, protocol) + payload
    return eth(0x8864, session, *((MAC_B, MAC_A) if reverse else (MAC_A, MAC_B)))


def isis(kind, header, dst="0180c2000014", src=MAC_A):
    """A PDU of IS-IS, as LLC frames carry it; 'header' is what follows the common part."""
    body = struct.pack("!BBBBBBBB", 0x83, len(header) + 8, 1, 0, kind, 1, 0, 0) + header
    return llc(0xFE, 0xFE, 3, body + bytes(20), src, bytes.fromhex(dst))


def system(number):
    return bytes((0x19, 0x21, 0x68, 0, 0, number))


@capture
def control_ppp():
    """PPPoE: link control, authentication, address negotiation, echoes, and packets inside."""
    c = Capture()
    for number in range(3):
        for protocol in (0xC021, 0xC023, 0xC223, 0x8021, 0x8057, 0x80FD):
            option = struct.pack("!BBHBBH", 1 + number, number, 8, 1, 4, 1492)
            c.add(pppoe(protocol, option)).add(pppoe(protocol, option, reverse=True))
        c.add(pppoe(0x0021, ipv4(A, B, 17, udp(A, B, 5017, 6017, b"p" * 40))))
        c.add(pppoe(0x0057, ipv6(A6, B6, 17, udp(A6, B6, 5018, 6018, b"p" * 40))))
    return c


@capture
def control_isis():
    """Hellos, link state and sequence number PDUs of both levels, and of a point-to-point link."""
    c = Capture()
    for number in range(2):
        for level, dst in ((0, "0180c2000014"), (1, "0180c2000015")):
            hello = struct.pack("!B6sHHB7s", 1 + level, system(1), 30, 1497, 64, system(9) + b"\1")
            lsp = struct.pack("!HH8sIHB", 60, 1199, system(1) + b"\0\0", 7 + number,
                              0x1234 + number, 3)
            csnp = struct.pack("!H7s8s8s", 60, system(1) + b"\0", bytes(8), b"\xff" * 8)
            psnp = struct.pack("!H7s", 60, system(2) + b"\0")
            for kind, header in ((15 + level, hello), (18 + 2 * level, lsp), (24 + level, csnp),
                                 (26 + level, psnp)):
                c.add(isis(kind, header, dst))
        c.add(isis(17, struct.pack("!B6sHHB", 3, system(1), 30, 1497, 1)))
    return c


@capture
def control_layer2():
    """What bridges and old networks say: each twice, none with an IP address."""
    c = Capture()
    cisco, bridges = bytes.fromhex("01000ccccccc"), bytes.fromhex("0180c2000000")
    nearest, slow = bytes.fromhex("0180c200000e"), bytes.fromhex("0180c2000002")
    for _ in range(2):
        c.add(llc(0x42, 0x42, 3, bytes(35), dst=bridges))
        c.add(llc(0xAA, 0xAA, 3, b"\0\0\x0c\x20\0" + bytes(60), dst=cisco))
        c.add(llc(0xAA, 0xAA, 3, b"\0\0\x0c\x01\x0b" + bytes(60), dst=cisco))
        c.add(eth(0x88CC, bytes(46), dst=nearest))
        c.add(eth(0x8809, b"\1\1" + bytes(108), dst=slow))
        c.add(eth(0x888E, bytes(46), dst=bytes.fromhex("0180c2000003")))
        # IPX: raw, in LLC, in SNAP, in Ethernet II
        c.add(llc(0xFF, 0xFF, 0, bytes(60)))
        c.add(llc(0xE0, 0xE0, 3, bytes(60)))
        c.add(llc(0xAA, 0xAA, 3, b"\0\0\0\x81\x37" + bytes(60)))
        c.add(eth(0x8137, bytes(60)))
        # NetBEUI, XID and TEST, AppleTalk, DECnet
        c.add(llc(0xF0, 0xF0, 3, bytes(60)))
        c.add(llc(0xF0, 0xF1, 0, bytes(60)))
        c.add(llc(0, 1, 0xBF, b"\x81\1\0"))
        c.add(llc(0, 0, 0xF3, bytes(40)))
        c.add(eth(0x809B, bytes(60))).add(eth(0x6003, bytes(60)))
        # CLNS: data, ES-IS hello, inactive
        for network in (0x81, 0x82, 0):
            c.add(llc(0xFE, 0xFE, 3, bytes((network, 20, 1, 30, 2)) + bytes(40)))
    return c


def talk(c):
    """The same small conversation for every link type and file format."""
    Tcp(c, A, B, 41000, 80).handshake().exchange(100, 1000).close()
    Udp(c, A, B, 41001, 53).send(40).send(90, reverse=True)
    Tcp(c, A6, B6, 41002, 80).handshake().exchange(100, 1000).close()
    return c


def kind(packet):
    return 0x86DD if packet[0] >> 4 == 6 else 0x0800


@capture
def link_ethernet():
    return talk(Capture())


@capture
def link_sll():
    return talk(Capture(SLL, 16, lambda p, r=False: sll(kind(p), p, 4 if r else 0)))


@capture
def link_sll2():
    return talk(Capture(SLL2, 20, lambda p, r=False: sll2(kind(p), p, 4 if r else 0)))


@capture
def link_raw():
    return talk(Capture(RAW, 0, lambda p, r=False: p))


@capture
def link_null():
    return talk(Capture(NULL, 4, lambda p, r=False: null(30 if p[0] >> 4 == 6 else 2, p)))


@capture
def link_null_be():
    c = talk(Capture(NULL, 4, lambda p, r=False: null(10 if p[0] >> 4 == 6 else 2, p, ">")))
    c.encode = lambda packets, link: pcap(packets, link, ">")
    return c


@capture
def link_loop():
    return talk(Capture(LOOP, 4, lambda p, r=False: null(30 if p[0] >> 4 == 6 else 2, p, ">")))


def link_capture(link, header, frame):
    return lambda: talk(Capture(link, header, lambda p, r=False: frame(p, r)))


for link_name, row in LINKS.items():
    CAPTURES["link-" + link_name] = link_capture(*row)


@capture
def wlan_frames():
    """Two networks of one access point, a station that joins, what nobody can read, and control."""
    c = Capture(105)
    for _ in range(3):
        for name in (b"coffee", b"a name of thirty-two bytes, whole"[:32]):
            c.add(wlan(0x80, [BROADCAST, AP, AP], bytes(12) + element(0, name) + element(1, b"\x82")))
    c.add(wlan(0x40, [BROADCAST, MAC_A, BROADCAST], element(0, b"coffee")))
    c.add(wlan(0x50, [MAC_A, AP, AP], bytes(12) + element(0, b"coffee")))
    c.add(wlan(0xB0, [AP, MAC_A, AP], bytes(6))).add(wlan(0xB0, [MAC_A, AP, AP], bytes(6)))
    for _ in range(4):
        c.add(wlan(0xB4, [AP, MAC_A])).add(wlan(0xD4, [MAC_A]))
        c.add(wlan(0x88, [AP, MAC_A, MAC_B], bytes(60), flags=0x41))
    return c


@capture
def snapped():
    """Captured with a snap length of 68 bytes; the counts are the wire's."""
    c = talk(Capture())
    c.packets = [(t, data[:68], wire) for t, data, wire in c.packets]
    return c


@capture
def keys():
    """One conversation over and over: in two VLANs, behind two label stacks, by another router."""
    c = Capture()

    def label(value, bottom):
        return struct.pack("!I", value << 12 | bottom << 8 | 64)

    def talk_in(wrap):
        for src, dst, sport, dport in ((A, B, 5020, 6020), (B, A, 6020, 5020)):
            packet = ipv4(src, dst, 17, udp(src, dst, sport, dport, b"k" * 40))
            c.add(wrap(packet, *((MAC_A, MAC_B) if src == A else (MAC_B, MAC_A))))

    def by_another_router(packet, src, dst):
        other = bytes.fromhex("020000000099")
        return eth(0x0800, packet, *(other if mac == MAC_B else mac for mac in (src, dst)))

    talk_in(lambda p, src, dst: eth(0x8100, vlan(100, 0x0800, p), src, dst))
    talk_in(lambda p, src, dst: eth(0x8100, vlan(200, 0x0800, p), src, dst))
    talk_in(lambda p, src, dst: eth(0x8847, label(16, 0) + label(20, 1) + p, src, dst))
    talk_in(lambda p, src, dst: eth(0x8847, label(16, 0) + label(21, 1) + p, src, dst))
    talk_in(by_another_router)
    Tcp(c, A, B, 42000, 80).handshake().exchange(50, 100).close()
    c.flows = []
    return c


# --- tunnels: the flows are those inside

def tunnelled(wrap):
    def make():
        return talk(Capture(frame=lambda packet, reverse=False: wrap(packet, reverse)))
    return make


for _name, (_wrap, _) in TUNNELS.items():
    CAPTURES[f"tunnel-{_name}"] = tunnelled(_wrap)


# --- file formats

def formatted(encode):
    c = talk(Capture())
    c.encode = encode
    return c


@capture
def format_be():
    return formatted(lambda p, link: pcap(p, link, ">"))


@capture
def format_ns():
    return formatted(lambda p, link: pcap(p, link, nano=True))


@capture
def format_ns_be():
    return formatted(lambda p, link: pcap(p, link, ">", nano=True))


@capture
def format_pcapng():
    return formatted(pcapng)


@capture
def format_pcapng_be():
    return formatted(lambda p, link: pcapng(p, link, ">"))


@capture
def format_pcapng_interfaces():
    """Three interfaces whose clocks count in ms, us and ns."""
    return formatted(lambda p, link: pcapng(p, link, resolutions=(3, 6, 9)))


@capture
def format_pcapng_foreign():
    """Every other packet is of an interface whose link type, USB, nobody reads."""
    c = formatted(lambda p, link: pcapng(p, link, resolutions=(6, 6), links=(link, 189)))
    c.readable, c.status = -1, 1
    return c


@capture
def format_gz():
    return formatted(lambda p, link: gz(pcap(p, link)))


@capture
def format_zst():
    return formatted(lambda p, link: zst(pcap(p, link)))


@capture
def format_empty():
    return Capture()


# --- damaged files

def damaged(raw, readable, status=1):
    c = talk(Capture())
    c.raw, c.readable, c.status = raw(pcap(c.packets)), readable, status
    return c


def record_at(number):
    """Offset of a packet's record header in the plain pcap of talk()."""
    return 24 + sum(16 + len(data) for _, data, _ in talk(Capture()).packets[:number])


@capture
def cut_in_packet():
    return damaged(lambda f: f[:record_at(10) + 16 + 20], 10)


@capture
def cut_in_record_header():
    return damaged(lambda f: f[:record_at(12) + 7], 12)


@capture
def cut_in_file_header():
    return damaged(lambda f: f[:10], 0)


@capture
def record_length_absurd():
    def raw(f):
        at = record_at(8) + 8
        return f[:at] + b"\xff\xff\xff\x7f" + f[at + 4:]
    return damaged(raw, 8)


@capture
def cut_pcapng():
    c = talk(Capture())
    c.raw, c.readable, c.status = pcapng(c.packets)[:-30], len(c.packets) - 1, 1
    return c


@capture
def cut_gz():
    return damaged(lambda f: gz(f)[:-200], -1)


@capture
def zero_bytes():
    return damaged(lambda f: b"", 0)


@capture
def not_a_capture():
    return damaged(lambda f: b"This is a text, and no capture at all.\n" * 9, 0)


def flipped(seed):
    """Whole records, but bits of the packets turned: the reader stays well, the headers lie."""
    def make():
        rng = random.Random(seed)
        c = mix()
        packets = []
        for time_ns, data, wire in c.packets:
            data = bytearray(data)
            for _ in range(rng.choice((0, 1, 2, 8))):
                data[rng.randrange(min(len(data), 90))] ^= 1 << rng.randrange(8)
            size = rng.randrange(14, len(data) + 1) if rng.random() < .2 else len(data)
            packets.append((time_ns, bytes(data[:size]), wire))
        c.packets, c.flows = packets, []
        return c
    return make


# --- mixtures

@capture
def mix():
    """Every Ethernet capture above, one after another."""
    whole = Capture()
    for name, make in list(CAPTURES.items()):
        if name in ("mix", "demo") or name.startswith(("tunnel-", "format-", "link-sll", "link-raw",
                                                       "link-null", "link-loop", "flipped")):
            continue
        part = make()
        if part.raw is not None or part.link != whole.link:
            continue
        shift = whole.now - START_NS
        whole.packets += [(t + shift, data, wire) for t, data, wire in part.packets]
        whole.now = part.now + shift + 1000 * MS
    return whole


for _seed in range(1, 9):
    CAPTURES[f"flipped-{_seed}"] = flipped(_seed)


@capture
def demo():
    """Ten seconds of a small office: web, names, ssh, pings, a scan and a refusal."""
    c, rng = Capture(), random.Random(22)
    for number in range(24):
        c.now = START_NS + rng.randrange(0, 8000) * MS
        host, name = f"192.168.1.{10 + number % 6}", f"www{number}.example.org"
        server = f"198.51.100.{20 + number}"
        Udp(c, host, "192.168.1.1", 40000 + number, 53).send(dns(number, name), step=12 * MS).send(
            dns(number, name, server), reverse=True)
        t = Tcp(c, host, server, 51000 + number, 443 if number % 3 else 80)
        t.handshake(rng.randrange(5, 60) * MS).exchange(517, 1448, 1)
        t.exchange(rng.randrange(90, 600), 1448, rng.randrange(1, 9)).close()
    for number in range(4):
        c.now = START_NS + rng.randrange(0, 8000) * MS
        t = Tcp(c, f"2001:db8:1::{number + 10:x}", "2001:db8:2::80", 52000 + number, 443)
        t.handshake(8 * MS).exchange(517, 1400, 4).close()
    ping = Flow("icmp", "192.168.1.10", "192.168.1.1")
    for seq in range(8):
        c.now = START_NS + (seq * 1000 + 137) * MS
        c.ip(ping, 1, icmp(8, 0, echo(4711, seq), bytes(56)), step=MS // 2)
        c.ip(ping, 1, icmp(0, 0, echo(4711, seq), bytes(56)), reverse=True)
    c.now = START_NS + 2000 * MS
    Tcp(c, "192.168.1.12", "192.168.1.1", 53000, 8080).segment(SYN).segment(RST | ACK, reverse=True)
    for port in (21, 23, 25, 110, 143, 445, 3389):
        Tcp(c, "203.0.113.66", "192.168.1.10", 60000, port).segment(SYN)
    ask = Flow("arp", "192.168.1.10", "192.168.1.1")
    c.add(eth(0x0806, arp(1, MAC_A, ask.src, bytes(6), ask.dst), MAC_A, BROADCAST), ask)
    c.add(eth(0x0806, arp(2, MAC_B, ask.dst, MAC_A, ask.src), MAC_B, MAC_A), ask, True)
    c.now = START_NS + 500 * MS
    Tcp(c, "192.168.1.11", "192.168.1.2", 54000, 22).handshake(MS).exchange(48, 80, 20)
    return c.sort()


CAPTURES.update(DIFFERENCES)


# --- command line

def file_bytes(c):
    return c.raw if c.raw is not None else (c.encode or pcap)(c.packets, c.link)


def expectation(name, c):
    """name, packets that a reader gets, their bytes as argus counts them, exit status."""
    if c.readable is None:
        return name, len(c.packets), c.bytes, c.status
    if c.readable < 0:
        return name, "-", "-", c.status
    counted = sum(wire - c.link_header for _, _, wire in c.packets[:c.readable])
    return name, c.readable, counted, c.status


def write(path, data):
    with open(path, "wb") as out:
        out.write(data)


# tcpdump.org's numbers in files that are others within libpcap.
DLT = {100: 11, 101: 12, 102: 15, 103: 16}
SEEDS_A_CAPTURE = 4


def write_seeds(folder):
    os.makedirs(folder, exist_ok=True)
    for name, make in CAPTURES.items():
        c = make()
        sizes = {len(data): data for _, data, _ in c.packets}
        for number, data in enumerate(list(sizes.values())[:SEEDS_A_CAPTURE]):
            link = struct.pack("!HB", DLT.get(c.link, c.link), 0)
            write(os.path.join(folder, "%s-%d" % (name, number)), link + data[:1024])


def main(arguments):
    if arguments == ["list"]:
        for name, make in CAPTURES.items():
            print(*expectation(name, make()), sep="\t")
    elif len(arguments) == 2 and arguments[0] == "all":
        os.makedirs(arguments[1], exist_ok=True)
        lines = []
        for name, make in CAPTURES.items():
            c = make()
            write(os.path.join(arguments[1], name + ".pcap"), file_bytes(c))
            lines.append("\t".join(map(str, expectation(name, c))) + "\n")
        write(os.path.join(arguments[1], "expect.tsv"), "".join(lines).encode())
    elif len(arguments) == 2 and arguments[0] == "seeds":
        write_seeds(arguments[1])
    elif len(arguments) == 2 and arguments[0] == "flows" and arguments[1] in CAPTURES:
        print(*sorted(flow.line() for flow in CAPTURES[arguments[1]]().flows), sep="\n")
    elif len(arguments) == 2 and arguments[0] in CAPTURES:
        write(arguments[1], file_bytes(CAPTURES[arguments[0]]()))
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
