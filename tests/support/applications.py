# SPDX-License-Identifier: BSD-3-Clause
"""Conversations whose first bytes tell what they are."""
import struct

from conversation import Capture, Tcp, Udp
from packets import ACK, PSH, dns

A, B = "10.0.0.1", "10.0.0.2"


def block(size, data):
    return len(data).to_bytes(size, "big") + data


def client_hello(name, alpn=(b"h2", b"http/1.1")):
    """TLS 1.3's, in one record."""
    extensions = struct.pack("!H", 0) + block(2, block(2, b"\0" + block(2, name.encode())))
    extensions += struct.pack("!H", 16) + block(2, block(2, b"".join(block(1, a) for a in alpn)))
    extensions += struct.pack("!H", 43) + block(2, block(1, b"\x03\x04\x03\x03"))
    extensions += struct.pack("!H", 13) + block(2, block(2, b"\x04\x03\x08\x04"))
    body = b"\x03\x03" + bytes(32) + block(1, b"") + block(2, b"\x13\x01\x13\x02") + block(1, b"\0") + block(2, extensions)
    return b"\x16\x03\x01" + block(2, b"\x01" + block(3, body))


def server_hello():
    extensions = struct.pack("!H", 43) + block(2, b"\x03\x04")
    body = b"\x03\x03" + bytes(32) + block(1, b"") + b"\x13\x01" + b"\0" + block(2, extensions)
    return b"\x16\x03\x03" + block(2, b"\x02" + block(3, body))


def say(t, *turns):
    """A client's text and a server's, in turns."""
    t.handshake()
    for i, text in enumerate(turns):
        t.segment(PSH | ACK, text, reverse=i % 2 == 1).ack(reverse=i % 2 == 0)
    return t.close()


def applications():
    """HTTP, TLS, DNS and SSH, at ports that are not theirs, too; and what nobody knows."""
    c = Capture()
    say(Tcp(c, A, B, 41000, 80), b"GET /a HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: x/1; \"y\"\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    say(Tcp(c, A, B, 41001, 7777), b"POST /b?q=evil HTTP/1.1\r\nHost: b.example.org\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n")
    hello = client_hello("www.netflix.com")
    t = Tcp(c, A, B, 41002, 8443).handshake()
    for part in (hello[:100], hello[100:]):
        t.segment(PSH | ACK, part).ack(reverse=True)
    t.segment(PSH | ACK, server_hello(), reverse=True).ack().close()
    Udp(c, A, B, 41003, 53).send(dns(7, "host.example.org")).send(dns(7, "host.example.org", "10.0.0.9"), reverse=True)
    t = Tcp(c, A, B, 41004, 2222).handshake()
    t.segment(PSH | ACK, b"SSH-2.0-OpenSSH_9.2\r\n", reverse=True).ack()
    t.segment(PSH | ACK, b"SSH-2.0-client 1\r\n").ack(reverse=True).close()
    Tcp(c, A, B, 41005, 80).handshake().exchange(100, 100, 6).close()
    Udp(c, A, B, 41006, 9999).send(b"u" * 30)
    return c
