//! Servers for developers in what the target starts.

use crate::facts::{Command, Giver, Word};
use crate::finding::{Confidence, Draft, Place};
use crate::formats::Format;
use crate::project::Project;
use crate::rule::Sink;
use crate::source::Span;

/// Reports every program that starts a server for developers.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    for server in project.servers() {
        let Some(debug) = &server.listener.debug else {
            continue;
        };
        let keyword = debug.value.as_deref().unwrap_or_default();
        let call = &server.listener.call;
        let (when, confidence) = match &debug.giver {
            Giver::Variable(name) => (
                format!("without `{name}` in the environment, "),
                Confidence::Possible,
            ),
            _ if !server.is_sure => (String::new(), Confidence::Possible),
            _ => (String::new(), Confidence::Likely),
        };
        let message = if keyword == "debug" || keyword == "use_debugger" {
            format!(
                "{when}`{call}` starts the debugger (`{keyword}=True`): whoever reaches the page of an error can run code on the server"
            )
        } else {
            format!(
                "{when}`{call}` watches the files and starts anew with each change (`{keyword}=True`): that is for developing"
            )
        };
        let place = Place {
            document: server.document,
            span: debug.span,
        };
        let draft = draft(place, message).subject(keyword).confidence(confidence);
        sink.report(draft.programs(server.programs).scope(server.scope));
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
            ("flask", _) if is_flask_run(&words[at + 1..]) => Some("`flask run`"),
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

/// `run`, behind options such as `--app web`.
fn is_flask_run(words: &[Word]) -> bool {
    let mut options = words.iter().map(|word| word.text.as_str());
    while let Some(word) = options.next() {
        match word {
            "run" => return true,
            "--app" | "-A" | "--env-file" | "-e" => {
                options.next();
            }
            option if option.starts_with('-') => {}
            _ => return false,
        }
    }
    false
}
