# SPDX-License-Identifier: BSD-3-Clause
"""Captures of what argus 3 gets wrong: docs/differences.md has the list. Each is as
small as shows it; the tests know what is right."""
import struct

from conversation import MS, Capture, Flow, Tcp, Udp, ethernet
from packets import (ACK, BROADCAST, MAC_A, MAC_B, PSH, RST, SYN, ah, arp, dns, echo, esp, eth,
                     extension, icmp, icmp6, igmp, ipv4, ipv6, llc, udp, vlan)

A, B, ROUTER = "10.0.0.1", "10.0.0.2", "10.0.0.254"
A6, B6, ROUTER6 = "2001:db8::1", "2001:db8::2", "2001:db8::fe"
GB = 10**9

DIFFERENCES = {}


def capture(function):
    DIFFERENCES[function.__name__.replace("_", "-")] = function
    return function


@capture
def large_counters():
    """More than 4 GiB each way within a second; headers alone were captured."""
    c = Capture()
    f = Flow("udp", A, B, 5000, 6000)
    for number in range(8):
        back = number % 2 == 1
        ends = (B, A, 6000, 5000) if back else (A, B, 5000, 6000)
        packet = ipv4(*ends[:2], 17, udp(*ends, b"l" * 20))
        c.add(ethernet(packet, back), f, back, wire=(15 + back) * GB // 10)
    return c


@capture
def esp_v6_both_ways():
    """Two associations; three packets of the first are missing."""
    c = Capture()
    for seq in (1, 2, 3, 7, 8):
        c.add(ethernet(ipv6(A6, B6, 50, esp(0x11223344, seq, b"e" * 64))))
        c.add(ethernet(ipv6(B6, A6, 50, esp(0x55667788, seq if seq < 4 else seq - 3, b"e" * 64))))
    return c


def quoted(c):
    """What an error quotes of the packet before it."""
    return c.packets[-1][1][14:][:200]


@capture
def icmp6_errors():
    """UDP to a closed port, a TCP SYN that ran out of hops, a packet too big."""
    c = Capture()
    Udp(c, A6, B6, 5001, 7).send(40)
    c.add(ethernet(ipv6(B6, A6, 58, icmp6(B6, A6, 1, 4, bytes(4), quoted(c)))))
    Tcp(c, A6, B6, 40001, 80).segment(SYN)
    c.add(ethernet(ipv6(ROUTER6, A6, 58, icmp6(ROUTER6, A6, 3, 0, bytes(4), quoted(c)))))
    Udp(c, A6, B6, 5002, 9).send(1400)
    c.add(ethernet(ipv6(ROUTER6, A6, 58, icmp6(ROUTER6, A6, 2, 0, struct.pack("!I", 1280),
                                               quoted(c)))))
    return c


@capture
def icmp6_echoes():
    """Two processes ping at once, three times each; the last is not answered."""
    c = Capture()
    for seq in range(3):
        for ident in (7, 8):
            c.add(ethernet(ipv6(A6, B6, 58, icmp6(A6, B6, 128, 0, echo(ident, seq), b"p" * 8))))
        for ident in (7, 8)[:2 - (seq == 2)]:
            c.add(ethernet(ipv6(B6, A6, 58, icmp6(B6, A6, 129, 0, echo(ident, seq), b"p" * 8))))
    return c


@capture
def ah_lengths():
    """Integrity values of 96 to 512 bits, over both versions of IP, one within an extension."""
    c = Capture()
    for number, size in enumerate((12, 16, 24, 32, 64)):
        port = 5100 + number
        body = udp(A, B, port, 6100, b"a" * 40)
        c.ip(Flow("udp", A, B, port, 6100), 51, ah(17, 77, 1, body, icv=size))
        body6 = udp(A6, B6, port, 6100, b"a" * 40)
        if number % 2:
            body6 = ah(60, 77, 1, extension(17, b"\x01\x04\0\0\0\0") + body6, icv=size)
        else:
            body6 = ah(17, 77, 1, body6, icv=size)
        c.ip(Flow("udp", A6, B6, port, 6100), 51, body6)
    return c


@capture
def tcp_ports_again():
    """The same ports three times in a second: after a close, and after a reset."""
    c = Capture()
    t = Tcp(c, A, B, 40001, 80).handshake(rtt=2 * MS).exchange(100, 200).close()
    t.next = [900_000, 800_000]
    t.handshake(rtt=2 * MS).exchange(300, 400, 2).segment(RST | ACK)
    t.next = [2_000_000_000, 5_000]
    t.handshake(rtt=2 * MS).exchange(50, 60).close()
    return c


@capture
def mac_directions():
    """Frames without IP, from the higher address to the lower and the other way."""
    c = Capture()
    stp = bytes.fromhex("0180c2000000")
    c.add(eth(0x88CC, bytes(46), MAC_B, MAC_A)).add(eth(0x88B5, bytes(46), MAC_A, MAC_B))
    c.add(llc(0x42, 0x42, 3, bytes(35), src=MAC_B, dst=stp))
    c.add(eth(0x88B6, bytes(46), MAC_B, MAC_A)).add(eth(0x88B6, bytes(46), MAC_A, MAC_B))
    return c


@capture
def vlan_88a8():
    """802.1ad: a customer's tag inside of a provider's, a provider's alone, and 9100."""
    c = Capture()
    for number, wrap in enumerate((
            lambda p: eth(0x88A8, vlan(200, 0x8100, vlan(101, 0x0800, p))),
            lambda p: eth(0x88A8, vlan(102, 0x0800, p)),
            lambda p: eth(0x88A8, vlan(200, 0x88A8, vlan(103, 0x0800, p))),
            lambda p: eth(0x9100, vlan(200, 0x8100, vlan(104, 0x0800, p))))):
        c.frame = lambda packet, reverse, wrap=wrap: wrap(packet)
        Udp(c, A, B, 5200 + number, 6200).send(30).send(30, reverse=True)
    return c


@capture
def every_100_ms():
    """Ten seconds of a packet each 100 ms."""
    c = Capture()
    u = Udp(c, A, B, 5000, 6000)
    for _ in range(100):
        u.send(20, step=100 * MS)
    return c


def letters(start, n):
    """Text that tells where it was cut: every byte depends on its place."""
    return bytes(97 + (start + i + (start + i) // 26) % 26 for i in range(n))


@capture
def control_plane():
    """OpenFlow, BGP, DNS, ARP, LLDP and OSPF; and a page of the web. Letters, so that clients
    show them."""
    c = Capture()
    for sport, dport in ((40001, 6633), (40002, 179), (40003, 80)):
        t = Tcp(c, A, B, sport, dport).handshake()
        for at in range(0, 5600, 1400):
            t.segment(PSH | ACK, letters(at, 1400)).ack(reverse=True)
        t.segment(PSH | ACK, letters(100, 900), reverse=True).close()
    u = Udp(c, A, ROUTER, 33000, 53)
    u.send(dns(7, "a" * 60 + "." + "b" * 60 + ".example.org"))
    u.send(dns(7, "a" * 60 + "." + "b" * 60 + ".example.org", "192.0.2.7"), reverse=True)
    c.add(eth(0x0806, arp(1, MAC_A, A, bytes(6), B), MAC_A, BROADCAST))
    c.add(eth(0x88CC, letters(0, 500), MAC_B, MAC_A))
    c.ip(Flow("ospf", A, "224.0.0.5"), 89, letters(0, 700))
    return c


@capture
def control_plane_large():
    """A hundred thousand bytes of BGP within a second: more than a record has room for."""
    c = Capture()
    t = Tcp(c, A, B, 40001, 179).handshake()
    for at in range(0, 100_000, 1000):
        t.segment(PSH | ACK, letters(at, 1000))
    t.close()
    return c


def silences(c, send, gap_ms):
    """Two packets, and a third so much later."""
    for step in (0, 10, gap_ms):
        c.now += step * MS
        send()


@capture
def silent_protocols():
    """A flow of each protocol that has an idle time of its own, silent for four seconds."""
    whole = Capture()
    parts = {
        "udp": lambda c: Udp(c, A, B, 5000, 6000).send(20, step=0),
        "tcp": lambda c: Tcp(c, A, B, 40000, 80).ack(step=0),
        "icmp": lambda c: c.ip(Flow("icmp", A, B), 1, icmp(8, 0, echo(1, 1), bytes(8)), step=0),
        "icmp6": lambda c: c.add(ethernet(ipv6(A6, B6, 58, icmp6(A6, B6, 128, 0, echo(1, 1)))),
                                 step=0),
        "igmp": lambda c: c.ip(Flow("igmp", A, "224.0.0.9"), 2, igmp(0x16, "224.0.0.9"), step=0),
        "fragment": lambda c: c.add(ethernet(ipv4(A, B, 253, bytes(64), ident=9, offset=800)),
                                    step=0),
        "arp": lambda c: c.add(eth(0x0806, arp(1, MAC_A, A, bytes(6), B), MAC_A, BROADCAST), step=0),
        "other": lambda c: c.add(eth(0x88CC, bytes(46)), step=0),
    }
    for send in parts.values():
        part = Capture()
        silences(part, lambda send=send, part=part: send(part), 4000)
        whole.packets += part.packets
    return whole.sort()
