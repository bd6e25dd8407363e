# Runs many trees, each in a process of its own that is as fresh as one of `python3 run.py`: one job a
# line on stdin, one exit status a line on stdout.
import sys

FRESH = set(sys.modules)

import json
import os
import traceback


def start(job):
    os.dup2(os.open(job["log"], os.O_WRONLY | os.O_CREAT), 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.chdir(job["directory"])
    library = sys.path[1:]
    folders = []
    for folder in map(os.path.abspath, job["python_path"]):
        if folder not in folders + library:
            folders.append(folder)
    for name in set(sys.modules) - FRESH:
        del sys.modules[name]
    first, *rest = job["arguments"]
    if first == "-m":
        sys.argv = ["-m", *rest[1:]]
        sys.path[:] = [os.getcwd(), *folders, *library]
        import runpy

        runpy._run_module_as_main(rest[0])
    else:
        path = os.path.abspath(first)
        sys.argv = [first, *rest]
        sys.path[:] = [os.path.dirname(path), *folders, *library]
        main = type(sys)("__main__")
        main.__file__ = path
        main.__cached__ = None
        main.__builtins__ = __builtins__
        sys.modules["__main__"] = main
        with open(path, "rb") as file:
            code = compile(file.read(), path, "exec")
        exec(code, main.__dict__)


def run(job):
    status = 0
    try:
        start(job)
    except SystemExit as exit:
        status = 0 if exit.code in (None, 0) else 1
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


for line in sys.stdin:
    job = json.loads(line)
    child = os.fork()
    if child == 0:
        run(job)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
