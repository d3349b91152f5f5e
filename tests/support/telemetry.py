#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Asks a running probe's telemetry socket.

telemetry.py NAME COMMAND          prints the answer, "key value" a line
telemetry.py NAME check            asserts that ledger and outputs add up, and prints the ledger
telemetry.py NAME until KEY VALUE  waits until the ledger's KEY is at least VALUE
"""

import json
import os
import socket
import sys
import time

SECONDS = 20


def path_of(name):
    base = "/var/run" if os.geteuid() == 0 else os.environ.get("XDG_RUNTIME_DIR", "/tmp")
    return f"{base}/dpdk/{name}/dpdk_telemetry.v2"


def ask(name, command):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.connect(path_of(name))
        s.recv(4096)
        s.send(command.encode())
        return json.loads(s.recv(1 << 20))[command]


def flat(prefix, value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(f"{prefix}{key}.", inner)
    else:
        yield f"{prefix.rstrip('.')} {value}"


def ledger_adds_up(ledger):
    """Received = in flows + filtered + dropped by name; records made = written + lost."""
    packets = ("flow_packets", "filtered", "drop_undecodable", "drop_link_type", "drop_dispatch",
               "drop_sampled", "drop_table")
    records = ("records_written", "records_filtered", "records_lost")
    return (ledger["rx_packets"] == sum(ledger[k] for k in packets)
            and ledger["records_made"] == ledger["records_received"]
            and ledger["records_received"] * ledger["outputs"] == sum(ledger[k] for k in records))


def outputs_add_up(name):
    """Each output: the records received = written + filtered + lost, and their sums the ledger's."""
    ledger = ask(name, "/panoptes/ledger")
    outputs = ask(name, "/panoptes/outputs").values()
    kinds = ("records_written", "records_filtered", "records_lost")
    return (len(outputs) == ledger["outputs"]
            and all(sum(o[k] for k in kinds) == ledger["records_received"] for o in outputs)
            and all(sum(o[k] for o in outputs) == ledger[k] for k in kinds))


def until(true):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            if true():
                return 0
        except (OSError, TypeError, KeyError):
            pass  # not there yet
        time.sleep(0.1)
    return 1


def main(name, command, *rest):
    if command == "until":
        key, value = rest
        return until(lambda: ask(name, "/panoptes/ledger")[key] >= int(value))
    if command == "check":
        # what is under way between two cores is counted at one of them already
        status = until(lambda: ledger_adds_up(ask(name, "/panoptes/ledger")) and outputs_add_up(name))
        command = "/panoptes/ledger"
    else:
        status = 0
    for line in flat("", ask(name, command)):
        print(line)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
