#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Reads the samples of write_samples with argus's own clients.

check_samples.py WRITE_SAMPLES: writes the three files and compares what `ra`
and `racount` print of them with what the records hold. Exit 77 (skipped): the
clients are not installed.

check_samples.py --five WRITE_SAMPLES: the same of format 5, with the clients of
argus 5 in the folder $PANOPTES_ARGUS5_CLIENTS. Exit 77 without it.

check_samples.py --decoder WRITE_SAMPLES: has an independent decoder look at
every byte, $PANOPTES_SHARED/tools/argusdump.py. Exit 77 without it.
"""
import os
import shutil
import subprocess
import sys
import tempfile

BOTH = {"spkts": "2", "dpkts": "2", "sbytes": "300", "dbytes": "400", "dur": "1.500100"}
SOURCE = {"spkts": "2", "dpkts": "0", "sbytes": "300", "dbytes": "0", "dur": "1.500000"}
ONE = {"spkts": "1", "dpkts": "0", "sbytes": "60", "dbytes": "0", "dur": "0.000000"}
V4 = {"saddr": "10.0.0.2", "daddr": "10.0.0.1"}
V6 = {"saddr": "2001:db8::1", "daddr": "2001:db8::2"}


def of(*parts, **more):
    """One expectation out of several."""
    out = {}
    for p in parts + (more,):
        out.update(p)
    return out


# What `ra` prints of each sample, whatever the options.
ALWAYS = {
    "tcp": of(V4, BOTH, proto="tcp", sport="40000", dport="80", dir="->", state="FIN",
              tcprtt="0.070034", synack="0.069740", ackdat="0.000294", stcpb="4263588410",
              dtcpb="2779762238", swin="131072", dwin="15616", sloss="0", sttl="64", dttl="57",
              stos="16", dtos="0", sipid="4660", dipid="255", tcpopt="Mws   T"),
    "tcp_loss": of(V4, BOTH, proto="tcp", sloss="3", dloss="0", flgs="e s"),
    "tcp_syn": of(V4, ONE, proto="tcp", state="REQ", dir="->", stcpb="1000"),
    "tcp6": of(V6, BOTH, proto="tcp", sport="40001", dport="443", state="FIN"),
    "udp": of(V4, BOTH, proto="udp", sport="50000", dport="53", dir="<->", state="CON"),
    "udp_one_way": of(V4, SOURCE, proto="udp", dir="->", state="REQ"),
    "udp_6gb": of(V4, proto="udp", spkts="4000000", sbytes="6000000000", dbytes="400"),
    "udp_answer_only": of(V4, proto="udp", spkts="0", dpkts="100", sbytes="0",
                          dbytes="100000", dir="<-", state="RSP"),
    "udp_instant": of(V4, proto="udp", spkts="1001", sbytes="60060", dur="0.000001",
                      state="INT"),
    "rtp": of(V4, proto="rtp", sport="50004", dport="5004", sloss="4", flgs="e s"),
    "rtcp": of(V4, proto="rtcp", sport="50005", dport="5005"),
    "udp6": of(V6, BOTH, proto="udp", sport="50006", dport="53", sttl="64", dttl="255"),
    "icmp_echo": of(V4, BOTH, proto="icmp", sport="0x0008", dport="0x881c", state="ECO"),
    "icmp_port_unreachable": of(V4, SOURCE, proto="icmp", sport="0x0303", state="URP"),
    "icmp6_echo": of(V6, BOTH, proto="ipv6-icmp", state="ECO"),
    "igmp": of(V4, SOURCE, proto="igmp"),
    "esp": of(V4, BOTH, proto="esp", dport="0x11223344", sloss="5"),
    "esp6": of(V6, BOTH, proto="esp"),
    "gre": of(V4, BOTH, proto="gre"),
    "fragment": of(V4, SOURCE, proto="udp"),
    "fragment6": of(V6, SOURCE, proto="udp"),
    "arp": of(V4, BOTH, proto="arp", dir="who", state="CON"),
    "arp_request": of(V4, ONE, proto="arp", dir="who", state="INT"),
    "rarp": of(ONE, proto="rarp"),
    "lldp": of(SOURCE, proto="lldp", saddr="02:00:00:00:00:0a", daddr="01:80:c2:00:00:0e"),
    "llc": of(SOURCE, proto="llc", sport="66", dport="66"),
    "isis": of(proto="isis"),
    "wlan": of(SOURCE, proto="wlan", saddr="02:11:22:33:44:aa", daddr="Broadcast",
               bssid="02:11:22:33:44:bb", ssid="coffee"),
    "matrix": of(V4, BOTH),
    "matrix6": of(V6, BOTH),
    "vlan_src": of(BOTH, svid="100", svlan="0x2064", dvid=""),
    "vlan_dst": of(BOTH, svid="", dvid="200"),
    "vlan": of(BOTH, svid="100", dvid="200"),
    "mpls_src": of(BOTH, smpls="100", dmpls=""),
    # ra 3.0.8.2 looks for a destination's label behind a source's, which isn't there
    "mpls_dst": of(BOTH, smpls=""),
    "mpls": of(BOTH, smpls="100", dmpls="200"),
    "several_macs": of(BOTH, sport="51001"),
    "ip_options": of(BOTH, flgs="e    FA"),
    "unreachable": of(SOURCE, flgs="eU", inode="10.0.0.254"),
    "redirected": of(SOURCE, flgs="eR", inode="10.0.0.254"),
    "time_exceeded": of(SOURCE, flgs="eT", inode="10.0.0.254"),
    "keystrokes": of(V4, BOTH, proto="tcp", sport="51004", state="CON"),
    "jitter": of(V4, BOTH, proto="udp", dport="5000"),
}

# And of those that have all options on.
RICH = {
    "tcp": {"sappbytes": "200", "dappbytes": "300", "smac": "02:00:00:00:00:0a",
            "dmac": "02:00:00:00:00:0b", "sminsz": "60", "smaxsz": "240", "dmaxsz": "340",
            "srcid": "prb1"},
    "udp_6gb": {"sappbytes": "5800000000"},
    "udp_one_way": {"sappbytes": "200", "dappbytes": "0", "smaxsz": "240"},
    "several_macs": {"flgs": "M"},
    "keystrokes": {"snstroke": "12", "dnstroke": "0"},
    "arp": {"smac": "02:00:00:00:00:0a"},
}

# Where the clients of argus 5 print something else of format 5.
FIVE = {
    "icmp_echo": {"dport": ""},
    "icmp_port_unreachable": {"sport": "0x0003"},
}
# Intervals between packets, milliseconds. ra 3.0.8.2 mixes the units where there are both kinds.
JITTER = ("sintpktact", "sintpktidl", "dintpktact", "dintpktidl")

FIELDS = ("seq proto saddr sport dir daddr dport spkts dpkts sbytes dbytes dur state flgs tcprtt "
          "synack ackdat stcpb dtcpb swin dwin sloss dloss sttl dttl stos dtos sipid dipid tcpopt "
          "svid dvid svlan smpls dmpls inode srcid sappbytes dappbytes smac dmac sminsz smaxsz "
          "dminsz dmaxsz snstroke dnstroke bssid ssid").split()


def write(writer, folder, mode, *version):
    path = os.path.join(folder, mode)
    names = subprocess.run([writer, path, mode, *version], stdout=subprocess.PIPE, check=True, text=True)
    return path, names.stdout.split()


def client(*args):
    env = dict(os.environ, HOME="/nonexistent", TZ="UTC")
    done = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=60, env=env)
    if done.returncode != 0:
        sys.exit("%s: exit %d: %s" % (" ".join(args), done.returncode, done.stderr))
    return done.stdout


def number(text):
    """Hexadecimal and padded forms of one value alike."""
    try:
        return int(text, 0)
    except ValueError:
        return text


def same(field, got, want):
    if field in ("sipid", "dipid", "svlan", "inode"):
        return number(got) == number(want)
    return got == want


def check_file(path, names, rich, tools="", changes=None):
    bad = 0
    changes = changes or {}
    out = client(os.path.join(tools, "ra"), "-X", "-n", "-u", "-p", "6", "-c", "|", "-r", path, "-s", *FIELDS)
    rows = [line.split("|") for line in out.splitlines()]
    header, rows = rows[0], rows[1:]
    if len(header) != len(FIELDS) or len(rows) != len(names):
        sys.exit("%s: ra prints %d fields of %d records, want %d of %d"
                 % (path, len(header), len(rows), len(FIELDS), len(names)))
    for n, (row, name) in enumerate(zip(rows, names), 1):
        got = {f: v.strip() for f, v in zip(FIELDS, row)}
        want = of(ALWAYS[name], RICH.get(name, {}) if rich else {}, changes.get(name, {}),
                  seq=str(n))
        for field, value in want.items():
            if not same(field, got[field], value):
                bad += 1
                print("%s: record %d, %s: %s is %r, want %r"
                      % (path, n, name, field, got[field], value))
    count = client(os.path.join(tools, "racount"), "-X", "-r", path).splitlines()[1].split()
    want = len(names) + (0 if tools else 1)  # that of argus 3 counts the STOP MAR
    if count[1] != str(want):
        bad += 1
        print("%s: racount finds %s records, want %d" % (path, count[1], want))
    return bad


def check_jitter(path, tools):
    """The source port of these samples says which of the four there are."""
    bad = masks = 0
    out = client(os.path.join(tools, "ra"), "-X", "-n", "-p", "6", "-c", "|", "-L", "-1",
                 "-r", path, "-s", "sport", *JITTER, "-", "udp", "and", "dst", "port", "5000")
    for line in out.splitlines():
        port, *got = line.split("|")
        if not port.isdigit() or int(port) < 52001:
            continue
        masks += 1
        for i, field in enumerate(JITTER):
            want = "2.000000" if int(port) - 52000 & 1 << i else "0.000000"
            if got[i] != want:
                bad += 1
                print("%s: port %s: %s is %r, want %r" % (path, port, field, got[i], want))
    if masks != 15:
        bad += 1
        print("%s: ra prints %d samples of jitter, want 15" % (path, masks))
    return bad


def check_refused(path):
    """The clients of argus 3 have to refuse it, not to misread it."""
    if not shutil.which("ra"):
        return 0
    done = subprocess.run(["ra", "-X", "-n", "-r", path], stdout=subprocess.PIPE, timeout=60,
                          stderr=subprocess.DEVNULL, env=dict(os.environ, HOME="/nonexistent"))
    if done.returncode == 1 and not done.stdout:
        return 0
    print("%s: ra of argus 3 ends with %d, want 1" % (path, done.returncode))
    return 1


def check_decoder(writer):
    tool = os.path.join(os.environ.get("PANOPTES_SHARED", ""), "tools", "argusdump.py")
    if not os.environ.get("PANOPTES_SHARED") or not os.path.exists(tool):
        print("skipped: PANOPTES_SHARED names no folder with tools/argusdump.py")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        paths = [write(writer, folder, mode)[0] for mode in ("plain", "rich", "times")]
        return subprocess.run([sys.executable, tool, "-b", "--strict", "--mar-count",
                               "--need-stop", "--no-quirks"] + paths).returncode


def check_five(writer):
    tools = os.environ.get("PANOPTES_ARGUS5_CLIENTS", "")
    if not os.path.exists(os.path.join(tools, "ra")) or not tools:
        print("skipped: PANOPTES_ARGUS5_CLIENTS names no folder with ra and racount of argus 5")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        bad = 0
        for mode in ("plain", "rich", "times"):
            path, names = write(writer, folder, mode, "5")
            bad += check_file(path, names, mode == "rich", tools, FIVE)
            if mode == "rich":
                bad += check_jitter(path, tools) + check_refused(path)
        return 1 if bad else 0


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--five":
        return check_five(sys.argv[2])
    if len(sys.argv) == 3 and sys.argv[1] == "--decoder":
        return check_decoder(sys.argv[2])
    if not shutil.which("ra") or not shutil.which("racount"):
        print("skipped: ra and racount (argus-client) are not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        bad = 0
        for mode in ("plain", "rich", "times"):
            path, names = write(sys.argv[1], folder, mode)
            bad += check_file(path, names, mode == "rich")
        return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
