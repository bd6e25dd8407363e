use super::*;

/// Configurations with the verdict of supervisord 4.3 (`ServerOptions.read_config`).
const VERDICTS: &[(&str, bool)] = &[
    ("[supervisord]\n[program:a]\ncommand=x\n", true),
    ("[program:a\ncommand=x\n", false),
    ("command=x\n[supervisord]\n", false),
    ("[supervisord]\n[program:a]\ncommand=x\nfoo\n", false),
    ("[supervisord]\n[program:a]\ncommand=x\n=foo\n", false),
    (
        "[supervisord]\n[program:a]\n; why\n# why\ncommand = x ; why\n",
        true,
    ),
    ("[supervisord]\n[program:a]\ncommand: x\n", true),
    ("[supervisord]\n[program:a]\nCOMMAND=x\n", true),
    ("[supervisord]\n[program:a]\ncommand=x\n  -y\n", true),
    ("[supervisord]\n[program:a]\ndirectory=/tmp\n", false),
    (
        "[supervisord]\n[program:a]\ncommand=x\ncommand=y\n[program:a]\nuser=root\n",
        true,
    ),
    ("[supervisord]\n[program:a b]\ncommand=x\n", false),
    ("[supervisord]\n[program:a]\ncommand=x\nautostart=maybe\n", false),
    ("[supervisord]\n[program:a]\ncommand=x\nautostart=TRUE\n", true),
    ("[supervisord]\n[program:a]\ncommand=x\nstartsecs=soon\n", false),
    ("[supervisord]\n[program:a]\ncommand=x\nnumprocs=2\n", false),
    (
        "[supervisord]\n[program:a]\ncommand=x\nnumprocs=2\nprocess_name=%(program_name)s_%(process_num)02d\n",
        true,
    ),
    ("[supervisord]\n[program:a]\ncommand=x %(foo)s\n", false),
    ("[supervisord]\n[program:a]\ncommand=date +%%Y\n", true),
    ("[supervisord]\n[program:a]\ncommand=date +%Y\n", false),
    (
        "[supervisord]\n[program:a]\ncommand=%(here)s/x %(program_name)s %(group_name)s\n",
        true,
    ),
    (
        "[supervisord]\n[program:a]\ncommand=x\nenvironment=A=1,B=\"2,3\",C='4'\n",
        true,
    ),
    ("[supervisord]\n[program:a]\ncommand=x\nenvironment=A\n", false),
    (
        "[supervisord]\n[program:a]\ncommand=x\nenvironment=A=1,B\n",
        false,
    ),
    (
        "[supervisord]\n[program:a]\ncommand=x\nenvironment=A=\"1\n",
        false,
    ),
    (
        "[supervisord]\n[program:a]\ncommand=x\nenvironment=A=http://x?y=1,B=2\n",
        true,
    ),
    (
        "[supervisord]\n[program:a]\ncommand=x\nenvironment=A=1,\n  B=2\n",
        true,
    ),
    (
        "[supervisord]\n[program:a]\ncommand=x\nenvironment=A=1,B=2,\n",
        true,
    ),
    (
        "[supervisord]\n[program:a]\ncommand=x\nenvironment=A=$HOME/x\n",
        true,
    ),
    ("[supervisord]\n[program:a]\ncommand=x\nenvironment=A=\n", false),
    ("[supervisord]\n[inet_http_server]\nport=9001\n", true),
    ("[supervisord]\n[inet_http_server]\nport=127.0.0.1:9001\n", true),
    ("[supervisord]\n[inet_http_server]\nport=*:99999\n", false),
    ("[supervisord]\n[inet_http_server]\nport=abc\n", false),
    ("[supervisord]\n[inet_http_server]\n", false),
    ("[supervisord]\n[unix_http_server]\n", false),
    ("[supervisord]\n[include]\n", false),
    ("[supervisord]\n[include]\nfiles=conf.d/*.conf\n", true),
    ("[supervisord]\n[eventlistener:e]\ncommand=x\n", false),
    (
        "[supervisord]\n[eventlistener:e]\ncommand=x\nevents=TICK_60\n",
        true,
    ),
    ("\u{feff}[supervisord]\n", false),
    ("[supervisord]\n[program:a]\r\ncommand=x\r\n", true),
    ("[supervisord]\nnodaemon=perhaps\n", false),
    ("  [supervisord]\n  [program:a]\n  command=x\n", true),
    ("[supervisord]\n[program:a] ; why\ncommand=x\n", true),
    (
        "[supervisord]\nenvironment=X=\"1\"\n[program:a]\ncommand=x %(ENV_X)s\n",
        true,
    ),
    (
        "[supervisord]\n[program:a]\ncommand=x\nstdout_logfile=NONE\n\n  \n",
        true,
    ),
    ("[supervisord]\n[program:]\ncommand=x\n", true),
    ("[supervisord]\n[program:a]\ncommand=\n", true),
];

#[test]
fn the_verdict_is_supervisords() {
    let wrong: Vec<_> = VERDICTS
        .iter()
        .filter(|(text, is_good)| extract(text).problems.is_empty() != *is_good)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

const TEXT: &str = "[supervisord]
logfile=%(here)s/logs/supervisord.log ; main
environment=ROOT=\"/opt/app\"

[inet_http_server]
port=127.0.0.1:9001

[include]
files = conf.d/*.conf extra.ini

[group:web]
programs=api

[program:api]
command=%(ENV_ROOT)s/bin/python -m api
    --name %(group_name)s-%(process_num)02d
directory=%(here)s
user=trader
autostart=false
environment=PYTHONPATH=\"%(here)s:/opt/lib\",
    API_PORT=8000 ; not
stdout_logfile=/var/log/%(program_name)s.log
stderr_logfile=/dev/stderr
";

#[test]
fn a_program_has_its_expansions_put_in() {
    let facts = extract(TEXT);
    assert!(facts.problems.is_empty(), "{:?}", facts.problems);
    let program = &facts.programs[0];
    assert_eq!(program.name, "api");
    assert_eq!(program.span.text(TEXT), "[program:api]");
    let value = |field: &Option<Spanned<String>>| field.as_ref().unwrap().value.clone();
    assert_eq!(
        value(&program.command),
        "/opt/app/bin/python -m api\n--name web-00"
    );
    assert_eq!(value(&program.directory), "%(here)s");
    assert_eq!(value(&program.user), "trader");
    assert!(!program.autostart);
    assert_eq!(program.logs.len(), 1);
    assert_eq!(program.logs[0].value, "/var/log/api.log");
    assert_eq!(program.logs[0].span.text(TEXT), "/var/log/%(program_name)s.log");
}

#[test]
fn an_environment_has_a_place_for_each_value() {
    let facts = extract(TEXT);
    let found: Vec<_> = facts.programs[0]
        .environment
        .iter()
        .map(|(name, value)| (name.as_str(), value.value.as_str(), value.span.text(TEXT)))
        .collect();
    assert_eq!(
        found,
        [
            ("ROOT", "/opt/app", "/opt/app"),
            ("PYTHONPATH", "%(here)s:/opt/lib", "%(here)s:/opt/lib"),
            ("API_PORT", "8000", "8000"),
        ]
    );
    let names: Vec<_> = facts
        .variables
        .iter()
        .map(|found| found.span.text(TEXT))
        .collect();
    assert_eq!(names, ["ROOT", "PYTHONPATH", "API_PORT"]);
}

#[test]
fn ports_paths_and_values_are_stated() {
    let facts = extract(TEXT);
    let paths: Vec<_> = facts
        .paths
        .iter()
        .map(|used| (used.span.text(TEXT), used.purpose))
        .collect();
    assert_eq!(
        paths,
        [
            ("%(here)s/logs/supervisord.log", Purpose::Writes),
            ("conf.d/*.conf", Purpose::Reads),
            ("extra.ini", Purpose::Reads),
        ]
    );
    assert_eq!(facts.ports[0].span.text(TEXT), "9001");
    assert_eq!(facts.ports[0].role, PortRole::Binds);
    assert_eq!(facts.ports[1].service.as_deref(), Some("api"));
    let value = facts
        .values
        .iter()
        .find(|value| value.span.text(TEXT).starts_with("/var"));
    assert_eq!(value.unwrap().name.as_deref(), Some("program:api.stdout_logfile"));
}

#[test]
fn a_comment_needs_a_blank_before_it() {
    let facts = extract("[program:a]\ncommand=sh -c 'a;b' ;c\n");
    assert_eq!(facts.programs[0].command.as_ref().unwrap().value, "sh -c 'a;b'");
    // supervisord 4.3 reads this so too: the first # follows a blank, the first ; does not.
    let facts = extract("[program:a]\ncommand=a;b;c ;d #e\n");
    assert_eq!(facts.programs[0].command.as_ref().unwrap().value, "a;b;c ;d");
}

#[test]
fn sections_tell_the_format() {
    for head in [
        "[program:x]\n",
        "; c\n[supervisord]\n",
        " [eventlistener:x]\n",
        "[supervisorctl]",
    ] {
        assert!(is_supervisor(head.as_bytes()), "{head}");
    }
    for head in ["", "[DEFAULT]\nx=1\n", "[Unit]\n", "server { }", "[programs]"] {
        assert!(!is_supervisor(head.as_bytes()), "{head}");
    }
}

#[test]
fn hostile_texts_end_well() {
    for text in [
        "[",
        "[]",
        "[a]\n=",
        "[a]\n:",
        "[program:é]\ncommand=%(é)s %",
        "[supervisord]\nenvironment=ä=ö,%(",
        "\r\r\n ;",
    ] {
        extract(text);
    }
    extract(&format!(
        "[program:a]\ncommand=x\nenvironment={}",
        "A=1,\n ".repeat(5_000)
    ));
    extract(&("[a]\n".to_owned() + &" x\n".repeat(50_000)));
}
