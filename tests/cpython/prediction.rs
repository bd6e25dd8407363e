//! What the audit says: the tree goes through the real pipeline, in memory.

use crate::outcome::{Death, Outcome, reason};
use crate::tree::Tree;
use audit::engine::{self, Progress};
use audit::readiness::{self, SetAside, Subject};
use audit::report::{Parts, Report};
use audit::rule::Rule;
use audit::target::{PythonVersion, Target};
use audit::tree::Memory;

/// Threads with enough stack for parsers, as the program has them.
pub(crate) fn pool() -> rayon::ThreadPool {
    let builder = rayon::ThreadPoolBuilder::new().stack_size(64 << 20);
    builder.build().expect("threads")
}

/// The outcome of the tree's program on a server with this Python.
pub(crate) fn of(tree: &Tree, (major, minor): (u32, u32)) -> Outcome {
    let report = report(tree, PythonVersion { major, minor });
    let [program] = &report.programs[..] else {
        panic!(
            "{}: {} programs were found, not one",
            tree.title,
            report.programs.len()
        );
    };
    let Some(first) = program.because.first() else {
        return Outcome::Starts;
    };
    let finding = report.findings.iter().find(|finding| finding.id == *first);
    let finding = finding.expect("the finding that stops the program");
    Outcome::Dies(vec![Death {
        reason: Some(reason(&finding.finding.label)),
        path: finding.location.path.clone(),
        line: finding.location.start.line,
    }])
}

fn report(tree: &Tree, python: PythonVersion) -> Report {
    let memory = Memory::new(tree.files.iter().map(|(path, text)| (path.clone(), text.clone())));
    let target = Target {
        python,
        installer: python,
        is_python_given: true,
        ..Target::default()
    };
    let (project, files) = engine::read(&memory, target, &|_| false, &Progress::default());
    let rules: Vec<&Rule> = audit::catalog::rules().expect("the rules").iter().collect();
    let findings = engine::judge(&project, &rules);
    let subject = Subject {
        files: files.scanned,
        python: 1,
        programs: 1,
    };
    let metas: Vec<_> = rules.iter().map(|rule| &rule.meta).collect();
    Report::new(Parts {
        root: String::new(),
        prefix: String::new(),
        rules: &metas,
        project: &project,
        tree: &memory,
        files,
        readiness: readiness::assess(subject, &findings, SetAside::default(), &metas),
        findings,
        aside: SetAside::default(),
        aside_by: std::collections::BTreeMap::new(),
        silenced: std::collections::BTreeSet::new(),
        notices: Vec::new(),
        has_excerpts: false,
    })
}
