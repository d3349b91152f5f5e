#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Record filters at random, always the same: one a line.

  filter_expressions.py COUNT [SEED]

What ra gets wrong is only used where it is right: many words it asks of IPv4
alone, or of records without what they ask for too, hence the guards; comparisons
of real numbers go wrong behind tests of what a record has not, so they stand alone.
"""
import random
import sys

HOSTS4 = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.254", "192.168.1.10", "198.51.100.20"]
HOSTS6 = ["2001:db8::1", "2001:db8::2", "2001:db8:2::80"]
NETS = ["10.0.0.0/8", "10.0.0.0/30", "10.0.0.2/31", "192.168.0.0/16", "198.51.100.0/24",
        "2001:db8::/32", "2001:db8:1::/48"]
PORTS = [1, 22, 53, 80, 81, 443, 514, 5000, 6000, 8080, 40000, 40003, 41000, 50000, 65535]
PROTOS = [1, 2, 6, 17, 50, 58, 89, 132, 200]
RELATIONS = ["eq", "gt", "gte", "lt", "lte"]
TCP_FLAGS = ["syn", "fin", "reset", "rst", "push", "ack", "urg", "ece", "cwr"]
TCP_STATES = ["synack", "finack", "normal", "wait"]
TCP_OPTIONS = ["mss", "wscale", "selackok", "selack", "tcptimestamp"]
BOTH_WAYS = ["retrans", "ooo", "outoforder", "winshut", "ecn"]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.top = True  # nothing stands around what is made

    def one(self, values):
        return self.random.choice(values)

    def direction(self, both=True):
        return self.one(["", "", "src ", "dst "] + (["src or dst ", "src and dst "] if both else []))

    def host(self):
        kind = self.random.randrange(6)
        host = self.one(HOSTS4 + HOSTS6)
        if kind == 0:
            return f"{self.one(['src ', 'dst '])}{host}"
        if kind == 1:
            return f"ip {self.direction()}host {host}"
        if kind == 2:
            return f"arp {self.direction()}host {self.one(HOSTS4)}"
        if kind == 3:
            return f"{self.direction()}host {host} {self.one(['or', 'and'])} {self.one(HOSTS4)}"
        return f"{self.direction()}host {host}"

    def port(self):
        proto = self.one(["", "", "tcp ", "udp "])
        kind = self.random.randrange(6)
        port = self.one(PORTS)
        if kind == 0:
            low, high = sorted([port, self.one(PORTS)])
            return f"{proto}{self.one(['src', 'dst'])} port {low}-{high}"
        if kind == 1:
            return f"{proto}{self.direction(False)}port {self.one(RELATIONS)} {port}"
        if kind == 2:
            return f"{proto}{self.direction(False)}port {port} or {self.one(PORTS)}"
        if kind == 3:
            return f"{proto}{self.direction(False)}port ({port} or {self.one(PORTS)})"
        if kind == 4:
            return f"{self.direction(False)}port {self.one(['http', 'domain', 'ssh', 'https'])}"
        return f"{proto}{self.direction()}port {port}"

    def counted(self):
        name, most = self.one([("pkts", 12), ("bytes", 3000), ("appbytes", 2000), ("data", 500),
                               ("pkt", 4), ("byte", 200)])
        return (f"{self.direction()}{name} {self.one(RELATIONS + [''])} "
                f"{self.random.randrange(most)}").replace("  ", " ")

    def real(self):
        name, most = self.one([("dur", 20), ("load", 50000), ("rate", 200), ("pcr", 1)])
        value = self.random.uniform(-most if name == "pcr" else 0, most)
        relation = self.one(["gt", "gte", "lt", "lte"])
        if name == "pcr":  # negative numbers are read, zero has a sign in ra
            value = value or 0.5
        direction = self.direction() if name in ("load", "rate") else ""
        return f"{direction}{name} {relation} {value:.3f}1"

    def guarded(self):
        kind = self.random.randrange(9)
        if kind == 0:
            return f"(ipv4 and {self.direction()}ttl {self.one(RELATIONS)} {self.one([1, 5, 64, 128])})"
        if kind == 1:
            return f"(ipv4 and {self.direction()}{self.one(['tos', 'dsb'])} {self.random.randrange(5)})"
        if kind == 2:
            return f"(tcp and ipv4 and {self.one(TCP_OPTIONS)})"
        if kind == 3:
            return f"(ipv4 and {self.one(['est', 'con'])})"
        if kind == 4:
            return f"(ipv4 and {self.direction(False)}frag)"
        if kind == 5:
            return f"(ipv4 and {self.one(['echo', 'unreach', 'timexed'])})"
        if kind == 6:
            return f"(tcp and {self.direction()}base {self.one(RELATIONS)} {self.one([100, 1000, 5000])})"
        if kind == 7:
            return f"(tcp and {self.direction(False)}ipid {self.one(['eq', 'lt'])} {self.one([1, 2, 9])})"
        return self.one(["(start and not stop)", "stop", "(status and not stop)"])

    def primitive(self, depth):
        kind = self.random.randrange(16)
        if kind < 3:
            return self.one(["tcp", "udp", "icmp", "igmp", "ip", "ipv4", "ipv6", "vlan", "mpls", "far",
                             "ether proto 0x0806", "ether proto 0x88cc", "isis"])
        if kind < 5:
            return self.host()
        if kind == 5:
            return f"{self.direction()}net {self.one(NETS)}"
        if kind < 8:
            return self.port()
        if kind == 8:
            return f"{self.one(['ip', 'ipv4', 'ipv6'])} proto {self.one(PROTOS)}"
        if kind == 9:
            return self.direction() + self.one(TCP_FLAGS)
        if kind == 10:
            return self.one(TCP_STATES + [self.direction(False) + self.one(BOTH_WAYS)])
        if kind == 11:
            return self.counted()
        if kind == 12 and depth == 0:
            return self.real()
        if kind == 13:
            return self.one([
                f"{self.direction()}vid {self.one([0, 5, 100, 200])}",
                f"{self.direction()}encaps {self.one(['eth', '802q', 'llc', 'ah', 'gre'])}",
                f"ether {self.direction()}host 02:00:00:00:00:0{self.random.randrange(1, 4)}",
                f"ether host 02:00:00:00:00:0{self.random.randrange(1, 4)}",
                f"seq {self.one(RELATIONS)} {self.random.randrange(1, 60)}",
                f"inode {self.one(HOSTS4 + ['10.0.1.254'])}",
                f"(mpls and {self.direction(False)}mid {self.one(RELATIONS)} {self.one([16, 20, 100])})",
                "multipath", "mpls", "ip broadcast", f"srcid {self.one([1, 2])}"])
        return self.guarded()

    def expression(self, depth):
        self.top = self.top and depth == 0
        kind = self.random.randrange(7)
        if depth == 0 or kind < 2:
            return self.primitive(depth if self.top else 1)
        if kind == 2:
            return f"{self.one(['not', '!'])} {self.bracketed(depth - 1)}"
        left, right = self.bracketed(depth - 1), self.bracketed(depth - 1)
        if kind == 3:
            return f"{left} {self.one(['and', 'or', '&&', '||'])} {right} {self.one(['and', 'or'])} " + \
                self.bracketed(depth - 1)
        return f"{left} {self.one(['and', 'or'])} {right}"

    def bracketed(self, depth):
        text = self.expression(depth)
        return f"({text})" if " and " in text or " or " in text or "&&" in text or "||" in text \
            else text


def main(arguments):
    maker = Maker(int(arguments[1]) if len(arguments) > 1 else 561)
    for number in range(int(arguments[0])):
        maker.top = True
        print(maker.expression(number % 4))


if __name__ == "__main__":
    main(sys.argv[1:])
