//! A real supervisord judges what `audit` says of configurations and of programs that start or die.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests say what they expect by panicking, and why they were skipped"
)]

mod supervisor;

use audit::engine::{self, Progress};
use audit::project::Ground;
use audit::target::Target;
use audit::tree::Memory;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use supervisor::configs::CONFIGS;
use supervisor::habits::{COMMANDS, LEAVING, PORTS, Said, WORDS};
use supervisor::starts::Scratch;

#[test]
fn configurations_read_as_supervisor_reads_them() {
    let Some(environment) = supervisor::environment() else {
        return;
    };
    assert!(CONFIGS.len() >= 30);
    let cases: Vec<Value> = CONFIGS
        .iter()
        .map(|(_, files)| {
            let files: serde_json::Map<String, Value> = files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), json!(text)))
                .collect();
            json!({ "files": files })
        })
        .collect();
    let verdicts = judge(&environment.join("bin/python"), &json!(cases));
    let mut wrong = Vec::new();
    for ((name, files), verdict) in CONFIGS.iter().zip(verdicts.as_array().unwrap()) {
        let ours = reading(files);
        let theirs = match &verdict["error"] {
            // A program of no processes is none.
            Value::Null => json!(programs_of(verdict)),
            _ => Value::Null,
        };
        if ours != theirs {
            wrong.push(format!(
                "{name}:\n  ours   {ours}\n  theirs {theirs} {}",
                verdict["error"]
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        CONFIGS.len(),
        wrong.join("\n")
    );
}

fn programs_of(verdict: &Value) -> Vec<&Value> {
    let programs = verdict["programs"].as_array().unwrap().iter();
    programs.filter(|program| !program["command"].is_null()).collect()
}

fn judge(python: &Path, cases: &Value) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/supervisor/judge.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(cases.to_string().as_bytes()).unwrap();
    drop(input);
    serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap()
}

/// The programs of a configuration as we read them, in the judge's form; nothing when it is refused.
fn reading(files: &[(&str, &str)]) -> Value {
    let tree = Memory::new(files.iter().map(|(path, text)| (*path, *text)));
    let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
    let main = files[0].0;
    let daemon = project
        .daemons
        .iter()
        .find(|daemon| project.document(daemon.config).unwrap().path == main)
        .unwrap();
    let documents: Vec<_> = daemon
        .documents
        .iter()
        .map(|id| project.document(*id).unwrap())
        .collect();
    let is_refused = documents
        .iter()
        .any(|document| !document.facts.problems.is_empty())
        || daemon
            .needs
            .iter()
            .any(|need| !matches!(need.ground, Ground::Present | Ground::Unknown));
    if is_refused {
        return Value::Null;
    }
    let mut programs = Vec::new();
    for document in documents {
        let here = document
            .path
            .rsplit_once('/')
            .map_or("@".to_owned(), |(folder, _)| format!("@/{folder}"));
        for program in &document.facts.programs {
            let put = |text: &String| text.replace("%(here)s", &here);
            let environment: BTreeMap<_, _> = program
                .environment
                .iter()
                .map(|(key, value)| (key, put(&value.value)))
                .collect();
            programs.push(json!({
                "name": program.name,
                "command": program.command.as_ref().map(|command| put(&command.value)),
                "directory": program.directory.as_ref().map(|folder| put(&folder.value)),
                "environment": environment,
                "autostart": program.autostart,
            }));
        }
    }
    programs.sort_by_key(|program| program["name"].as_str().unwrap().to_owned());
    json!(programs)
}

#[test]
fn programs_start_and_die_as_predicted() {
    let Some(environment) = supervisor::environment() else {
        return;
    };
    let mut wrong = Vec::new();
    for (system, configs) in [
        (
            "rec_trading",
            &["supervisord.conf", "backend/supervisord.conf"][..],
        ),
        ("rec_trading_ready", &["supervisord.conf"]),
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures")
            .join(system);
        let scratch = Scratch::new(&folder);
        for config in configs {
            let predicted = scratch.prediction(config);
            let outcomes = scratch.outcome(environment, config);
            let names = |name: &String| predicted.contains_key(name);
            assert!(
                outcomes.keys().all(names) && outcomes.len() == predicted.len(),
                "{:?}",
                outcomes.keys()
            );
            for (name, (starts, because)) in predicted {
                let outcome = &outcomes[&name];
                let agrees = starts == outcome.starts && (starts || names_the_reason(&because, &outcome.log));
                if !agrees {
                    let (was, log) = (outcome.starts, &outcome.log);
                    wrong.push(format!(
                        "{system}/{config} {name}: predicted {starts} ({because}), was {was}: {log}"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether a prediction names the module that the program did not find, or the log tells of none.
fn names_the_reason(because: &str, log: &str) -> bool {
    let module = log
        .split("No module named '")
        .nth(1)
        .and_then(|rest| rest.split('\'').next());
    module.is_none_or(|module| because.contains(module))
}

/// What supervisord does not look at before it starts a program: each program with its command, another
/// option, and whether it runs.
const SPAWNS: &[(&str, &str, &str, bool)] = &[
    ("plain", "sleep 60", "", true),
    ("unknown-key", "sleep 60", "colour=blue", true),
    ("missing-script", "python3 nowhere.py", "", false),
    ("missing-command", "nowhere", "", false),
    (
        "missing-directory",
        "sleep 60",
        "directory=%(here)s/nowhere",
        false,
    ),
    // A bare command is looked up in the PATH that the program gets, when one is set.
    (
        "in-its-path",
        "runner",
        "environment=PATH=\"%(here)s/bin:/bin:/usr/bin\"",
        true,
    ),
    (
        "not-in-its-path",
        "sleep 60",
        "environment=PATH=\"%(here)s/bin\"",
        false,
    ),
    // Nobody puts variables in there.
    (
        "dollar-path",
        "sleep 60",
        "environment=PATH=\"%(here)s/bin:$PATH\"",
        false,
    ),
    // Children look in that PATH too: the script does not find sleep.
    (
        "child-not-in-path",
        "%(here)s/bin/runner",
        "environment=PATH=\"%(here)s/bin\"",
        false,
    ),
    // A command with a slash is seen from supervisord's folder first, and then from the program's.
    ("in-its-directory", "./runner", "directory=%(here)s/bin", false),
    ("in-one-of-both", "bin/runner", "directory=%(here)s/bin", false),
    ("in-supervisords-folder", "bin/runner", "", true),
    ("bare-in-its-directory", "runner", "directory=%(here)s/bin", false),
];

#[test]
fn supervisord_starts_programs_without_looking_at_their_files() {
    let Some(environment) = supervisor::environment() else {
        return;
    };
    let scratch = Scratch::empty();
    scratch.write_runner("bin/runner", "#!/bin/sh\nsleep 60\n");
    let mut config = "[unix_http_server]\nfile=/run/s.sock\n[supervisord]\nlogfile=/run/s.log\n\
                      pidfile=/run/s.pid\n[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = \
                      supervisor.rpcinterface:make_main_rpcinterface\n[supervisorctl]\n\
                      serverurl=unix:///run/s.sock\n"
        .to_owned();
    for (name, command, option, _) in SPAWNS {
        let _ = writeln!(
            config,
            "[program:{name}]\ncommand={command}\n{option}\nautorestart=false"
        );
    }
    scratch.write_runner("s.conf", &config);
    let outcomes = scratch.outcome(environment, "s.conf");
    let wrong: Vec<_> = SPAWNS
        .iter()
        .filter(|(name, _, _, runs)| outcomes.get(*name).is_none_or(|outcome| outcome.starts != *runs))
        .map(|(name, ..)| (name, outcomes.get(*name).map(|outcome| &outcome.log)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

const HEAD: &str = "[unix_http_server]\nfile=/run/s.sock\n[supervisord]\nlogfile=/run/s.log\npidfile=/run/s.pid\n\
                    [rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = \
                    supervisor.rpcinterface:make_main_rpcinterface\n[supervisorctl]\nserverurl=unix:///run/s.sock\n";

/// What a rule says of the programs of a tree, by their names.
fn said(rule: &str, files: &[(&str, &str)]) -> BTreeMap<String, Said> {
    let tree = Memory::new(files.iter().map(|(path, text)| (*path, *text)));
    let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
    let rules = audit::catalog::rules().unwrap();
    let rule = rules.iter().find(|found| found.meta.id == rule).unwrap();
    let mut said = BTreeMap::new();
    for finding in rule.findings(&project) {
        let what = if finding.effect == audit::finding::Effect::Start {
            Said::Start
        } else {
            Said::Use
        };
        for id in &finding.programs {
            said.insert(project.program(*id).unwrap().name.clone(), what);
        }
    }
    said
}

#[test]
fn no_shell_reads_a_command() {
    let Some(environment) = supervisor::environment() else {
        return;
    };
    let scratch = Scratch::empty();
    scratch.write_runner("logs/.gitkeep", "");
    let args = "import sys, time\nprint(sys.argv[1:], flush=True)\ntime.sleep(60)\n";
    scratch.write_runner("args.py", args);
    let mut config = HEAD.to_owned();
    for (at, (command, ..)) in COMMANDS.iter().enumerate() {
        let _ = writeln!(
            config,
            "[program:p{at}]\ncommand={command}\nautorestart=false\nstdout_logfile=%(here)s/logs/p{at}.log"
        );
    }
    scratch.write_runner("s.conf", &config);
    let outcomes = scratch.outcome(environment, "s.conf");
    let ours = said(
        "shell-in-command",
        &[("s.conf", &config), ("args.py", args), ("logs/.gitkeep", "")],
    );
    for (at, (command, arguments, expected)) in COMMANDS.iter().enumerate() {
        let name = format!("p{at}");
        assert_eq!(
            outcomes[&name].starts,
            arguments.is_some(),
            "{command}: {}",
            outcomes[&name].log
        );
        if let Some(arguments) = arguments {
            assert_eq!(scratch.log(&name).trim(), *arguments, "{command}");
        }
        let said = ours.get(&name).copied().unwrap_or(Said::Nothing);
        assert_eq!(said, *expected, "{command}");
    }
}

#[test]
fn who_leaves_is_taken_for_dead() {
    let Some(environment) = supervisor::environment() else {
        return;
    };
    let scratch = Scratch::empty();
    // What gunicorn does with --daemon, as far as its first process goes.
    let gunicorn = "#!/bin/sh\n[ \"$1\" = --daemon ] || exec sleep 60\nsleep 20 > /dev/null 2>&1 &\n";
    scratch.write_runner("bin/gunicorn", gunicorn);
    let scripts = [
        (
            "leaves.sh",
            "nohup python3 web.py > /dev/null 2>&1 &\necho started\n",
        ),
        ("waits.sh", "python3 web.py &\nwait\n"),
        ("execs.sh", "exec python3 web.py\n"),
        ("web.py", "import time\ntime.sleep(20)\n"),
    ];
    let mut config = HEAD.to_owned();
    for (at, (command, ..)) in LEAVING.iter().enumerate() {
        let _ = writeln!(config, "[program:p{at}]\ncommand={command}\nautorestart=false");
    }
    for (path, text) in scripts {
        scratch.write_runner(path, text);
    }
    scratch.write_runner("s.conf", &config);
    let outcomes = scratch.outcome(environment, "s.conf");
    let mut files = scripts.to_vec();
    files.push(("s.conf", &config));
    let ours = said("detached-command", &files);
    for (at, (command, runs, is_told)) in LEAVING.iter().enumerate() {
        let name = format!("p{at}");
        assert_eq!(
            outcomes[&name].starts, *runs,
            "{command}: {}",
            outcomes[&name].log
        );
        assert_eq!(ours.get(&name) == Some(&Said::Start), *is_told, "{command}");
    }
}

#[test]
fn supervisord_says_what_our_labels_say() {
    let Some(environment) = supervisor::environment() else {
        return;
    };
    let config = |(head, lines, _): &(&str, &str, &str)| json!({ "files": { "s.conf": format!("[supervisord]\n{head}\n[program:a]\ncommand=x\n{lines}\n") } });
    let cases: Vec<Value> = WORDS.iter().map(config).collect();
    let verdicts = judge(&environment.join("bin/python"), &json!(cases));
    for ((_, lines, words), verdict) in WORDS.iter().zip(verdicts.as_array().unwrap()) {
        let said = format!("{} {}", verdict["error"], verdict["warnings"]);
        if words.is_empty() {
            assert_eq!(said, "null []", "{lines}");
        } else {
            assert!(said.contains(words), "{lines}: {said}");
        }
    }
}

#[test]
fn a_port_alone_is_open_on_every_address() {
    let Some(environment) = supervisor::environment() else {
        return;
    };
    for (port, is_everywhere) in PORTS {
        let asks = format!("from supervisor.datatypes import inet_address as a; print(a('{port}')[0] == '')");
        let answer =
            supervisor::run(Command::new(environment.join("bin/python")).args(["-c", &asks])).unwrap();
        assert_eq!(answer.trim() == "True", *is_everywhere, "{port}");
        let config = format!("[supervisord]\n[inet_http_server]\nport={port}\n[program:a]\ncommand=x\n");
        let ours = said("open-supervisor", &[("s.conf", &config)]);
        assert_eq!(ours.len(), 1, "{port}: nobody is asked for a password");
        let tree = Memory::new([("s.conf", config.as_str())]);
        let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
        let rules = audit::catalog::rules().unwrap();
        let rule = rules
            .iter()
            .find(|rule| rule.meta.id == "open-supervisor")
            .unwrap();
        let is_major = rule.findings(&project)[0].severity == audit::finding::Severity::Major;
        assert_eq!(is_major, *is_everywhere, "{port}");
    }
}

#[test]
fn a_shell_keeps_the_signal_for_itself() {
    let Some(environment) = supervisor::environment() else {
        return;
    };
    let child = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(15)\n";
    for (script, survives) in [
        ("#!/bin/bash\npython3 child.py\n", true),
        ("#!/bin/bash\nexec python3 child.py\n", false),
    ] {
        let scratch = Scratch::empty();
        scratch.write_runner("start.sh", script);
        scratch.write_runner("child.py", child);
        let config = format!("{HEAD}[program:web]\ncommand=bash start.sh\n");
        scratch.write_runner("s.conf", &config);
        // When the outcome is known, supervisord has been told to end, and has ended its programs.
        assert!(scratch.outcome(environment, "s.conf")["web"].starts);
        let pid = scratch.text("pid");
        assert!(!pid.is_empty());
        let is_there = Command::new("kill")
            .args(["-0", &pid])
            .status()
            .unwrap()
            .success();
        let _ = Command::new("kill").arg(&pid).stderr(Stdio::null()).status();
        assert_eq!(is_there, survives, "{script}");
        let files = [
            ("s.conf", config.as_str()),
            ("start.sh", script),
            ("child.py", child),
        ];
        assert_eq!(
            said("orphaned-children", &files).contains_key("web"),
            survives,
            "{script}"
        );
    }
}
