//! What to tick off: the mends, what the server has to have, and what to look at after the start.

use super::text::{code, fitted, names, prose, sentence};
use super::{Numbered, updates};
use crate::report::{Report, score};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Bytes of the list of mends, and of the other lists.
const MENDS: usize = 9_000;
const STEPS: usize = 4_000;

/// The section.
pub(super) fn render(report: &Report, causes: &[Numbered<'_>]) -> String {
    let mut out = String::from("## Checklist\n\n");
    let mends: Vec<String> = causes.iter().map(|numbered| mend(report, numbered)).collect();
    let mut own = mends;
    if !own.is_empty() {
        own.push("- [ ] Run `audit` again: it says READY\n".to_owned());
    }
    out.push_str(&part("Before the deployment", &own, MENDS));
    out.push_str(&part("On the server", &server(report), STEPS));
    out.push_str(&part("After the start", &after(report), STEPS));
    out
}

fn part(title: &str, boxes: &[String], room: usize) -> String {
    if boxes.is_empty() {
        return String::new();
    }
    let (shown, left) = fitted(boxes, room);
    let mut out = format!("### {title}\n\n{shown}");
    if left > 0 {
        let _ = writeln!(out, "- [ ] {left} more, left out here to keep the page short");
    }
    out.push('\n');
    out
}

fn mend(report: &Report, numbered: &Numbered<'_>) -> String {
    let cause = numbered.cause;
    let help = report
        .first(cause)
        .map_or("", |found| found.finding.help.as_str());
    let first_sentence = help.split_inclusive(". ").next().unwrap_or(help).trim();
    let told = if first_sentence.is_empty() {
        updates::summary(report, cause)
    } else {
        sentence(first_sentence)
    };
    let mut places = updates::told(report, cause);
    let first = places.next().map_or_else(String::new, |found| {
        code(&format!("{}:{}", found.location.path, found.location.start.line))
    });
    let at = match places.count() {
        0 => first,
        more => format!("{first} and {} more", score::count(more, "place")),
    };
    format!("- [ ] **{}** {told} ({at})\n", numbered.number)
}

/// What the files ask the server to have.
fn server(report: &Report) -> Vec<String> {
    let (target, picture) = (&report.target, &report.picture);
    // Images bring their own Python, and what is installed in it.
    let has_images =
        !report.programs.is_empty() && report.programs.iter().all(|program| program.in_container);
    let with = if has_images {
        "Docker".to_owned()
    } else {
        format!("Python {}", target.python)
    };
    let mut boxes = vec![format!(
        "- [ ] The machine runs {} with {with}, and its packages are up to date (`apt update && apt upgrade`)\n",
        prose(&target.os)
    )];
    let requirements: &[String] = if has_images { &[] } else { &picture.requirements };
    if !requirements.is_empty() {
        boxes.push(
            "- [ ] It has `python3-pip`, and `python3-venv` for the programs' environment\n".to_owned(),
        );
    }
    if let Some(root) = &target.root {
        boxes.push(format!("- [ ] The tree stands in {}\n", code(root)));
    }
    for path in requirements {
        boxes.push(format!("- [ ] What {} asks for is installed\n", code(path)));
    }
    let users: BTreeSet<&str> = report
        .programs
        .iter()
        .filter(|program| !program.in_container)
        .filter_map(|program| program.user.as_deref())
        .chain(target.user.as_deref())
        .filter(|user| *user != "root")
        .collect();
    if !users.is_empty() {
        boxes.push(format!("- [ ] These users exist: {}\n", names(users, 12)));
    }
    boxes.extend(databases(report));
    let needed = picture.variables.iter().filter(|read| !read.has_default);
    let needed: Vec<&str> = needed.map(|read| read.name.as_str()).collect();
    if !needed.is_empty() {
        let which = names(needed, 24);
        boxes.push(format!(
            "- [ ] Variables that are read without a default are set, as far as they are needed: {which}\n"
        ));
    }
    let mut configs: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for program in &report.programs {
        *configs
            .entry((program.source, &program.location.path))
            .or_default() += 1;
    }
    for ((source, path), number) in configs {
        let programs = score::count(number, "program");
        let does = match source {
            "supervisor" => "supervisord reads",
            "systemd" => "systemd has what stands in",
            "compose" => "docker compose runs",
            "docker" => "The image is built from",
            "cron" => "cron reads",
            "pm2" => "pm2 runs",
            "script" => "Something runs",
            "declared" => "The server starts what is declared in",
            _ => "A process manager runs",
        };
        boxes.push(format!("- [ ] {does} {} ({programs})\n", code(path)));
    }
    boxes
}

/// The databases that have to answer.
fn databases(report: &Report) -> Vec<String> {
    let mut boxes = Vec::new();
    for database in report
        .picture
        .databases
        .iter()
        .filter(|database| !database.is_file())
    {
        let files = names(database.paths.iter().map(String::as_str), 3);
        // Caches and brokers have neither users nor tables to speak of.
        let has_tables = ["SQL", "MariaDB", "Oracle", "ClickHouse"]
            .iter()
            .any(|word| database.name.contains(word));
        let with = if has_tables {
            ", with the databases, users, rights and tables that the code asks for"
        } else {
            ""
        };
        boxes.push(format!(
            "- [ ] {} answers{with} ({files}){}\n",
            prose(&database.name),
            accounts(report, &database.name)
        ));
    }
    boxes
}

/// The databases and users of a kind of database that the code names.
fn accounts(report: &Report, kind: &str) -> String {
    let own = report
        .picture
        .accounts
        .iter()
        .filter(|account| account.kind == kind);
    let own: Vec<_> = own.collect();
    let list = |what: &str, named: BTreeSet<&str>| match named.len() {
        0 => String::new(),
        1 => format!("; {what} {}", names(named, 1)),
        _ => format!("; {what}s {}", names(named, 6)),
    };
    let databases = own.iter().filter_map(|account| account.database.as_deref());
    let users = own.iter().filter_map(|account| account.user.as_deref());
    list("database", databases.collect()) + &list("user", users.collect())
}

/// What shows that the system runs.
fn after(report: &Report) -> Vec<String> {
    let mut by_source: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for program in &report.programs {
        by_source.entry(program.source).or_default().insert(&program.name);
    }
    let mut boxes: Vec<String> = by_source
        .into_iter()
        .map(|(source, programs)| {
            let shows = match source {
                "supervisor" => "`supervisorctl status` says RUNNING of",
                "systemd" => "`systemctl status` says active of",
                "compose" => "`docker compose ps` shows as up",
                "docker" => "`docker ps` shows as up",
                "pm2" => "`pm2 status` says online of",
                "cron" => "The log of cron shows a run of",
                _ => "These programs run:",
            };
            format!("- [ ] {shows} {}\n", names(programs, 24))
        })
        .collect();
    let ports: BTreeSet<String> = report
        .picture
        .ports
        .iter()
        .map(|port| port.number.to_string())
        .collect();
    if !ports.is_empty() {
        let which = names(ports.iter().map(String::as_str), 24);
        boxes.push(format!("- [ ] The ports answer: {which}\n"));
    }
    if !report.programs.is_empty() {
        let reads = |source: &str| match source {
            "supervisor" => Some("`supervisorctl tail NAME stderr`"),
            "systemd" => Some("`journalctl -u NAME`"),
            "compose" => Some("`docker compose logs`"),
            "pm2" => Some("`pm2 logs`"),
            _ => None,
        };
        let sources: BTreeSet<&str> = report.programs.iter().map(|program| program.source).collect();
        let logs: Vec<&str> = sources.into_iter().filter_map(reads).collect();
        let by = if logs.is_empty() {
            String::new()
        } else {
            format!(": {}", logs.join(", "))
        };
        boxes.push(format!(
            "- [ ] The logs hold no traceback after the first minutes{by}\n"
        ));
    }
    boxes
}
