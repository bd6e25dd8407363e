#!/usr/bin/env python3
"""Counts the instructions of audits of small fixed trees, and compares them with benches/instructions.txt.

    benches/instructions.py [--audit PROGRAM]            fails where a count has risen by more than 5 %
    benches/instructions.py [--audit PROGRAM] --renew    writes the counts of today

The trees are those of benches/growth.py: they change only when somebody means it. valgrind's callgrind counts the same
on a busy machine and an idle one; another compiler, C library, processor or valgrind counts otherwise, and then
nothing is compared, and that is said.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # The folder is a clone that CI wants clean.
import growth  # noqa: E402

EXPECTED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "instructions.txt")
# A rise of more than this is one.
TOLERANCE = 0.05
# What is counted, and its size: each shape has another stage do most of the work.
INPUTS = {
    "big_module": 400,
    "findings_in_files": 40,
    "functions_and_tries": 60,
    "import_chain": 60,
    "json_values": 400,
    "programs_and_commands": 20,
    "requirements": 60,
    "shell_scripts": 20,
    "web_files": 100,
}


def ground():
    """What the counts depend on beside the program's own source."""
    first = lambda *command: subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = set(file.read().split())
    vectors = "avx2" if "avx2" in flags else "sse2"
    parts = (first("rustc", "--version"), first("valgrind", "--version"), "-".join(platform.libc_ver()))
    return ", ".join((*parts, platform.machine(), vectors))


def count(audit, name):
    """The instructions of an audit of one tree, on one thread."""
    _, make = growth.SHAPES[name]
    with tempfile.TemporaryDirectory() as folder:
        tree = os.path.join(folder, "tree")
        growth.write(tree, make(INPUTS[name]))
        counted = subprocess.run(
            [
                *("valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"),
                *(audit, "--threads", "1", "--format", "json", "tree"),
            ],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
    found = re.search(r"Collected *: *(\d+)", counted.stderr)
    if counted.returncode not in (0, 1, 3) or not found:
        sys.exit(f"{audit} ended with status {counted.returncode} on {name}:\n{counted.stderr[-2000:]}")
    return int(found[1])


def read():
    """The ground of the expected counts, and the counts."""
    with open(EXPECTED, encoding="utf-8") as file:
        lines = [line.split("#")[0].strip() for line in file]
    pairs = [line.rsplit(" = ", 1) for line in lines if line]
    known = dict(pairs)
    return known.pop("ground", ""), {name: int(number) for name, number in known.items()}


def renew(here, counts):
    """Writes what is expected from now on."""
    with open(EXPECTED, "w", encoding="utf-8") as file:
        file.write("# Instructions of audits of the trees of benches/growth.py, and what they were counted on.\n")
        file.write("# benches/instructions.py --renew writes this file anew.\n")
        file.write(f"ground = {here}\n")
        file.writelines(f"{name} = {number}\n" for name, number in counts.items())


def main():
    """One row for each tree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--audit", default="target/release/audit", help="the program to measure")
    parser.add_argument("--renew", action="store_true", help="write the counts of today")
    chosen = parser.parse_args()
    audit, here = os.path.abspath(chosen.audit), ground()
    ground_then, expected = ("", {}) if chosen.renew else read()
    if not chosen.renew and ground_then != here:
        print(f"not compared: counted on {ground_then}; this is {here}")
        return 0
    counts, risen = {}, []
    for name in INPUTS:
        counts[name] = count(audit, name)
        before = expected.get(name)
        change = f"{counts[name] / before - 1:+.1%}" if before else "new"
        print(f"{name:24} {counts[name] / 1e6:8.1f} million  {change}", flush=True)
        if before and counts[name] > before * (1 + TOLERANCE):
            risen.append(name)
    if chosen.renew:
        renew(here, counts)
    if risen:
        print(f"more than {TOLERANCE:.0%} more instructions than in benches/instructions.txt: {', '.join(risen)}")
        print("mend what costs more, or say why in a commit that renews the counts: benches/instructions.py --renew")
    return 1 if risen else 0


if __name__ == "__main__":
    sys.exit(main())
