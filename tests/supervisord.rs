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
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use supervisor::configs::CONFIGS;
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

/// Programs on which we and the real supervisord do not agree yet, and why. A row that is no longer needed
/// fails the test.
const KNOWN: &[(&str, &str, &str)] = &[];

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
                "{outcomes:#?}"
            );
            for (name, (starts, because)) in predicted {
                let outcome = &outcomes[&name];
                let place = format!("{system}/{config}");
                let is_known = KNOWN.iter().any(|known| known.0 == place && known.1 == name);
                if (starts == outcome.starts) == is_known {
                    wrong.push(format!(
                        "{place} {name}: predicted {starts} ({because}), was {outcome:?}"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
