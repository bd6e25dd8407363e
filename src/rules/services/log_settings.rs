//! Settings of logs that do not do what they look like.

use crate::facts::{Manager, Program};
use crate::finding::{Confidence, Draft, Effect, Place};
use crate::project::Project;
use crate::rule::Sink;
use crate::source::Spanned;

/// Reports log files that nothing is written to, and logs that grow without end.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    // Somebody else turns the logs over.
    let is_rotated = project.paths.files().any(|path| path.contains("logrotate"))
        || project
            .documents()
            .any(|(_, document)| document.path.contains("logrotate"));
    for (id, view) in project.programs() {
        if view.manager != Manager::Supervisor {
            continue;
        }
        let Some((document, program)) = project.definition(id) else {
            continue;
        };
        let found = [
            unwritten(program),
            if is_rotated { None } else { endless(program) },
        ];
        for (value, subject, message, help) in found.into_iter().flatten() {
            let place = Place {
                document,
                span: value.span,
            };
            sink.report(
                Draft::new(place, message)
                    .subject(subject)
                    .help(help)
                    .programs(vec![id])
                    .effect(Effect::Advice)
                    .confidence(Confidence::Certain),
            );
        }
    }
}

type Told<'a> = (&'a Spanned<String>, &'static str, String, &'static str);

fn is_file(value: &str) -> bool {
    let lower = value.trim().to_ascii_lowercase();
    !matches!(lower.as_str(), "" | "none" | "off" | "auto" | "syslog") && !lower.starts_with("/dev/")
}

fn unwritten(program: &Program) -> Option<Told<'_>> {
    let is_one = program.setting("redirect_stderr").is_some_and(|value| {
        matches!(
            value.value.trim().to_ascii_lowercase().as_str(),
            "true" | "yes" | "on" | "1"
        )
    });
    let file = program
        .setting("stderr_logfile")
        .filter(|file| is_one && is_file(&file.value))?;
    let message = format!(
        "nothing is ever written to `{}`: `redirect_stderr=true` sends the errors of `{}` to its standard output",
        file.value, program.name
    );
    Some((
        file,
        "stderr_logfile with redirect_stderr",
        message,
        "leave one of the two out",
    ))
}

fn endless(program: &Program) -> Option<Told<'_>> {
    let of = |log: &str, size: &str| {
        let is_written = program.setting(log).is_none_or(|file| is_file(&file.value));
        program
            .setting(size)
            .filter(|value| is_written && value.value.trim() == "0")
    };
    let value = of("stdout_logfile", "stdout_logfile_maxbytes")
        .or_else(|| of("stderr_logfile", "stderr_logfile_maxbytes"))?;
    let message = format!(
        "the log of `{}` grows until the disk is full: 0 turns supervisord's rotation off, and nothing of the tree \
         configures logrotate",
        program.name
    );
    Some((
        value,
        "logs without rotation",
        message,
        "leave it out (50 MB are the default), or bring a file for /etc/logrotate.d",
    ))
}
