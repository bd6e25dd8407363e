//! What supervisord does with commands and settings that were meant for a shell, a terminal or one machine.

/// What a rule has to say of a program: nothing, that it goes wrong in use, or that it does not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    Nothing,
    Use,
    Start,
}

/// Commands, what of them reaches the program as arguments (nothing when it does not run), and what
/// `shell-in-command` says.
pub(crate) const COMMANDS: &[(&str, Option<&str>, Said)] = &[
    (
        "python3 %(here)s/args.py a 'b c'",
        Some("['a', 'b c']"),
        Said::Nothing,
    ),
    ("cd /tmp && python3 args.py", None, Said::Start),
    ("source venv/bin/activate && python3 args.py", None, Said::Start),
    ("exec python3 args.py", None, Said::Start),
    ("export A=1", None, Said::Start),
    ("ulimit -n 1024", None, Said::Start),
    ("PORT=8000 python3 %(here)s/args.py", None, Said::Start),
    ("~/args.py", None, Said::Start),
    ("$HOME/args.py", None, Said::Start),
    (
        "python3 %(here)s/args.py > out.log 2>&1",
        Some("['>', 'out.log', '2>&1']"),
        Said::Use,
    ),
    (
        "python3 %(here)s/args.py && echo done",
        Some("['&&', 'echo', 'done']"),
        Said::Use,
    ),
    (
        "python3 %(here)s/args.py | tee x",
        Some("['|', 'tee', 'x']"),
        Said::Use,
    ),
    ("python3 %(here)s/args.py &", Some("['&']"), Said::Use),
    ("python3 %(here)s/args.py a; b", Some("['a;', 'b']"), Said::Use),
    (
        "python3 %(here)s/args.py $HOME ${HOME}",
        Some("['$HOME', '${HOME}']"),
        Said::Use,
    ),
    ("python3 %(here)s/args.py $(date)", Some("['$(date)']"), Said::Use),
    ("python3 %(here)s/args.py ~/x", Some("['~/x']"), Said::Use),
    // What a pattern means is the program's own matter: many take one.
    ("python3 %(here)s/args.py *.csv", Some("['*.csv']"), Said::Nothing),
    (
        "python3 %(here)s/args.py '|' \">\"",
        Some("['|', '>']"),
        Said::Nothing,
    ),
    ("python3 %(here)s/args.py a ; b", Some("['a']"), Said::Nothing),
    (
        "sh -c 'cd /tmp && exec python3 %(here)s/args.py $0'",
        Some("['sh']"),
        Said::Nothing,
    ),
    (
        "/usr/bin/env A=1 python3 %(here)s/args.py b",
        Some("['b']"),
        Said::Nothing,
    ),
];

/// Programs that leave, or stay: the command, whether supervisord sees it run, and whether `detached-command`
/// says that it does not.
pub(crate) const LEAVING: &[(&str, bool, bool)] = &[
    ("%(here)s/bin/gunicorn --daemon web:app", false, true),
    ("%(here)s/bin/gunicorn web:app", true, false),
    ("bash %(here)s/leaves.sh", false, true),
    ("bash %(here)s/waits.sh", true, false),
    ("bash %(here)s/execs.sh", true, false),
];

/// Lines of a `[program:a]` section and of the sections before it, and what of supervisord's own words has to
/// come: an error that refuses the file, or a warning.
pub(crate) const WORDS: &[(&str, &str, &str)] = &[
    ("", "user=no_such_account", "Invalid user name no_such_account"),
    ("", "user=nobody", ""),
    (
        "",
        "redirect_stderr=true\nstderr_logfile=/tmp/a.err",
        "redirect_stderr=true but stderr_logfile has also been set",
    ),
    ("", "redirect_stderr=true\nstderr_logfile=NONE", ""),
    (
        "",
        "stdout_logfile_maxbytes=0",
        "set maxbytes > 0 to avoid filling up filesystem",
    ),
];

/// Values of `[inet_http_server] port=`, and whether every address of the machine is meant.
pub(crate) const PORTS: &[(&str, bool)] = &[
    ("9001", true),
    (":9001", true),
    ("*:9001", true),
    ("127.0.0.1:9001", false),
    ("localhost:9001", false),
];
