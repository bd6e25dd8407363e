#!/usr/bin/env python3
"""Does the cost of an audit grow faster than what is audited?

Makes trees that are hard on purpose, each of a size N, 2N and 8N, audits them, and prints how processor time and
peak memory grow with the size. What grows faster than linearly in what is read and written is marked, and then the
exit status is 1. What is written can grow faster than what is read: a finding names every program that it stops.

    benches/growth.py [--audit PROGRAM] [--scale 1.0] [--limit SECONDS] [NAME...]

The time is that of the processor, over all threads, so that other work on the machine disturbs it little.
"""

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

sys.setrecursionlimit(10_000)  # Removing folders that lie deep in each other recurses.
FACTORS = (1, 2, 8)
# A ratio may be this much above the factor: caches get colder, and sorting is n log n.
SLACK = 1.35
# Less than this is mostly the start of the process: nothing is said of its growth.
FLOOR_SECONDS = 0.15
FLOOR_KB = 40_000

SHAPES = {}


def shape(size):
    """Registers a generator of trees: from a number to texts by path. `size` is its N."""

    def register(make):
        SHAPES[make.__name__] = (size, make)
        return make

    return register


def supervisor(*commands):
    """A configuration of supervisor that starts these."""
    return "[supervisord]\n" + "".join(f"[program:p{at}]\ncommand={line}\n" for at, line in enumerate(commands))


@shape(100)
def programs_and_commands(n):
    """Programs, each with a log in a folder of its own, and five times as many commands that make and end things."""
    config = "[supervisord]\nlogfile=logs/s.log\n"
    tree = {}
    for at in range(n):
        config += (
            f"[program:p{at}]\ncommand=python3 app/p{at}.py --port {8000 + at}\ndirectory=/opt/app\n"
            f"user=u{at}\nstdout_logfile=logs/d{at}/x.log\nenvironment=A{at}=\"x\"\n"
        )
        tree[f"app/p{at}.py"] = f"import os\nimport requests\nname = os.environ['T{at}']\nopen('data{at}/x.txt')\n"
    forms = ("mkdir -p logs/d{0}", "pkill -f p{0}.py", "cp a{0} /etc/b{0}", "chmod +x run{0}.sh", "useradd u{0}")
    lines = [forms[at % len(forms)].format(at) for at in range(5 * n)]
    return tree | {"supervisord.conf": config, "deploy.sh": "#!/bin/bash\n" + "\n".join(lines) + "\n"}


@shape(200)
def units(n):
    """Units of systemd that wait for each other, and a script that enables them."""
    tree = {}
    for at in range(n):
        tree[f"systemd/p{at}.service"] = (
            f"[Unit]\nAfter=p{at + 1}.service\n[Service]\nExecStart=/opt/app/venv/bin/python app/p{at}.py\nUser=u{at}\n"
            f"WorkingDirectory=/opt/app\nEnvironmentFile=/etc/e{at}.env\n[Install]\nWantedBy=multi-user.target\n"
        )
        tree[f"app/p{at}.py"] = "import flask\n"
    forms = ("systemctl enable p{0}", "cp systemd/p{0}.service /etc/systemd/system/", "useradd u{0}", "killall p{0}")
    lines = [forms[at % len(forms)].format(at) for at in range(4 * n)]
    return tree | {"deploy.sh": "#!/bin/bash\n" + "\n".join(lines) + "\n"}


@shape(2500)
def import_chain(n):
    """Each module imports the next and two others: 20,000 modules at 8N."""
    tree = {
        f"m{at}.py": f"import m{at + 1}\nimport m{at * 7 % n}\nfrom m{at * 13 % n} import x\nx = 1\n" for at in range(n)
    }
    return tree | {"supervisord.conf": supervisor("python3 m0.py")}


@shape(2500)
def import_fan(n):
    """One module imports all others, in two programs."""
    tree = {f"pkg/m{at}.py": f"import os\nfrom . import m{at * 13 % n}\nx = {at}\n" for at in range(n)}
    main = "".join(f"import pkg.m{at}\n" for at in range(n))
    config = supervisor("python3 main.py", "python3 main.py")
    return tree | {"pkg/__init__.py": "", "main.py": main, "supervisord.conf": config}


@shape(1250)
def findings_in_a_file(n):
    """Three findings for each: more than 30,000 in one file at 8N."""
    lines = [
        f"import missing{at}\nc{at} = connect('10.1.{at % 250}.{at // 250}', 80)\np{at} = open('/Users/joe/x{at}')\n"
        for at in range(n)
    ]
    return {"app.py": "".join(lines), "supervisord.conf": supervisor("python3 app.py"), "requirements.txt": "flask\n"}


@shape(1250)
def findings_in_files(n):
    """The same, each in a file of its own."""
    text = "import missing{0}\nc = connect('10.1.{1}.{2}', 80)\np = open('/Users/joe/x{0}')\n"
    tree = {f"d/a{at}.py": text.format(at, at % 250, at // 250) for at in range(n)}
    return tree | {"supervisord.conf": supervisor("python3 d/a0.py")}


@shape(20)
def one_program_many_findings(n):
    """Programs that reach one module with many findings: a finding that listed its programs would be n by n."""
    app = "".join(f"c{at} = connect('10.1.{at % 250}.{at // 250}', 80)\n" for at in range(20 * n))
    return {"app.py": app, "supervisord.conf": supervisor(*["python3 app.py"] * n)}


@shape(12500)
def many_files(n):
    """A folder of 100,000 files at 8N."""
    tree = {f"d/f{at}.txt": "x\n" for at in range(n)}
    return tree | {"supervisord.conf": supervisor("python3 a.py")}


@shape(2500)
def many_folders(n):
    """Packages beside each other."""
    tree = {f"d{at}/e/__init__.py": "import os\n" for at in range(n)}
    return tree | {"supervisord.conf": supervisor("python3 a.py")}


@shape(200)
def nested_folders(n):
    """Folders inside each other, a module in each."""
    tree = {"/".join(["d"] * at + [f"m{at}.py"]): "import os\n" for at in range(n)}
    return tree | {"supervisord.conf": supervisor("python3 m0.py")}


@shape(5000)
def big_module(n):
    """One file of Python: 5 MB at 8N."""
    text = "def f{0}(a, b=1):\n    x = a + b * {0}\n    return os.path.join(x, '/opt/x{0}', \"10.0.0.1\")\n"
    return {"a.py": "".join(map(text.format, range(n))), "supervisord.conf": supervisor("python3 a.py")}


@shape(500)
def functions_and_tries(n):
    """Calls that run into each other, handlers, and names that build on the name before."""
    text = (
        "def f{0}():\n    f{1}()\n    f{2}()\ntry:\n    import a{0}\nexcept ImportError:\n    a{0} = None\n"
        "p{1} = os.path.join(p{0}, 'b')\nif p{1}:\n    q = p{0}\n"
    )
    body = "".join(text.format(at, at + 1, at * 7 % n) for at in range(n))
    return {"app.py": "import os\n" + body + "f0()\n", "supervisord.conf": supervisor("python3 app.py")}


@shape(60_000)
def long_lines(n):
    """One line in each format: 10 MB of Python and JSON at 8N."""
    words, list_ = "xyz, " * n, "[" + "1, \"abc\", " * n + "1]"
    return {
        "a.py": f"x = {list_}\n",
        "b.json": list_,
        "c.sh": "echo " + "a b $c 'd' " * n + "\n",
        "d.yml": f"a: {list_}\n",
        "e.ini": f"a = {words}\n",
        "f.env": f"A={words}\n",
        "g.toml": f"a = {list_}\n",
        "requirements.txt": f"a {words}\n",
        "Dockerfile": "RUN " + "xyz && " * n + "a\n",
        "Procfile": "a: python3 " + "x " * n + "\n",
        "x.service": "[Service]\nExecStart=/usr/bin/python3 " + "x " * n + "\n",
    }


@shape(4000)
def deep_nesting(n):
    """Brackets, blocks and substitutions inside each other."""
    return {
        "a.py": f"x = {'(' * n}{')' * n}\n",
        "b.json": "[" * n + "]" * n,
        "c.sh": "$(" * n + ")" * n + "\n",
        "d.sh": "if true; then " * n + "\n" + "fi;" * n + "\n",
        "e.yml": "[" * n + "]" * n,
        "f.toml": f"a = {'[' * n}{']' * n}\n",
        "ecosystem.config.js": f"module.exports = {{apps: {'[' * n}{']' * n}}}\n",
        "h.html": "<div>" * n,
    }


@shape(300)
def shell_scripts(n):
    """Variables, functions, heredocs and scripts that call each other."""
    body = (
        "X{0}=$(cat /etc/x{0})\nif [ -f $X{0} ]; then\n  cp a $X{0}\nfi\ncd /opt/x{0}\nf{0}() {{ echo $X{0}; }}\nf{0}\n"
        "cat > /etc/c{0}.conf <<EOF\n[program:p{0}]\ncommand=python3 x\nEOF\n"
    )
    tree = {f"s{at}.sh": f"#!/bin/bash\n./s{at + 1}.sh\nsource ./s{at * 7 % n}.sh\nexport V{at}=1\n" for at in range(n)}
    return tree | {"deploy.sh": "#!/bin/bash\nset -e\n" + "".join(map(body.format, range(n)))}


@shape(500)
def torn_shell(n):
    """What is opened and never closed."""
    return {
        "a.sh": "".join(f"cat <<EOF{at}\n$(\n" for at in range(n)),
        "b.sh": "case x in\n" * n,
        "c.sh": "a' b\" c` $( \n" * n,
    }


@shape(1000)
def requirements(n):
    """Requirements, constraints that contradict each, and a module that imports all."""
    return {
        "requirements.txt": "".join(f"pkg{at}==1.{at}\n" for at in range(n)),
        "constraints.txt": "".join(f"pkg{at}==1.{at + 1}\n" for at in range(n)),
        "main.py": "".join(f"import pkg{at}\n" for at in range(n)),
        "supervisord.conf": supervisor("python3 main.py"),
        "deploy.sh": "pip install -r requirements.txt -c constraints.txt\n",
    }


@shape(50)
def chained_requirements(n):
    """Files that include the next, each installed by itself, each with another version of one distribution."""
    tree = {
        f"r/requirements{at}.txt": f"pkg{at}==1.{at}\n-r requirements{at + 1}.txt\nnumpy=={at}\n" for at in range(n)
    }
    lines = "".join(f"pip install -r r/requirements{at}.txt\n" for at in range(n))
    return tree | {"deploy.sh": lines, "main.py": "import numpy\n", "supervisord.conf": supervisor("python3 main.py")}


@shape(1000)
def compose(n):
    """Services with ports that wait for each other, and a YAML file of aliases that double."""
    service = (
        "  s{0}:\n    image: x\n    command: python3 a{0}.py\n    ports: ['{1}:80']\n    depends_on: [s{2}]\n"
        "    environment:\n      - HOST=s{0}\n"
    )
    aliases = "a0: &a0 [x]\n" + "".join(f"a{at}: &a{at} [*a{at - 1}, *a{at - 1}]\n" for at in range(1, n))
    services = "".join(service.format(at, at % 60_000 + 1, at - 1) for at in range(n))
    return {"docker-compose.yml": "services:\n" + services, "aliases.yml": aliases}


@shape(5000)
def json_values(n):
    """A configuration of hosts, ports and paths."""
    entry = '"k{0}": {{"host": "10.0.0.{1}", "port": {2}, "path": "/Users/a/x{0}"}}'
    entries = ",\n".join(entry.format(at, at % 250, at % 60_000 + 1) for at in range(n))
    return {"config.json": "{" + entries + "}", "supervisord.conf": supervisor("python3 a.py")}


@shape(100)
def supervisors(n):
    """Configurations of supervisor beside each other, each started by a script."""
    tree = {
        f"c{at}/supervisord.conf": f"[supervisord]\nlogfile=logs/x{at}.log\n[program:p{at}]\ncommand=python3 x.py\n"
        for at in range(n)
    }
    return tree | {"deploy.sh": "".join(f"supervisord -c c{at}/supervisord.conf\n" for at in range(n))}


@shape(150)
def images(n):
    """Dockerfiles, each with an application of its own."""
    tree = {}
    for at in range(n):
        tree[f"s{at}/Dockerfile"] = (
            "FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n"
            f"EXPOSE {8000 + at}\nCMD [\"python\", \"main.py\"]\n"
        )
        tree[f"s{at}/main.py"] = f"import os\nimport a{at}\n"
        tree[f"s{at}/requirements.txt"] = "flask\n"
    return tree


@shape(1000)
def variables(n):
    """Variables of the environment that are set, read and read with a default."""
    app = "".join(f"a = os.environ['V{at}']\nb = os.getenv('W{at}')\nos.environ['X{at}']\n" for at in range(n))
    return {
        ".env.example": "".join(f"V{at}=x\n" for at in range(n)),
        ".env": "".join(f"V{at}=x\nU{at}=y\n" for at in range(n)),
        "app.py": "import os\n" + app,
        "supervisord.conf": supervisor("python3 app.py"),
    }


@shape(1_000)
def servers_in_functions(n):
    """Functions that start a server and call each other, a module that calls or hands on all of them, and a compose
    file whose services take everything from a `.env`."""
    calls = "".join(
        f"def f{at}():\n    app.run(host='0.0.0.0', port={at % 60_000 + 1}, debug=True)\n    f{(at * 7 + 1) % n}()\n"
        for at in range(n)
    )
    names = ", ".join(f"f{at}" for at in range(n))
    used = "".join(f"f{at}()\n" if at % 2 else f"Thread(target=f{at})\n" for at in range(n))
    services = "".join(
        f"  s{at}:\n    image: postgres:${{V{at}:-16}}\n    command: ['-c', '${{C{at}:-${{D:-x}}}}']\n" for at in range(n)
    )
    return {
        "supervisord.conf": supervisor("python3 main.py"),
        "serving.py": "from flask import Flask\napp = Flask(__name__)\n" + calls,
        "main.py": f"from threading import Thread\nfrom serving import {names}\n{used}",
        "docker-compose.yml": "services:\n" + services,
        ".env": "".join(f"V{at}={at}\n" for at in range(n)),
    }


@shape(2000)
def web_files(n):
    """What browsers and web servers read."""
    return {
        "a.html": "<script src='http://10.0.0.1:80/x'>\nvar a='/Users/x';</script>\n" * n,
        "a.js": "var a = fetch('http://localhost:8000/x');\n" * n,
        "README.md": "run `python3 x.py`\n```\npip install x\n```\n" * n,
        "nginx.conf": "server { listen 80; proxy_pass http://127.0.0.1:8000; }\n" * n,
    }


def write(folder, tree):
    """Puts texts into files."""
    for path, text in tree.items():
        place = os.path.join(folder, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w", encoding="utf-8") as file:
            file.write(text)


def measure(audit, folder, limit):
    """Processor seconds, peak memory in KB and bytes of the report, or nothing when it takes longer than the limit."""
    with tempfile.TemporaryFile() as report:
        child = subprocess.Popen(
            [audit, "--format", "json", folder],
            stdin=subprocess.DEVNULL,
            stdout=report,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)),
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode in (-signal.SIGKILL, -signal.SIGXCPU):
            return None
        if child.returncode not in (0, 1, 3):
            sys.exit(f"{audit} ended with status {child.returncode} on {folder}")
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.fstat(report.fileno()).st_size


def grows(measured, written, floor):
    """Whether a figure grows faster than what is read and written; what is small says nothing."""
    figures = list(zip(FACTORS, written, measured))
    pairs = zip(figures, figures[1:])
    return any(
        after > floor and after / max(before, floor / FACTORS[-1]) > SLACK * max(large / small, wide / max(narrow, 1))
        for (small, narrow, before), (large, wide, after) in pairs
    )


def row(name, audit, scale, limit):
    """Measures one shape, prints its row, and says whether it grows linearly."""
    size, make = SHAPES[name]
    size = max(1, round(size * scale))
    found = []
    for factor in FACTORS:
        with tempfile.TemporaryDirectory() as folder:
            write(folder, make(size * factor))
            found.append(measure(audit, folder, limit))
        if found[-1] is None:
            print(f"| {name} | {size * factor} | more than {limit} s | | | | **no** |", flush=True)
            return False
    seconds, memory, written = zip(*found)
    is_linear = not grows(seconds, written, FLOOR_SECONDS) and not grows(memory, written, FLOOR_KB)
    times = " → ".join(f"{value:.2f}" for value in seconds)
    ratios = f"{seconds[1] / seconds[0]:.1f}, {seconds[2] / seconds[0]:.1f}"
    sizes = " → ".join(f"{value / 1000:.0f}" for value in memory)
    report = " → ".join(f"{value / 1e6:.1f}" for value in written)
    linear = "yes" if is_linear else "**no**"
    print(f"| {name} | {size} | {times} | {ratios} | {sizes} | {report} | {linear} |", flush=True)
    return is_linear


def main():
    """One row for each shape."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--audit", default="target/release/audit", help="the program to measure")
    parser.add_argument("--scale", type=float, default=1.0, help="makes every N larger or smaller")
    parser.add_argument("--limit", type=int, default=60, help="processor seconds after which an audit is ended")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"shapes: {', '.join(SHAPES)}")
    chosen = parser.parse_args()
    for name in chosen.names:
        if name not in SHAPES:
            parser.error(f"no shape is called {name}")
    start = time.monotonic()
    print("| shape | N | processor seconds of N → 2N → 8N | ratios | peak MB | report MB | linear |")
    print("|---|--:|" + "---|" * 5)
    results = [row(name, chosen.audit, chosen.scale, chosen.limit) for name in chosen.names or SHAPES]
    print(f"\n{sum(results)} of {len(results)} shapes grow linearly; measured in {time.monotonic() - start:.0f} s.")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
