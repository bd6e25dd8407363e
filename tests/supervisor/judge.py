"""What supervisor's own parser says of configurations: JSON in, JSON out.

In: a list of {"files": {path: text}}; the first file is the one that supervisord is started with.
Out: for each its error or nothing, its programs by section, and what it warned of.
"""

import json
import os
import sys
import tempfile

from supervisor.options import ServerOptions


class Options(ServerOptions):
    """Notes what each section gave, before groups put it elsewhere."""

    def processes_from_section(self, parser, section, group_name, klass=None):
        found = super().processes_from_section(parser, section, group_name, klass)
        self.noted.append((section, group_name, found))
        return found


def judge(case):
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        for path, text in case["files"].items():
            path = os.path.join(folder, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="") as handle:
                handle.write(text)
        os.chdir(folder)
        config = os.path.join(folder, next(iter(case["files"])))
        options = Options()
        options.noted = []
        options.configfile = config
        options.here = os.path.dirname(config)
        try:
            options.read_config(config)
        except Exception as error:
            os.chdir("/")
            return {"error": str(error) or repr(error), "programs": [], "warnings": []}
        os.chdir("/")
        programs = []
        clean = lambda text: text and text.replace(folder, "@")
        for section, group, found in options.noted:
            for process in found:
                name = section.split(":", 1)[1].strip()
                programs.append({
                    "name": name if len(found) == 1 else group + ":" + process.name,
                    "command": clean(process.command),
                    "directory": clean(process.directory),
                    "environment": {key: clean(value) for key, value in process.environment.items()},
                    "autostart": process.autostart,
                })
        programs.sort(key=lambda program: program["name"])
        return {"error": None, "programs": programs, "warnings": options.parse_warnings}


json.dump([judge(case) for case in json.load(sys.stdin)], sys.stdout)
