#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds that each test that docs/protocols.md names is there and is run, and that each of its
rows names one."""
import os
import re
import sys

from captures import CAPTURES

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NAME = re.compile(r"`([a-z0-9_]+)/([a-z0-9_-]+)`")


def unit_tests():
    """File without its ending -> names of the tests that it runs."""
    found = {}
    for folder, _, files in os.walk(os.path.join(ROOT, "tests")):
        for file in files:
            if file.startswith("test_") and file.endswith(".c"):
                with open(os.path.join(folder, file), encoding="utf-8") as source:
                    found.setdefault(file[:-2], set()).update(
                        re.findall(r"cmocka_unit_test\((\w+)\)", source.read()))
    return found


def main():
    units, wrong, named = unit_tests(), 0, 0
    with open(os.path.join(ROOT, "tests/smoke/CMakeLists.txt"), encoding="utf-8") as listing:
        smoke = set(re.findall(r"\w+", listing.read()))
    with open(os.path.join(ROOT, "docs/protocols.md"), encoding="utf-8") as table:
        lines = table.read().splitlines()
    for number, line in enumerate(lines, 1):
        names = NAME.findall(line)
        is_row = line.startswith("| ") and not line.endswith("| tests |")
        if is_row and not names:
            print(f"docs/protocols.md:{number}: a row without a test")
            wrong += 1
        for kind, name in names:
            if (kind, name) in (("a", "b"), ("smoke", "x"), ("capture", "x")):
                continue
            named += 1
            there = (name in CAPTURES if kind == "capture" else
                     name in smoke if kind == "smoke" else name in units.get(kind, ()))
            if not there:
                print(f"docs/protocols.md:{number}: there is no {kind}/{name}")
                wrong += 1
    print(f"{named} tests named, {wrong} wrong")
    return 1 if wrong or named < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
