//! Servers for developers in what the target starts.

use crate::facts::Command;
use crate::finding::{Confidence, Draft, Place};
use crate::formats::Format;
use crate::project::Project;
use crate::rule::Sink;
use crate::source::Span;

/// Reports every program that starts a server for developers.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for server in project.servers() {
        let Some((keyword, span)) = &server.listener.debug else {
            continue;
        };
        let call = &server.listener.call;
        let message = if keyword == "debug" || keyword == "use_debugger" {
            format!(
                "`{call}` starts the debugger (`{keyword}=True`): whoever reaches the page of an error can run code on the server"
            )
        } else {
            format!(
                "`{call}` watches the files and starts anew with each change (`{keyword}=True`): that is for developing"
            )
        };
        let place = Place {
            document: server.document,
            span: *span,
        };
        let draft = draft(place, message).subject(keyword.clone());
        sink.report(if server.programs.is_empty() {
            draft
        } else {
            draft.programs(server.programs)
        });
    }
    for found in project.server_commands() {
        let Some(document) = project.document(found.document) else {
            continue;
        };
        let is_image = matches!(document.format, Format::Docker) || project.are_apart(&found.programs);
        let Some((what, span)) = of_command(found.command) else {
            continue;
        };
        // An image of a compose file is often the developers' own.
        let confidence = if is_image {
            Confidence::Possible
        } else {
            Confidence::Likely
        };
        let place = Place {
            document: found.document,
            span,
        };
        let draft = draft(place, what).confidence(confidence);
        sink.report(if found.programs.is_empty() {
            draft
        } else {
            draft.programs(found.programs)
        });
    }
}

fn draft(place: Place, message: String) -> Draft {
    Draft::new(place, message)
        .label("a server for developers")
        .help("start it with gunicorn or uvicorn without `--reload`, and switch debugging by a variable that the server does not set")
}

/// `manage.py runserver`, `flask run`, `uvicorn --reload`.
fn of_command(command: &Command) -> Option<(String, Span)> {
    let words = &command.words;
    let name = |at: usize| {
        words
            .get(at)
            .map_or("", |word| word.text.rsplit('/').next().unwrap_or_default())
    };
    let has = |text: &str| words.iter().find(|word| word.text == text);
    for at in 0..words.len().min(8) {
        let (program, next) = (name(at), name(at + 1));
        let server = match (program, next) {
            ("manage.py" | "django-admin", "runserver" | "runserver_plus") => Some("Django's `runserver`"),
            ("flask", "run") => Some("`flask run`"),
            ("fastapi", "dev") => Some("`fastapi dev`"),
            _ => None,
        };
        if let Some(server) = server {
            let message = format!(
                "{server} is a server for developers: it is neither secure nor made for load, as its own manual says"
            );
            return Some((message, words.get(at + 1)?.span));
        }
        if matches!(program, "uvicorn" | "gunicorn" | "hypercorn") {
            let reload = has("--reload")?;
            let message = format!(
                "`{program} --reload` watches the files and starts anew with each change: that is for developing"
            );
            return Some((message, reload.span));
        }
    }
    None
}
