//! Words that random modules are made of.

/// Names that modules define.
pub(super) const NAMES: [&str; 3] = ["ONE", "TWO", "_three"];
/// Functions that modules define.
pub(super) const FUNCTIONS: [&str; 3] = ["work", "load", "make"];

/// A condition that holds, and one that does not.
pub(super) const CONDITIONS: [(&str, &str); 14] = [
    ("sys.platform != \"win32\"", "sys.platform == \"win32\""),
    (
        "sys.platform.startswith(\"linux\")",
        "sys.platform.startswith(\"win\")",
    ),
    (
        "sys.platform in (\"linux\", \"darwin\")",
        "sys.platform not in (\"linux\", \"darwin\")",
    ),
    (
        "platform.system() == \"Linux\"",
        "platform.system() == \"Darwin\"",
    ),
    (
        "platform.system().lower() == \"linux\"",
        "platform.system() in [\"Windows\", \"Java\"]",
    ),
    ("os.name == \"posix\"", "os.name == \"nt\""),
    ("sys.version_info >= (3, 6)", "sys.version_info < (3, 6)"),
    ("sys.version_info[:2] > (3, 5)", "sys.version_info[:2] <= (3, 5)"),
    ("sys.version_info[0] == 3", "sys.version_info[0] == 2"),
    ("sys.version_info.major >= 3", "sys.version_info.major < 3"),
    ("not TYPE_CHECKING", "TYPE_CHECKING"),
    ("not typing.TYPE_CHECKING", "typing.TYPE_CHECKING"),
    ("True", "False"),
    ("1", "0"),
];

/// What a module imports when its text has this word.
pub(super) const HEADS: [(&str, &str); 9] = [
    ("importlib", "import importlib, importlib.util\n"),
    ("os.", "import os\n"),
    ("platform.system", "import platform\n"),
    ("sys.", "import sys\n"),
    ("typing.", "import typing\n"),
    ("contextlib.", "import contextlib\n"),
    (" suppress(", "from contextlib import suppress\n"),
    ("Path(", "from pathlib import Path\n"),
    ("TYPE_CHECKING", "from typing import TYPE_CHECKING\n"),
];

/// Clauses that catch a failed import, or do not.
pub(super) const CLAUSES: [&str; 12] = [
    "except ImportError:",
    "except ImportError:",
    "except ImportError as error:",
    "except ModuleNotFoundError:",
    "except ModuleNotFoundError:",
    "except Exception:",
    "except (ValueError, ImportError):",
    "except (AttributeError, ModuleNotFoundError):",
    "except AttributeError:",
    "except KeyError:",
    "except BaseException:",
    "except:",
];

/// Statements that end a program, or hand an exception to whoever catches it.
pub(super) const ENDS: [&str; 8] = [
    "raise RuntimeError",
    "raise ImportError",
    "raise ModuleNotFoundError",
    "raise SystemExit(2)",
    "sys.exit(1)",
    "sys.exit(\"no\")",
    "sys.exit(0)",
    "sys.exit()",
];

/// A module's `__getattr__` that has an answer for every name, with which everything can be done.
pub(super) const ANSWERS_ALL: [&str; 10] = [
    "class _Answer:",
    "    def __call__(self, *rest):",
    "        return None",
    "    def __getattr__(self, name):",
    "        return self",
    "_answer = _Answer()",
    "def __getattr__(name):",
    "    if name.startswith(\"__\"):",
    "        raise AttributeError(name)",
    "    return _answer",
];

/// The folder `above` folders over the module's own, as text.
pub(super) fn own_folder(form: usize, above: usize) -> String {
    let around = |start: &str, inner: &str, times: usize| start.repeat(times) + inner + &")".repeat(times);
    match form {
        0 => around("os.path.dirname(", "os.path.abspath(__file__)", above + 1),
        1 => around("os.path.dirname(", "os.path.realpath(__file__)", above + 1),
        2 => format!("str(Path(__file__).resolve().parents[{above}])"),
        3 => format!("str(Path(__file__).absolute().parent{})", ".parent".repeat(above)),
        4 => {
            let up = ", \"..\"".repeat(above);
            format!("os.path.abspath(os.path.join(os.path.dirname(__file__){up}))")
        }
        _ => format!("str((Path(__file__){}).resolve())", ".parent".repeat(above + 1)),
    }
}

/// Changes of `sys.path` by one folder.
pub(super) const EDITS: [&str; 9] = [
    "sys.path.append(FOLDER)",
    "sys.path.append(FOLDER)",
    "sys.path.insert(0, FOLDER)",
    "sys.path.insert(0, FOLDER)",
    "sys.path.insert(1, FOLDER)",
    "sys.path += [FOLDER]",
    "sys.path.extend([FOLDER])",
    "sys.path = [FOLDER] + sys.path",
    "sys.path = sys.path + [FOLDER]",
];
