# SPDX-License-Identifier: BSD-3-Clause
"""Packets and capture files, byte by byte, with the standard library only.

Builders return bytes and take the layer above as their last argument, so a
packet reads from the outside in: eth(ipv4(A, B, udp(1000, 53, b"..."))).
Checksums are right unless a caller passes its own.
"""
import gzip
import ipaddress
import struct
import subprocess

# Link types of capture files.
NULL, ETHERNET, RAW, LOOP, SLL, SLL2 = 0, 1, 101, 108, 113, 276

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = 1, 2, 4, 8, 16, 32, 64, 128

MAC_A, MAC_B = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
BROADCAST = b"\xff" * 6


def address(text):
    return ipaddress.ip_address(text).packed


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


# --- link layer

def eth(kind, payload, src=MAC_A, dst=MAC_B, pad=True):
    """An Ethernet II frame; padded to the 60 bytes that a wire carries."""
    frame = dst + src + struct.pack("!H", kind) + payload
    return frame.ljust(60, b"\0") if pad else frame


def vlan(tci, kind, payload):
    """The inside of a tag: what follows ethertype 8100 or 88a8."""
    return struct.pack("!HH", tci, kind) + payload


def llc(dsap, ssap, control, payload, src=MAC_A, dst=MAC_B):
    body = struct.pack("!BBB", dsap, ssap, control) + payload
    return (dst + src + struct.pack("!H", len(body)) + body).ljust(60, b"\0")


def sll(kind, payload, packet_type=0):
    return struct.pack("!HHH", packet_type, 1, 6) + MAC_A + b"\0\0" + struct.pack("!H", kind) + payload


def sll2(kind, payload, packet_type=0):
    return struct.pack("!HHIHBB", kind, 0, 1, 1, packet_type, 6) + MAC_A + b"\0\0" + payload


def null(family, payload, order="<"):
    return struct.pack(order + "I", family) + payload


def arp(op, sender_mac, sender_ip, target_mac, target_ip):
    return (struct.pack("!HHBBH", 1, 0x0800, 6, 4, op) + sender_mac + address(sender_ip)
            + target_mac + address(target_ip))


# --- network layer

def ipv4(src, dst, protocol, payload, ident=1, ttl=64, tos=0, options=b"", offset=0, more=False,
         dont=False, length=None):
    """offset in bytes, a multiple of 8."""
    options = options.ljust((len(options) + 3) // 4 * 4, b"\0")
    words = 5 + len(options) // 4
    total = words * 4 + len(payload) if length is None else length
    bits = offset // 8 | (0x2000 if more else 0) | (0x4000 if dont else 0)
    head = struct.pack("!BBHHHBBH", 0x40 | words, tos, total, ident, bits, ttl, protocol, 0)
    head += address(src) + address(dst) + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ipv6(src, dst, next_header, payload, hops=64, traffic_class=0, label=0, length=None):
    first = 6 << 28 | traffic_class << 20 | label
    total = len(payload) if length is None else length
    return (struct.pack("!IHBB", first, total, next_header, hops) + address(src) + address(dst)
            + payload)


def extension(next_header, body):
    """Hop-by-hop, routing or destination options: body is padded to 8n + 6 bytes."""
    body = body.ljust((len(body) + 2 + 7) // 8 * 8 - 2, b"\0")
    return struct.pack("!BB", next_header, (len(body) + 2) // 8 - 1) + body


def fragment_header(next_header, offset, more, ident):
    return struct.pack("!BBHI", next_header, 0, offset | (1 if more else 0), ident)


def fragments4(src, dst, protocol, payload, size, ident):
    """The fragments of a datagram, in order; size a multiple of 8."""
    return [ipv4(src, dst, protocol, payload[at:at + size], ident=ident, offset=at,
                 more=at + size < len(payload)) for at in range(0, len(payload), size)]


def fragments6(src, dst, protocol, payload, size, ident):
    return [ipv6(src, dst, 44, fragment_header(protocol, at, at + size < len(payload), ident)
                 + payload[at:at + size]) for at in range(0, len(payload), size)]


def pseudo(src, dst, protocol, length):
    src, dst = address(src), address(dst)
    if len(src) == 4:
        return src + dst + struct.pack("!BBH", 0, protocol, length)
    return src + dst + struct.pack("!II", length, protocol)


# --- transport layer; src and dst for the checksum

def udp(src, dst, sport, dport, payload=b"", length=None):
    length = 8 + len(payload) if length is None else length
    head = struct.pack("!HHHH", sport, dport, length, 0)
    value = checksum(pseudo(src, dst, 17, length) + head + payload) or 0xFFFF
    return head[:6] + struct.pack("!H", value) + payload


def tcp(src, dst, sport, dport, seq, ack, flags, payload=b"", window=65535, options=b"", urgent=0):
    options = options.ljust((len(options) + 3) // 4 * 4, b"\x01")
    words = 5 + len(options) // 4
    head = struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, words << 4,
                       flags, window, 0, urgent) + options
    value = checksum(pseudo(src, dst, 6, len(head) + len(payload)) + head + payload)
    return head[:16] + struct.pack("!H", value) + head[18:] + payload


def icmp(kind, code, rest, payload=b""):
    """rest: the four bytes behind the checksum."""
    head = struct.pack("!BBH", kind, code, 0) + rest + payload
    return head[:2] + struct.pack("!H", checksum(head)) + head[4:]


def icmp6(src, dst, kind, code, rest, payload=b""):
    head = struct.pack("!BBH", kind, code, 0) + rest + payload
    value = checksum(pseudo(src, dst, 58, len(head)) + head)
    return head[:2] + struct.pack("!H", value) + head[4:]


def echo(ident, seq):
    return struct.pack("!HH", ident, seq)


def igmp(kind, group):
    head = struct.pack("!BBH", kind, 0, 0) + address(group)
    return head[:2] + struct.pack("!H", checksum(head)) + head[4:]


def esp(spi, seq, payload):
    return struct.pack("!II", spi, seq) + payload


def ah(next_header, spi, seq, payload, icv=12):
    return struct.pack("!BBHII", next_header, (12 + icv) // 4 - 2, 0, spi, seq) + b"\xa5" * icv + payload


def dns(ident, name, answer=None):
    """A query for an A record, or its answer when an IPv4 address is given."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
    head = struct.pack("!HHHHHH", ident, 0x8180 if answer else 0x0100, 1, 1 if answer else 0, 0, 0)
    message = head + labels + struct.pack("!HH", 1, 1)
    if answer:
        message += struct.pack("!HHHIH", 0xC00C, 1, 1, 300, 4) + address(answer)
    return message


# --- capture files

def pcap(packets, link=ETHERNET, order="<", nano=False, snaplen=262144):
    """packets: (time_ns, bytes, length on the wire)."""
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, link)]
    for time_ns, data, length in packets:
        part = time_ns % 10**9
        out.append(struct.pack(order + "IIII", time_ns // 10**9, part if nano else part // 1000,
                               len(data), length))
        out.append(data)
    return b"".join(out)


def pcapng_block(kind, body, order="<"):
    body = body.ljust((len(body) + 3) // 4 * 4, b"\0")
    return struct.pack(order + "II", kind, len(body) + 12) + body + struct.pack(order + "I",
                                                                                len(body) + 12)


def pcapng(packets, link=ETHERNET, order="<", resolutions=(6,), links=None):
    """One interface for each resolution (ten to the minus n seconds); packets go round them."""
    out = [pcapng_block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)]
    for number, digits in enumerate(resolutions):
        link = links[number] if links else link
        option = struct.pack(order + "HHB3xHH", 9, 1, digits, 0, 0)
        out.append(pcapng_block(1, struct.pack(order + "HHI", link, 0, 262144) + option, order))
    for number, (time_ns, data, length) in enumerate(packets):
        interface = number % len(resolutions)
        stamp = time_ns * 10**resolutions[interface] // 10**9
        body = struct.pack(order + "IIIII", interface, stamp >> 32, stamp & 0xFFFFFFFF, len(data),
                           length) + data
        out.append(pcapng_block(6, body, order))
    return b"".join(out)


def gz(data):
    return gzip.compress(data, mtime=0)


def zst(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE,
                          check=True).stdout
