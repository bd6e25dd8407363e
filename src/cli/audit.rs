//! `audit [PATH]`: the audit itself, its report and its gate.

use super::args::{AuditArguments, FailOn, Form};
use super::outputs::{self, Output};
use super::{Exit, baseline, changed, gate, history, scan};
use crate::finding::Severity;
use crate::settings::{Settings, Typed};

/// Audits, and writes the reports that are wanted.
pub(super) fn run(arguments: &AuditArguments, wanted: &[Output]) -> Result<Exit, String> {
    let has_page = wanted.iter().any(|output| output.form == Form::Html);
    if arguments.history.is_some() && !has_page {
        return Err(
            "--history puts a plot into the html report: add --format html; `audit history` tells it by itself"
                .to_owned(),
        );
    }
    let settings = Settings::resolve(typed(arguments))?;
    let known = baseline::load(&settings)?;
    scan::on_threads(arguments.scan.threads, || {
        // A report of an earlier run is no part of the system.
        let written = outputs::inside(
            &settings.root,
            outputs::files(wanted).chain(settings.baseline.as_deref()),
        );
        let has_excerpts = wanted.iter().any(Output::has_excerpts);
        let mut report = scan::folder(&settings, &arguments.scan, &written, has_excerpts)?;
        if let Some(revision) = &arguments.changed_since {
            changed::show(&mut report, &settings, revision, &written)?;
        }
        if let Some(known) = &known {
            baseline::show_new(&mut report, known, &settings, arguments.scan.quiet);
        }
        if let Some(last) = arguments.history {
            report.history = Some(history::of_folder(&settings, &arguments.scan, last)?);
        }
        outputs::write(&report, wanted, arguments)?;
        Ok(gate::exit(&report, &settings, arguments.scan.quiet))
    })
}

fn typed(arguments: &AuditArguments) -> Typed {
    Typed {
        fail_on: arguments.fail_on.map(|severity| match severity {
            FailOn::Blocker => Some(Severity::Blocker),
            FailOn::Major => Some(Severity::Major),
            FailOn::Minor => Some(Severity::Minor),
            FailOn::Info => Some(Severity::Info),
            FailOn::Never => None,
        }),
        min_score: arguments.min_score,
        max_new: arguments.max_new,
        baseline: arguments.baseline.clone(),
        ..scan::typed(&arguments.scan)
    }
}
