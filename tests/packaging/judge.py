"""Reads a list of [line, our specifiers] from stdin, and prints what `packaging` makes of each line."""

import json
import sys

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

TARGET = {
    "implementation_name": "cpython",
    "implementation_version": "3.10.0",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": "3.10.0",
    "python_version": "3.10",
    "sys_platform": "linux",
}


def judge(line, ours):
    try:
        read = Requirement(line)
    except InvalidRequirement:
        return None
    try:
        same = SpecifierSet(ours or "") == read.specifier
    except InvalidSpecifier:
        same = False
    try:
        applies = read.marker is None or read.marker.evaluate(TARGET)
    except (UndefinedComparison, UndefinedEnvironmentName):
        applies = None  # pip fails on it: there is no right answer
    return {
        "name": read.name,
        "same_specifiers": same,
        "extras": sorted(read.extras),
        "applies": applies,
    }


print(json.dumps([judge(line, ours) for line, ours in json.load(sys.stdin)]))
