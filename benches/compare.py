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
    """Seconds, processor seconds and peak memory in MB of one run on a tree, or an end with the tool's own words."""
    command, good = COMMANDS[tool]
    with tempfile.TemporaryFile() as words:
        start = time.perf_counter()
        child = subprocess.Popen(
            [*command, tree], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=words
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in good:
            words.seek(0)
            said = words.read(500).decode(errors="replace")
            sys.exit(f"{tool} ended with status {child.returncode} on {tree}: {said}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def size(tree):
    """Files and bytes below a folder."""
    sizes = [os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(tree) for name in names]
    return len(sizes), sum(sizes)


def medians(tree, tools):
    """The medians of each tool's figures; the tools take turns, so that a busy moment hits them all."""
    for tool in tools:
        run(tool, tree)  # The first run fills the page cache.
    found = {tool: [] for tool in tools}
    for _ in range(RUNS):
        for tool in tools:
            found[tool].append(run(tool, tree))
    return {tool: [statistics.median(figures) for figures in zip(*runs)] for tool, runs in found.items()}


def compare(trees):
    """One row for each tree: seconds, and in brackets those of the processor; peak memory."""
    print(f"Medians of {RUNS} runs on {os.cpu_count()} cores, page cache warm; in brackets processor seconds.\n")
    print("| tree | files | MB | audit s | ripgrep s | ruff s | audit ÷ ripgrep | audit ÷ ruff | peak MB of the three |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for tree in trees:
        files, count = size(tree)
        median = medians(tree, list(COMMANDS))
        shown = [f"{seconds:.3f} ({processor:.2f})" for seconds, processor, _ in median.values()]
        audit, ripgrep, ruff = (median[tool][0] for tool in ("audit", "ripgrep", "ruff"))
        peaks = ", ".join(f"{peak:.0f}" for _, _, peak in median.values())
        print(
            f"| {os.path.basename(tree)} | {files} | {count / 1e6:.1f} | {' | '.join(shown)} "
            f"| {audit / ripgrep:.2f} | {audit / ruff:.2f} | {peaks} |",
            flush=True,
        )


def double(tree):
    """One, two, four and eight copies of a tree, each in a folder of its own."""
    print(f"\nCopies of {os.path.basename(tree)}: twice the files, twice the time and memory?\n")
    print("| copies | audit s | processor s | peak MB | processor s ÷ one copy |\n|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        first = None
        for copies in (1, 2, 4, 8):
            for number in range(copies):
                place = os.path.join(folder, f"copy{number}")
                if not os.path.exists(place):
                    shutil.copytree(tree, place)
            seconds, processor, peak = medians(folder, ["audit"])["audit"]
            first = first or processor
            print(f"| {copies} | {seconds:.3f} | {processor:.2f} | {peak:.0f} | {processor / first:.2f} |", flush=True)


def main():
    """Every tree, all together, then the copies of the last."""
    folder, *names = sys.argv[1:]
    if not names:
        sys.exit("no tree could be fetched")
    trees = [os.path.join(folder, name) for name in names]
    compare([*trees, folder] if len(trees) > 1 else trees)
    double(trees[-1])


main()
