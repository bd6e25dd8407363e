"""Measures what benches/compare.sh has put in place: compare.py FOLDER TREE..."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PATTERN = (
    r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|/Users/|/home/|/opt/homebrew|/usr/local/"
    r"|^\s*(import|from)\s|[Pp][Oo][Rr][Tt]\s*[=:]"
)
RUNS = int(os.environ["RUNS"])
# Statuses that say "I ran": nothing found, something found, and audit's "nothing could be assessed".
COMMANDS = {
    "audit": ([os.environ["AUDIT"], "--format", "json"], {0, 1, 3}),
    "ripgrep": ([os.environ["RG"], "--no-config", "--hidden", "-n", "-e", PATTERN], {0, 1}),
    "ruff": (
        [os.environ["RUFF"], "check", "--isolated", "--no-cache", "--select", "S104,S105,S106,S107,S108"],
        {0, 1},
    ),
}


def run(tool, tree):
    """Seconds of one run on a tree, or an end with the tool's own words."""
    command, good = COMMANDS[tool]
    start = time.perf_counter()
    done = subprocess.run([*command, tree], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    seconds = time.perf_counter() - start
    if done.returncode not in good:
        sys.exit(f"{tool} ended with status {done.returncode} on {tree}: {done.stderr.decode()[:500]}")
    return seconds


def size(tree):
    """Files and bytes below a folder."""
    sizes = [os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(tree) for name in names]
    return len(sizes), sum(sizes)


def medians(tree, tools):
    """The median seconds of each tool; the tools take turns, so that a busy moment hits them all."""
    for tool in tools:
        run(tool, tree)  # The first run fills the page cache.
    times = {tool: [] for tool in tools}
    for _ in range(RUNS):
        for tool in tools:
            times[tool].append(run(tool, tree))
    return {tool: statistics.median(values) for tool, values in times.items()}


def compare(trees):
    """One row for each tree."""
    print(f"Medians of {RUNS} runs on {os.cpu_count()} cores, page cache warm.\n")
    print("| tree | files | MB | audit s | ripgrep s | ruff s | audit MB/s | audit ÷ ripgrep | audit ÷ ruff |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for tree in trees:
        files, count = size(tree)
        median = medians(tree, list(COMMANDS))
        audit, ripgrep, ruff = (median[tool] for tool in ("audit", "ripgrep", "ruff"))
        print(
            f"| {os.path.basename(tree)} | {files} | {count / 1e6:.1f} | {audit:.3f} | {ripgrep:.3f} | {ruff:.3f} "
            f"| {count / 1e6 / audit:.0f} | {audit / ripgrep:.2f} | {audit / ruff:.2f} |",
            flush=True,
        )


def double(tree):
    """One, two and four copies of a tree, each in a folder of its own."""
    print(f"\nCopies of {os.path.basename(tree)}: twice the files, twice the time?\n")
    print("| copies | audit s | ratio to one half |\n|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        before = None
        for copies in (1, 2, 4):
            for number in range(copies):
                place = os.path.join(folder, f"copy{number}")
                if not os.path.exists(place):
                    shutil.copytree(tree, place)
            now = medians(folder, ["audit"])["audit"]
            ratio = f"{now / before:.2f}" if before else "–"
            print(f"| {copies} | {now:.3f} | {ratio} |", flush=True)
            before = now


def main():
    """Every tree, then the copies of the last."""
    folder, *names = sys.argv[1:]
    if not names:
        sys.exit("no tree could be fetched")
    trees = [os.path.join(folder, name) for name in names]
    compare(trees)
    double(trees[-1])


main()
