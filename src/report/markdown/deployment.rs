//! The deployment as the files show it, and what of it concerns security.

use super::text::{code, names, prose};
use super::{Numbered, table, updates};
use crate::report::{Picture, ProgramReport, Report, Start, VariableReport, score};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Bytes of the table of programs, and of each other table.
const PROGRAMS: usize = 8_000;
const ROWS: usize = 2_500;
/// Categories whose findings concern security, and rules of others that do.
const CATEGORIES: [&str; 3] = ["network", "secrets", "security"];
const RULES: [&str; 9] = [
    "hardcoded-db-credentials",
    "committed-env-file",
    "runs-as-root",
    "open-supervisor",
    "debug-server",
    "django-settings",
    "open-internal-port",
    "bypassed-firewall",
    "needless-opening",
];
/// Lines about findings.
const LINES: usize = 16;

/// The programs, ports, hosts and databases.
pub(super) fn render(report: &Report) -> String {
    let mut out = String::from("## Deployment picture\n\n");
    if report.programs.is_empty() {
        out.push_str("No program was found.\n\n");
    } else {
        let rows: Vec<Vec<String>> = report
            .programs
            .iter()
            .map(|program| program_row(report, program))
            .collect();
        let head = ["Program", "Started by", "Configured in", "Start", "First reason"];
        out.push_str(&table(&head, &rows, PROGRAMS, "programs"));
    }
    let picture = &report.picture;
    if !picture.scripts.is_empty() {
        let scripts = names(picture.scripts.iter().map(String::as_str), 12);
        let _ = write!(out, "Scripts that set a server up: {scripts}.\n\n");
    }
    out.push_str(&ports(report));
    if !picture.databases.is_empty() {
        let rows = picture.databases.iter().map(|database| {
            let files = names(database.paths.iter().map(String::as_str), 4);
            vec![prose(&database.name), names([database.detail.as_str()], 1), files]
        });
        out.push_str("### Databases\n\n");
        let head = ["Database", "Through", "Files"];
        out.push_str(&table(&head, &rows.collect::<Vec<_>>(), ROWS, "databases"));
        out.push_str(&where_databases_are(picture));
    }
    if !picture.hosts.is_empty() {
        let rows = picture.hosts.iter().map(|host| {
            let files = names(host.paths.iter().map(String::as_str), 4);
            vec![code(&host.name), files]
        });
        out.push_str("### Hosts that the server's code and settings name\n\n");
        out.push_str(&table(
            &["Host", "Files"],
            &rows.collect::<Vec<_>>(),
            ROWS,
            "hosts",
        ));
    }
    if !picture.variables.is_empty() {
        let of = |has_default: bool| {
            let variables = picture.variables.iter();
            variables
                .filter(move |read| read.has_default == has_default)
                .map(|read| read.name.as_str())
        };
        out.push_str("### Environment variables\n\n");
        let (needed, optional) = (names(of(false), 24), names(of(true), 24));
        if !needed.is_empty() {
            let _ = writeln!(out, "- read without a default: {needed}");
        }
        if !optional.is_empty() {
            let _ = writeln!(out, "- with a default: {optional}");
        }
        out.push('\n');
    }
    out
}

/// Which variables say where the databases are, as far as their names tell, and which files ask none of them.
fn where_databases_are(picture: &Picture) -> String {
    let signs = [
        "DB", "DATABASE", "DSN", "PG", "POSTGRES", "MYSQL", "REDIS", "MONGO", "SQL",
    ];
    let is_about = |read: &&VariableReport| {
        let upper = read.name.to_ascii_uppercase();
        upper
            .split('_')
            .any(|word| signs.iter().any(|sign| word.starts_with(sign)))
    };
    let about: Vec<&VariableReport> = picture.variables.iter().filter(is_about).collect();
    let asking: BTreeSet<&String> = about.iter().flat_map(|read| &read.paths).collect();
    let servers = picture.databases.iter().filter(|database| !database.is_file());
    let all = servers.flat_map(|database| &database.paths);
    let silent: BTreeSet<&String> = all.filter(|path| !asking.contains(path)).collect();
    let mut out = String::new();
    if !about.is_empty() {
        let which = names(about.iter().map(|read| read.name.as_str()), 12);
        let _ = write!(
            out,
            "Variables that say where they are, by their names: {which}. "
        );
    }
    if !silent.is_empty() {
        let files = names(silent.iter().map(|path| path.as_str()), 12);
        let _ = write!(
            out,
            "No variable named after a database is read in {files}: where it is, and who connects, stands in the \
             code, in a file, or in another module."
        );
    }
    out.truncate(out.trim_end().len());
    out + "\n\n"
}

fn program_row(report: &Report, program: &ProgramReport) -> Vec<String> {
    let at = format!("{}:{}", program.location.path, program.location.start.line);
    let first = program.because.first().and_then(|id| report.finding(id));
    let (state, why) = match first {
        Some(found) => ("**dies**", prose(&found.finding.message)),
        None if program.start == Start::Unknown => ("unknown", String::new()),
        None => ("starts", String::new()),
    };
    vec![
        code(&program.name),
        program.source.to_owned(),
        code(&at),
        state.to_owned(),
        why,
    ]
}

fn ports(report: &Report) -> String {
    let picture = &report.picture;
    if picture.ports.is_empty() {
        return String::new();
    }
    let mut out = String::from("### Ports\n\n");
    if let Some(manifest) = &picture.manifest {
        let _ = write!(out, "{} gives the services their ports.\n\n", code(manifest));
    }
    let rows = picture.ports.iter().map(|port| {
        let service = port.service.as_deref().map_or_else(String::new, code);
        vec![port.number.to_string(), service, code(&port.path)]
    });
    out.push_str(&table(
        &["Port", "Service", "Said in"],
        &rows.collect::<Vec<_>>(),
        ROWS,
        "ports",
    ));
    out
}

/// Causes of one rule that concern security.
struct Concern<'a> {
    rule: &'a str,
    numbers: Vec<&'a str>,
    summary: String,
    places: usize,
}

fn concerns<'a>(report: &Report, causes: &'a [Numbered<'_>]) -> Vec<Concern<'a>> {
    let mut concerns: Vec<Concern<'_>> = Vec::new();
    for numbered in causes {
        let cause = numbered.cause;
        if !CATEGORIES.contains(&cause.category) && !RULES.contains(&cause.rule) {
            continue;
        }
        let places = updates::told(report, cause).count();
        match concerns.iter_mut().find(|concern| concern.rule == cause.rule) {
            Some(concern) => {
                concern.numbers.push(&numbered.number);
                concern.places += places;
            }
            None => concerns.push(Concern {
                rule: cause.rule,
                numbers: vec![&numbered.number],
                summary: updates::summary(report, cause),
                places,
            }),
        }
    }
    concerns
}

/// What the files say about security, and what they cannot.
pub(super) fn security(report: &Report, causes: &[Numbered<'_>]) -> String {
    let mut out = String::from("## Security considerations\n\n");
    for concern in concerns(report, causes).iter().take(LINES) {
        let places = score::count(concern.places, "place");
        let _ = writeln!(
            out,
            "- {}: {}, {places}",
            concern.numbers.join(", "),
            concern.summary
        );
    }
    let on_machine = || report.programs.iter().filter(|program| !program.in_container);
    let without_user = on_machine()
        .filter(|program| program.user.is_none() && matches!(program.source, "supervisor" | "systemd"));
    let without_user: BTreeSet<&str> = without_user.map(|program| program.name.as_str()).collect();
    if !without_user.is_empty() && report.target.user.is_none() {
        let which = names(without_user, 12);
        let _ = writeln!(
            out,
            "- No `user` is named for {which}. Such a program runs as whoever runs its manager, which is root when \
             the system starts it; a user of its own limits what a fault can do."
        );
    }
    let bound = report.picture.ports.iter().filter(|port| port.is_bound);
    let bound: Vec<String> = bound.map(|port| port.number.to_string()).collect();
    if !bound.is_empty() {
        let which = names(bound.iter().map(String::as_str), 24);
        let _ = writeln!(
            out,
            "- Servers listen on {which}; a firewall lets in only those that are meant for others."
        );
    }
    let open = &report.picture.open_to_all;
    if !open.is_empty() {
        let files = names(open.iter().map(String::as_str), 12);
        let _ = writeln!(
            out,
            "- All addresses of the machine (`0.0.0.0`, `::`) are named in {files}: what listens there can be \
             reached from outside, unless a firewall keeps others away."
        );
    }
    let hidden = report.aside.findings.blocker;
    if hidden > 0 {
        let blockers = score::count(hidden, "blocker");
        let _ = writeln!(
            out,
            "- {blockers} set aside by comments or settings: somebody has to know why."
        );
    }
    out.push_str(
        "- Not to be seen in files, and to be looked at by people: the firewall, TLS certificates, who may log in, \
         encryption and backups of the databases, whether keys that stood in the repository were replaced.\n\n",
    );
    out
}
