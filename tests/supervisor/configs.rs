//! Configurations for supervisor's own parser, hostile ones among them.

/// Each: a name, and the files; the first is the one that supervisord is started with.
pub(crate) const CONFIGS: &[(&str, &[(&str, &str)])] = &[
    (
        "plain",
        &[("s.conf", "[supervisord]\n[program:a]\ncommand=python3 a.py\n")],
    ),
    ("nothing", &[("s.conf", "[supervisord]\n")]),
    (
        "a fragment with a section about supervisord",
        &[
            (
                "s.conf",
                "[supervisord]\n[include]\nfiles=c.d/*.conf\n[program:a]\ncommand=x\n",
            ),
            (
                "c.d/b.conf",
                "[supervisord]\nlogfile=/tmp/b.log\n[program:b]\ncommand=y\n",
            ),
        ],
    ),
    (
        "a program without a command",
        &[("s.conf", "[supervisord]\n[program:a]\ndirectory=/tmp\n")],
    ),
    (
        "the folder of the file",
        &[(
            "etc/s.conf",
            "[supervisord]\n[program:a]\ncommand=%(here)s/run %(here)s/../x\ndirectory=%(here)s\n",
        )],
    ),
    (
        "its own name in it",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=run --name %(program_name)s --group %(group_name)s\n",
        )],
    ),
    (
        "a group's name",
        &[(
            "s.conf",
            "[supervisord]\n[group:g]\nprograms=a,b\n[program:a]\ncommand=x %(group_name)s\n[program:b]\ncommand=y %(group_name)s\n[program:c]\ncommand=z %(group_name)s\n",
        )],
    ),
    (
        "a group that names nobody",
        &[(
            "s.conf",
            "[supervisord]\n[group:g]\nprograms=nobody\n[program:a]\ncommand=x\n",
        )],
    ),
    (
        "several processes",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x --port=80%(process_num)02d --of %(numprocs)d\nnumprocs=3\nprocess_name=%(program_name)s_%(process_num)02d\n",
        )],
    ),
    (
        "several processes from five on",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x %(process_num)d\nnumprocs=2\nnumprocs_start=5\nprocess_name=a%(process_num)d\n",
        )],
    ),
    (
        "several processes of one name",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\nnumprocs=2\nprocess_name=%(program_name)s\n",
        )],
    ),
    (
        "an environment",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\nenvironment=A=1,B=\"two, three\",C='4',D=/x/y:z\n",
        )],
    ),
    (
        "an environment over lines",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\nenvironment=\n  A=\"1\",\n  B=\"2\",\n",
        )],
    ),
    (
        "the daemon's environment",
        &[(
            "s.conf",
            "[supervisord]\nenvironment=ROOT=\"/opt/x\",A=\"1\"\n[program:a]\ncommand=%(ENV_ROOT)s/run\nenvironment=A=\"2\",B=\"%(ENV_ROOT)s/lib\"\n",
        )],
    ),
    (
        "the daemon's environment behind the programs",
        &[(
            "s.conf",
            "[program:a]\ncommand=%(ENV_ROOT)s/run\n[supervisord]\nenvironment=ROOT=\"/opt/x\"\n",
        )],
    ),
    (
        "its own environment in its command",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x %(ENV_PORT)s\nenvironment=PORT=\"80\"\n",
        )],
    ),
    (
        "an environment of words without equals signs",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\nenvironment=A B C\n",
        )],
    ),
    (
        "a quote that is never closed",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\nenvironment=A=\"1,B=2\n",
        )],
    ),
    (
        "a percent sign",
        &[("s.conf", "[supervisord]\n[program:a]\ncommand=date +%Y\n")],
    ),
    (
        "two percent signs",
        &[("s.conf", "[supervisord]\n[program:a]\ncommand=date +%%Y-%%m\n")],
    ),
    (
        "an expansion that nobody knows",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\ndirectory=%(root)s\n",
        )],
    ),
    (
        "comments",
        &[(
            "s.conf",
            "; one\n# two\n[supervisord] ; three\n[program:a]\ncommand=sh -c 'a;b' ; four\n; five\ndirectory=/tmp # six\n",
        )],
    ),
    (
        "windows line ends",
        &[(
            "s.conf",
            "[supervisord]\r\n[program:a]\r\ncommand=x -y\r\ndirectory=/tmp\r\n",
        )],
    ),
    (
        "keys twice and in capitals",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\nCommand=x\ncommand=y\n[program:a]\nDIRECTORY=/tmp\n",
        )],
    ),
    (
        "a command over lines",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=python3\n  -m pkg.mod\n  --fast\n",
        )],
    ),
    (
        "a colon in place of an equals sign",
        &[("s.conf", "[supervisord]\n[program:a]\ncommand: x = y\n")],
    ),
    (
        "an event listener",
        &[(
            "s.conf",
            "[supervisord]\n[eventlistener:e]\ncommand=x %(program_name)s\nevents=TICK_60,PROCESS_STATE\n",
        )],
    ),
    (
        "an event listener that hears nothing",
        &[("s.conf", "[supervisord]\n[eventlistener:e]\ncommand=x\n")],
    ),
    (
        "an event that there is not",
        &[(
            "s.conf",
            "[supervisord]\n[eventlistener:e]\ncommand=x\nevents=FULL_MOON\n",
        )],
    ),
    (
        "an event listener with one stream",
        &[(
            "s.conf",
            "[supervisord]\n[eventlistener:e]\ncommand=x\nevents=TICK_5\nredirect_stderr=true\n",
        )],
    ),
    (
        "a FastCGI program",
        &[(
            "s.conf",
            "[supervisord]\n[fcgi-program:f]\ncommand=x\nsocket=tcp://localhost:9002\n",
        )],
    ),
    (
        "a FastCGI program without a socket",
        &[("s.conf", "[supervisord]\n[fcgi-program:f]\ncommand=x\n")],
    ),
    (
        "a FastCGI program with a relative socket",
        &[(
            "s.conf",
            "[supervisord]\n[fcgi-program:f]\ncommand=x\nsocket=unix://run/x.sock\n",
        )],
    ),
    (
        "included files",
        &[
            (
                "s.conf",
                "[supervisord]\n[include]\nfiles=conf.d/*.conf more/[ab].ini\n[program:m]\ncommand=m\n",
            ),
            ("conf.d/a.conf", "[program:a]\ncommand=%(here)s/a\n"),
            ("conf.d/b.conf", "[program:b]\ncommand=b\n"),
            ("conf.d/c.off", "[program:c]\ncommand=c\n"),
            ("more/a.ini", "[program:d]\ncommand=d\n"),
            ("more/c.ini", "[program:e]\ncommand=e\n"),
        ],
    ),
    (
        "an included file that includes",
        &[
            ("s.conf", "[supervisord]\n[include]\nfiles=a.conf\n"),
            ("a.conf", "[include]\nfiles=b.conf\n[program:a]\ncommand=a\n"),
            ("b.conf", "[program:b]\ncommand=b\n"),
        ],
    ),
    (
        "a broken file that is included",
        &[
            (
                "s.conf",
                "[supervisord]\n[include]\nfiles=a.conf\n[program:m]\ncommand=m\n",
            ),
            ("a.conf", "[program:a\ncommand=a\n"),
        ],
    ),
    (
        "an include of nothing",
        &[(
            "s.conf",
            "[supervisord]\n[include]\nfiles=conf.d/*.conf\n[program:m]\ncommand=m\n",
        )],
    ),
    (
        "autostart off",
        &[("s.conf", "[supervisord]\n[program:a]\ncommand=x\nautostart=off\n")],
    ),
    (
        "autorestart by a wrong word",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\nautorestart=always\n",
        )],
    ),
    (
        "a signal that there is not",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\nstopsignal=NOPE\n",
        )],
    ),
    (
        "exit codes",
        &[("s.conf", "[supervisord]\n[program:a]\ncommand=x\nexitcodes=0,2\n")],
    ),
    (
        "an exit code that there is not",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\nexitcodes=0,256\n",
        )],
    ),
    (
        "a size",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\nstdout_logfile_maxbytes=10MB\n",
        )],
    ),
    (
        "a size in a wrong unit",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\nstdout_logfile_maxbytes=10TB\n",
        )],
    ),
    (
        "a umask",
        &[(
            "s.conf",
            "[supervisord]\numask=022\n[program:a]\ncommand=x\numask=0o9\n",
        )],
    ),
    (
        "a log level that there is not",
        &[("s.conf", "[supervisord]\nloglevel=loud\n")],
    ),
    (
        "killing less than stopping",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\nstopasgroup=true\nkillasgroup=false\n",
        )],
    ),
    (
        "a user name without a password",
        &[(
            "s.conf",
            "[supervisord]\n[inet_http_server]\nport=:9001\nusername=a\n",
        )],
    ),
    (
        "an unknown key",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\ncolour=blue\n[thing]\nx=1\n",
        )],
    ),
    (
        "a name with a blank",
        &[("s.conf", "[supervisord]\n[program:a b]\ncommand=x\n")],
    ),
    (
        "a name in another alphabet",
        &[(
            "s.conf",
            "[supervisord]\n[program:é]\ncommand=é %(program_name)s\n",
        )],
    ),
    (
        "numprocs of nothing",
        &[("s.conf", "[supervisord]\n[program:a]\ncommand=x\nnumprocs=0\n")],
    ),
    (
        "a log in a missing folder",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\nstdout_logfile=logs/a.log\n",
        )],
    ),
    (
        "a log in a missing folder of a program that never starts",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\nautostart=false\nredirect_stderr=true\nstderr_logfile=logs/a.log\n",
        )],
    ),
    (
        "a log relative to the program's folder",
        &[
            (
                "etc/s.conf",
                "[supervisord]\n[program:a]\ncommand=x\ndirectory=%(here)s/work\nstdout_logfile=logs/a.log\n",
            ),
            ("etc/work/logs/keep", ""),
        ],
    ),
    (
        "a log relative to supervisord's folder",
        &[
            (
                "etc/s.conf",
                "[supervisord]\n[program:a]\ncommand=x\nstdout_logfile=logs/a.log\n",
            ),
            ("logs/keep", ""),
        ],
    ),
    (
        "the daemon's log in a missing folder",
        &[("s.conf", "[supervisord]\nlogfile=%(here)s/logs/s.log\n")],
    ),
    (
        "a pid file in a missing folder",
        &[("s.conf", "[supervisord]\npidfile=%(here)s/run/s.pid\n")],
    ),
    (
        "a missing folder for the children's logs",
        &[("s.conf", "[supervisord]\nchildlogdir=%(here)s/logs\n")],
    ),
    (
        "a missing folder of the daemon",
        &[("s.conf", "[supervisord]\ndirectory=%(here)s/work\n")],
    ),
    (
        "a missing folder of a program",
        &[(
            "s.conf",
            "[supervisord]\n[program:a]\ncommand=x\ndirectory=%(here)s/work\n",
        )],
    ),
    (
        "logs that need no folder",
        &[(
            "s.conf",
            "[supervisord]\nlogfile=s.log\n[program:a]\ncommand=x\nstdout_logfile=a.log\nstderr_logfile=NONE\n",
        )],
    ),
];
