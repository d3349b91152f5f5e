#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes payloads out of rules: such as match, and near misses.

  cases.py FILE.rules ... > CASES

For each pattern of each rule a payload that matches it, and one that differs in a byte,
or ends a byte early, so that nothing of the rule's side matches any more. Both are
checked with Python's regular expressions, so that two engines must agree on them.
Where no other payload can tell (a pattern that takes any bytes at a port), the same
payload at another port is the near miss.

Output, a line each: rule id, + or -, transport, port, then payloads: c or s (who sends it)
and hexadecimal digits.
"""
import re
import sys
import warnings

try:
    from re import _constants as const, _parser as parser
except ImportError:  # before Python 3.11
    import sre_constants as const
    import sre_parse as parser

warnings.simplefilter("ignore")
OTHER_PORT = 40000


class Rule:
    def __init__(self, number, name):
        self.id, self.name = number, name
        self.patterns, self.ports, self.transports = [], [], ["tcp", "udp", "sctp"]
        self.all = self.needs_port = False


def expression(text):
    """What stands behind client, server or either, as Python has it."""
    if text.startswith("hex"):
        words = text[3:].split()
        start = "" if words[0] == "any" else "^"
        flags = re.S
        body = ""
        for word in words[words[0] == "any":]:
            if word == "??":
                body += "."
            elif word[1] == "?":
                body += f"[\\x{word[0]}0-\\x{word[0]}f]"
            elif word[0] == "?":
                body += "[" + "".join(f"\\x{h:x}{word[1]}" for h in range(16)) + "]"
            else:
                body += f"\\x{word}"
        return re.compile((start + body).encode(), flags)
    end = text.rindex("/")
    flags = 0
    for letter in text[end + 1:].split("#")[0].strip():
        flags |= {"i": re.I, "s": re.S, "m": re.M}[letter]
    return re.compile(text[1:end].replace("\\z", "\\Z").encode(), flags)


def read(path):
    rules = []
    with open(path, encoding="ascii") as lines:
        for line in lines:
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if words[0] == "rule":
                rules.append(Rule(int(words[1]), words[2]))
                continue
            rule, value = rules[-1], line.split(None, 1)[1].strip() if len(words) > 1 else ""
            if words[0] in ("client", "server", "either"):
                rule.patterns.append((words[0], expression(value)))
            elif words[0] == "ports":
                rule.ports = [int(w) for w in value.split("#")[0].split()]
            elif words[0] == "transport":
                names = value.split("#")[0].split()
                rule.transports = ["tcp", "udp", "sctp"] if "any" in names else names
            elif words[0] == "match":
                rule.all = value.startswith("all")
            elif words[0] == "needs-port":
                rule.needs_port = True
    return rules


def one_of(items, flags):
    """A byte of a class; one that stands for itself where there is a choice."""
    allowed = set()
    negate = False
    for op, value in items:
        if op is const.NEGATE:
            negate = True
        elif op is const.LITERAL:
            allowed.add(value)
        elif op is const.RANGE:
            allowed.update(range(value[0], value[1] + 1))
        elif op is const.CATEGORY:
            sample = {const.CATEGORY_SPACE: b" \t\n\r", const.CATEGORY_DIGIT: b"0123456789",
                      const.CATEGORY_WORD: b"abcxyz09_"}
            allowed.update(sample[value])
    if negate:
        allowed = set(range(256)) - allowed
    for byte in b"qx7" + bytes(sorted(allowed)):
        if byte in allowed:
            return byte
    raise ValueError("an empty class")


def sample(tree, flags):
    out = bytearray()
    for op, value in tree:
        if op is const.LITERAL:
            out.append(value)
        elif op is const.NOT_LITERAL:
            out.append(ord("q") if value != ord("q") else ord("x"))
        elif op is const.ANY:
            out.append(ord("q"))
        elif op is const.IN:
            out.append(one_of(value, flags))
        elif op in (const.MAX_REPEAT, const.MIN_REPEAT):
            least, _, inside = value
            out += sample(inside, flags) * least
        elif op is const.SUBPATTERN:
            out += sample(value[3], flags)
        elif op is const.BRANCH:
            out += sample(value[1][0], flags)
        elif op is not const.AT:
            raise ValueError(f"no sample of {op}")
    return bytes(out)


def positive(pattern):
    found = sample(parser.parse(pattern.pattern, pattern.flags), pattern.flags)
    for tail in (b"", b"qqqq"):
        if pattern.search(found + tail):
            return found + tail
    raise ValueError(f"{pattern.pattern}: {found} does not match")


def near_miss(rule, side, payload):
    """Nothing of the rule that may be sent by this side."""
    against = [p for s, p in rule.patterns if side == "either" or s in (side, "either")]
    candidates = [payload[:i] + bytes([payload[i] ^ bit]) + payload[i + 1:]
                  for i in range(len(payload)) for bit in (0x01, 0x80, 0xff, 0x20, 0x5c)]
    candidates += [payload[:n] for n in range(len(payload) - 1, 0, -1)]
    for other in candidates:
        if not any(p.search(other) for p in against):
            return other
    return None


def line(rule, sign, port, payloads):
    return " ".join([str(rule.id), sign, rule.transports[0], str(port)] + [f"{who} {data.hex()}" for who, data in payloads])


def cases(rule):
    port = rule.ports[0] if rule.ports else OTHER_PORT
    sender = {"client": "c", "server": "s", "either": "c"}
    positives = [(side, positive(p)) for side, p in rule.patterns]
    if rule.all:
        sides = {}
        for side, payload in positives:
            sides.setdefault(side, payload)
        if not rule.needs_port:
            port = OTHER_PORT  # where no other rule decides before both sides are there
        whole = [(sender[s], sides[s]) for s in ("client", "server", "either") if s in sides]
        yield line(rule, "+", port, whole)
        for i in range(len(whole)):
            yield line(rule, "-", port, whole[:i] + whole[i + 1:])
        return
    for side, payload in positives:
        yield line(rule, "+", port, [(sender[side], payload)])
        other = near_miss(rule, side, payload)
        if other is not None:
            yield line(rule, "-", port, [(sender[side], other)])
        elif rule.needs_port:
            yield line(rule, "-", OTHER_PORT, [(sender[side], payload)])
        elif rule.id == 2060:  # any payload of SCTP: nothing at all is the only miss
            yield " ".join([str(rule.id), "-", "tcp", str(port), "c", payload.hex()])
        else:
            raise ValueError(f"rule {rule.id}: no near miss")


def main():
    for path in sys.argv[1:]:
        for rule in read(path):
            for one in cases(rule):
                print(one)


if __name__ == "__main__":
    main()
