#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Damages a capture in fixed ways.

  mangle.py CAPTURE FOLDER VARIANTS

Writes VARIANTS files into FOLDER: a third cut at lengths spread over the file,
a third with bytes flipped in the packets (record headers left whole, so that
the reader goes on), the rest with bytes flipped anywhere. The name of the
capture seeds the choice. Only the first megabyte is used.
"""
import os
import random
import struct
import sys

LIMIT = 1 << 20


def packet_spans(data):
    """(offset, length) of each packet of a classic pcap; nothing for other formats."""
    orders = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<",
              b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}
    order, at, spans = orders.get(data[:4]), 24, []
    while order and at + 16 <= len(data):
        size = struct.unpack_from(order + "I", data, at + 8)[0]
        if at + 16 + size > len(data):
            break
        spans.append((at + 16, size))
        at += 16 + size
    return spans


def flip_packets(data, rng):
    data = bytearray(data)
    for offset, size in packet_spans(bytes(data)):
        if size and rng.random() < .5:
            for _ in range(rng.choice((1, 1, 2, 6))):
                data[offset + rng.randrange(min(size, 100))] = rng.choice((0, 255, rng.randrange(256)))
    return bytes(data)


def flip_anywhere(data, rng):
    data = bytearray(data)
    for _ in range(1 + len(data) // 2000):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def main(path, folder, variants):
    with open(path, "rb") as source:
        data = source.read(LIMIT)
    rng = random.Random(os.path.basename(path))
    for number in range(variants):
        if number % 3 == 0:
            # Near the head, where the file's own structure is, and anywhere.
            high = min(len(data), 200) if number % 2 else len(data)
            piece = data[:rng.randrange(high + 1)]
        else:
            piece = (flip_packets if number % 3 == 1 else flip_anywhere)(data, rng)
        with open(os.path.join(folder, f"{number:02d}"), "wb") as out:
            out.write(piece)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
