//! `systemd-analyze verify` judges which units systemd refuses.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests say what they expect by panicking, and why they were skipped"
)]

use audit::engine::{self, Progress};
use audit::target::Target;
use audit::tree::Memory;
use std::fs;
use std::process::Command;

/// Lines of `[Service]`, and whether systemd refuses the unit.
const UNITS: &[(&str, bool)] = &[
    ("ExecStart=/bin/sleep 5", false),
    ("ExecStart=sleep 5", false),
    ("ExecStart=bin/sleep 5", true),
    ("ExecStart=./sleep 5", true),
    ("ExecStart=-bin/sleep 5", true),
    ("ExecStart=\"bin/sleep\" 5", true),
    ("WorkingDirectory=/tmp\nExecStart=bin/sleep 5", true),
    ("WorkingDirectory=tmp\nExecStart=/bin/sleep 5", true),
    ("WorkingDirectory=-tmp\nExecStart=/bin/sleep 5", false),
    ("WorkingDirectory=~\nExecStart=/bin/sleep 5", false),
    ("WorkingDirectory=/opt/../tmp\nExecStart=/bin/sleep 5", true),
    ("WorkingDirectory=/tmp/\nExecStart=/bin/sleep 5", false),
    ("EnvironmentFile=.env\nExecStart=/bin/sleep 5", false),
    ("EnvironmentFile=-.env\nExecStart=/bin/sleep 5", false),
    ("Environment=A\nExecStart=/bin/sleep 5", false),
];

/// Lines of a unit, those of its drop-ins, and whether systemd refuses it.
const DROP_INS: &[(&str, &[&str], bool)] = &[
    ("ExecStart=/bin/sleep 5", &["ExecStart=/bin/sleep 6"], true),
    (
        "ExecStart=/bin/sleep 5",
        &["ExecStart=\nExecStart=/bin/sleep 6"],
        false,
    ),
    ("ExecStart=/bin/sleep 5", &["ExecStart="], true),
    (
        "ExecStart=/bin/sleep 5",
        &["ExecStart=\nExecStart=bin/sleep 6"],
        true,
    ),
    (
        "ExecStart=/bin/sleep 5",
        &["ExecStart=/bin/sleep 6", "Type=oneshot"],
        false,
    ),
    (
        "ExecStart=/bin/sleep 5",
        &["ExecStart=", "ExecStart=/bin/sleep 6"],
        false,
    ),
    ("ExecStart=/bin/sleep 5", &["WorkingDirectory=tmp"], false),
    (
        "Type=oneshot\nExecStart=/bin/true",
        &["ExecStart=/bin/true"],
        false,
    ),
];

/// A unit and its drop-ins as files.
fn files(lines: &str, drop_ins: &[&str]) -> Vec<(String, String)> {
    let text = |lines: &str| format!("[Service]\n{lines}\n");
    let mut files = vec![("judged.service".to_owned(), text(lines))];
    for (number, lines) in drop_ins.iter().enumerate() {
        files.push((format!("judged.service.d/{number}.conf"), text(lines)));
    }
    files
}

#[test]
fn systemd_refuses_the_units_that_we_say_it_refuses() {
    let units = UNITS
        .iter()
        .map(|(lines, is_refused)| (files(lines, &[]), *is_refused));
    let changed = DROP_INS
        .iter()
        .map(|(lines, drop_ins, is_refused)| (files(lines, drop_ins), *is_refused));
    let units: Vec<_> = units.chain(changed).collect();
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        eprintln!(
            "SKIPPED: there is no systemd-analyze to compare with; the verdicts are those of systemd 252"
        );
    } else {
        let wrong: Vec<_> = units
            .iter()
            .filter(|(unit, is_refused)| theirs(unit) != *is_refused)
            .collect();
        assert!(wrong.is_empty(), "the table differs from systemd: {wrong:#?}");
    }
    let wrong: Vec<_> = units
        .iter()
        .filter(|(unit, is_refused)| ours(unit) != *is_refused)
        .collect();
    assert!(wrong.is_empty(), "we differ from the table: {wrong:#?}");
}

fn theirs(files: &[(String, String)]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let path = folder.path().join("judged.service");
    let output = Command::new("systemd-analyze")
        .arg("verify")
        .arg(&path)
        // The colon stands for the folders that it looks into anyway.
        .env("SYSTEMD_UNIT_PATH", format!("{}:", folder.path().display()))
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stderr).contains("judged.service has a bad unit file setting")
}

fn ours(files: &[(String, String)]) -> bool {
    let tree = Memory::new(files.iter().map(|(path, text)| (path.clone(), text.clone())));
    let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
    let rules = audit::catalog::rules().unwrap();
    let rule = rules.iter().find(|rule| rule.meta.id == "unit-refused").unwrap();
    let findings = rule.findings(&project);
    findings
        .iter()
        .any(|finding| finding.effect == audit::finding::Effect::Start)
}

/// First words of `ExecStart=`, and whether systemd finds no program of that name.
const COMMANDS: &[(&str, bool)] = &[
    ("cd /tmp && /bin/sleep 5", true),
    ("source venv/bin/activate", true),
    ("export A=1", true),
    ("PORT=1 /bin/sleep 5", true),
    ("$HOME/bin/sleep 5", true),
    ("/bin/sleep 5", false),
    ("/bin/sh -c 'cd /tmp && exec sleep 5'", false),
    ("/usr/bin/env PORT=1 /bin/sleep 5", false),
];

#[test]
fn systemd_has_no_words_of_a_shell() {
    let has_judge = Command::new("systemd-analyze").arg("--version").output().is_ok();
    for (command, is_lost) in COMMANDS {
        let lines = format!("ExecStart={command}");
        if has_judge {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("judged.service");
            fs::write(&path, format!("[Service]\n{lines}\n")).unwrap();
            let output = Command::new("systemd-analyze")
                .arg("verify")
                .arg(&path)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let is_told = said.contains("is not executable") || said.contains("bad unit file setting");
            assert_eq!(is_told, *is_lost, "{command}: {said}");
        }
        let tree = Memory::new([("judged.service", format!("[Service]\n{lines}\n"))]);
        let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
        let rules = audit::catalog::rules().unwrap();
        let rule = rules
            .iter()
            .find(|rule| rule.meta.id == "shell-in-command")
            .unwrap();
        let starts = |finding: &audit::finding::Finding| finding.effect == audit::finding::Effect::Start;
        assert_eq!(rule.findings(&project).iter().any(starts), *is_lost, "{command}");
    }
}

#[test]
fn a_unit_without_install_is_not_enabled() {
    if Command::new("systemctl").arg("--version").output().is_err() {
        eprintln!("SKIPPED: there is no systemctl to compare with");
        return;
    }
    let enabled = |install: &str| {
        let folder = tempfile::tempdir().unwrap();
        let units = folder.path().join("etc/systemd/system");
        fs::create_dir_all(&units).unwrap();
        let text = format!("[Unit]\nDescription=x\n[Service]\nExecStart=/bin/sleep 5\n{install}");
        fs::write(units.join("judged.service"), text).unwrap();
        let root = format!("--root={}", folder.path().display());
        let output = Command::new("systemctl")
            .args([&root, "enable", "judged"])
            .output()
            .unwrap();
        !String::from_utf8_lossy(&output.stderr).contains("no installation config")
    };
    assert!(!enabled(""));
    assert!(enabled("[Install]\nWantedBy=multi-user.target\n"));
}

/// Settings, and whether systemd says that it ignores or replaces them.
const SETTINGS: &[(&str, bool)] = &[
    ("Restart=yes", true),
    ("Restart=always", false),
    ("Restart=on-abnormal", false),
    ("Type=daemon", true),
    ("Type=exec", false),
    ("Type=idle", false),
    ("StandardOutput=syslog", true),
    ("StandardError=syslog+console", true),
    ("StandardOutput=append:/tmp/x", false),
    ("MemoryLimit=1G", true),
    ("MemoryMax=1G", false),
    ("CPUShares=100", true),
    ("KillMode=none", true),
    ("KillMode=mixed", false),
];

#[test]
fn systemd_ignores_the_settings_that_we_say_it_ignores() {
    let has_judge = Command::new("systemd-analyze").arg("--version").output().is_ok();
    for (setting, is_ignored) in SETTINGS {
        let unit = format!("[Unit]\nDescription=x\n[Service]\n{setting}\nExecStart=/bin/sleep 5\n");
        if has_judge {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("judged.service");
            fs::write(&path, &unit).unwrap();
            let output = Command::new("systemd-analyze")
                .arg("verify")
                .arg(&path)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(
                said.contains("judged.service:4: "),
                *is_ignored,
                "{setting}: {said}"
            );
        }
        let tree = Memory::new([("judged.service", unit)]);
        let (project, _) = engine::read(&tree, Target::default(), &|_| false, &Progress::default());
        let rules = audit::catalog::rules().unwrap();
        let rule = rules
            .iter()
            .find(|rule| rule.meta.id == "ignored-unit-setting")
            .unwrap();
        assert_eq!(!rule.findings(&project).is_empty(), *is_ignored, "{setting}");
    }
}
