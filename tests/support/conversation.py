# SPDX-License-Identifier: BSD-3-Clause
"""Flows that talk: each puts its packets into a capture and keeps count, so that
what a flow meter must report is known from how the traffic was made."""
import struct

from packets import (ACK, ETHERNET, FIN, MAC_A, MAC_B, PSH, SYN, eth, ipv4, ipv6, tcp, udp)

START_NS = 1_700_000_000 * 10**9
MS = 10**6


class Flow:
    """Both directions of one conversation, seen from who began it."""

    def __init__(self, proto, src, dst, sport=None, dport=None):
        self.proto, self.src, self.dst, self.sport, self.dport = proto, src, dst, sport, dport
        self.packets, self.bytes = [0, 0], [0, 0]

    def line(self):
        """As ra -c , prints: proto saddr sport daddr dport spkts dpkts sbytes dbytes."""
        ports = [str(p) if p is not None else "" for p in (self.sport, self.dport)]
        return ",".join(map(str, [self.proto, self.src, ports[0], self.dst, ports[1],
                                  *self.packets, *self.bytes]))


class Capture:
    """Packets in order, the flows they belong to, and how the file is to be written."""

    def __init__(self, link=ETHERNET, link_header=0, frame=None):
        self.link, self.link_header = link, link_header
        self.packets, self.flows = [], []
        self.now = START_NS
        self.frame = frame or ethernet
        self.encode = None   # packets, link -> bytes; None: plain pcap
        self.raw = None      # the file itself, when no packets make it
        self.status = 0      # exit status of a reader
        self.readable = None # packets before the damage; None: all; -1: not known

    def add(self, data, flow=None, reverse=False, wire=None, step=MS):
        """A frame as it is; step: time until the next packet, ns."""
        wire = len(data) if wire is None else wire
        self.packets.append((self.now, data, wire))
        self.now += step
        if flow is not None:
            if flow not in self.flows:
                self.flows.append(flow)
            flow.packets[reverse] += 1
            flow.bytes[reverse] += wire - self.link_header
        return self

    def ip(self, flow, protocol, payload, reverse=False, step=MS, **fields):
        """A packet of the flow with the given transport header and payload."""
        src, dst = (flow.dst, flow.src) if reverse else (flow.src, flow.dst)
        build = ipv6 if ":" in src else ipv4
        return self.add(self.frame(build(src, dst, protocol, payload, **fields), reverse), flow,
                        reverse, step=step)

    def sort(self):
        self.packets.sort(key=lambda packet: packet[0])
        return self

    @property
    def bytes(self):
        return sum(wire - self.link_header for _, _, wire in self.packets)


def ethernet(packet, reverse=False):
    macs = (MAC_B, MAC_A) if reverse else (MAC_A, MAC_B)
    return eth(0x86DD if packet[0] >> 4 == 6 else 0x0800, packet, *macs)


class Tcp(Flow):
    """A TCP connection that knows its sequence numbers."""

    def __init__(self, capture, src, dst, sport, dport, seq=(1000, 5000)):
        super().__init__("tcp", src, dst, sport, dport)
        self.capture, self.next = capture, list(seq)
        self.window = [65535, 65535]

    def segment(self, flags, payload=b"", reverse=False, seq=None, ack=None, step=MS, options=b"",
                tos=0):
        """seq, ack: what the connection expects unless given; only new data moves them on."""
        at = self.next[reverse] if seq is None else seq
        acked = (self.next[not reverse] if flags & ACK else 0) if ack is None else ack
        ends = ((self.dst, self.src, self.dport, self.sport) if reverse else
                (self.src, self.dst, self.sport, self.dport))
        header = tcp(*ends, at, acked, flags, payload, window=self.window[reverse],
                     options=options)
        fields = {"traffic_class" if ":" in self.src else "tos": tos} if tos else {}
        self.capture.ip(self, 6, header, reverse, step, **fields)
        end = at + len(payload) + bool(flags & SYN) + bool(flags & FIN)
        self.next[reverse] = max(self.next[reverse], end)
        return self

    def handshake(self, rtt=10 * MS, options=b"\x02\x04\x05\xb4", syn=SYN, synack=SYN | ACK):
        self.segment(syn, step=rtt // 2, options=options)
        self.segment(synack, reverse=True, step=rtt // 2, options=options)
        return self.segment(ACK)

    def send(self, size, reverse=False, **more):
        return self.segment(PSH | ACK, bytes(i & 0xFF for i in range(size)), reverse, **more)

    def ack(self, reverse=False, **more):
        return self.segment(ACK, b"", reverse, **more)

    def exchange(self, ask, answer, rounds=1):
        for _ in range(rounds):
            self.send(ask).ack(reverse=True).send(answer, reverse=True).ack()
        return self

    def close(self):
        self.segment(FIN | ACK).segment(FIN | ACK, reverse=True)
        return self.ack()


class Udp(Flow):
    def __init__(self, capture, src, dst, sport, dport):
        super().__init__("udp", src, dst, sport, dport)
        self.capture = capture

    def send(self, payload, reverse=False, step=MS, **fields):
        ends = ((self.dst, self.src, self.dport, self.sport) if reverse else
                (self.src, self.dst, self.sport, self.dport))
        if isinstance(payload, int):
            payload = b"u" * payload
        self.capture.ip(self, 17, udp(*ends, payload), reverse, step, **fields)
        return self


def sack_option(*edges):
    return struct.pack("!BB", 5, 2 + 4 * len(edges)) + b"".join(struct.pack("!I", e) for e in edges)
