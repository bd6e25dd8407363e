//! pm2's configuration: the programs of `apps`, written in JavaScript, JSON or YAML.

mod script;

use super::structured::{DEPTH, Node, Shape};
use super::{commandline, web};
use crate::facts::{Command, Facts, Manager, Program};
use crate::source::{Span, Spanned};

/// The facts of the JavaScript or TypeScript at `path`, which may be a configuration of pm2.
pub(super) fn extract(path: &str, text: &str) -> Facts {
    let mut facts = web::extract_script(text);
    if is_config(path)
        && let Some(root) = script::exported(path, text)
    {
        read(path, &root, &mut facts);
    }
    facts
}

/// Adds the programs of a document, when its name is one that pm2 is given.
pub(super) fn read(path: &str, root: &Node, facts: &mut Facts) {
    if !is_config(path) {
        return;
    }
    let is_named = path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains("ecosystem") || name.contains("pm2"));
    let apps = match root.get("apps") {
        Some(apps) => apps,
        None if is_named || !path.contains(".config.") => root,
        None => return,
    };
    match apps.elements() {
        [] => facts.programs.extend(program(apps)),
        elements => facts.programs.extend(elements.iter().filter_map(program)),
    }
}

fn is_config(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let (stem, extension) = name.split_once('.').unwrap_or((&name, ""));
    let begins = |prefix: &str| stem.starts_with(prefix);
    match extension.rsplit('.').next() {
        // pm2 reads any name that ends in `.config.js`; other tools' files of such names have no `apps`.
        Some("js" | "cjs" | "mjs") => begins("ecosystem") || extension.starts_with("config."),
        Some("json" | "yml" | "yaml") => begins("ecosystem") || begins("pm2") || stem == "process",
        _ => false,
    }
}

fn program(app: &Node) -> Option<Program> {
    let script = app.get("script")?;
    let path = script.text()?;
    let field = |key: &str| {
        let node = app.get(key)?;
        Some(Spanned::new(node.scalar()?.to_owned(), node.span))
    };
    let name = field("name").unwrap_or_else(|| Spanned::new(stem(path).to_owned(), script.span));
    let mut program = Program::new(name.value, name.span, Manager::Pm2);
    program.commands = commands(app, path, script.span);
    let line = program.commands.iter().flat_map(|command| &command.words);
    let line = line.map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    let line = if path.contains(' ') { path.to_owned() } else { line };
    program.command = Some(Spanned::new(line, script.span));
    program.directory = field("cwd");
    program.user = field("user").or_else(|| field("uid"));
    for entry in app.get("env").map_or(&[][..], Node::entries) {
        let text = match &entry.node.shape {
            Shape::Truth(truth) => truth.to_string(),
            _ => match entry.node.scalar() {
                Some(text) => text.to_owned(),
                None => continue,
            },
        };
        let value = Spanned::new(text, entry.node.span);
        program.environment.push((entry.key.to_string(), value));
    }
    program.environment_files.extend(field("env_file").map(|path| {
        let is_optional = false;
        crate::facts::EnvironmentFile { path, is_optional }
    }));
    let logs = ["out_file", "output", "error_file", "error", "log_file", "log"];
    let is_file = |log: &Spanned<String>| !matches!(log.value.as_str(), "" | "/dev/null" | "NULL");
    program.logs = logs.into_iter().filter_map(field).filter(is_file).collect();
    program.autostart = !matches!(
        app.get("autostart").map(|node| &node.shape),
        Some(Shape::Truth(false))
    );
    Some(program)
}

/// What pm2 runs: the script by its interpreter, or by the one that its extension calls for. A script
/// with blanks in it is a line for a shell.
fn commands(app: &Node, script: &str, span: Span) -> Vec<Command> {
    let interpreter = ["interpreter", "exec_interpreter"]
        .iter()
        .find_map(|key| app.get(key));
    if interpreter.is_none() && script.contains(' ') {
        let line: Vec<String> = std::iter::once(script.to_owned())
            .chain(words(app.get("args")))
            .collect();
        return commandline::of_shell(&line.join(" "), span);
    }
    let runner = match interpreter.map(Node::text) {
        Some(Some("none")) => Some(""),
        Some(Some(name)) => Some(name),
        // It is computed, so what runs is not known.
        Some(None) => None,
        None => Some(by_extension(script)),
    };
    let mut line: Vec<String> = Vec::new();
    match runner {
        Some("") => {}
        Some(name) => line.push(name.to_owned()),
        None => line.push("$interpreter".to_owned()),
    }
    for key in ["interpreter_args", "interpreterArgs", "node_args", "nodeArgs"] {
        if !line.is_empty() {
            line.extend(words(app.get(key)));
        }
    }
    line.push(script.to_owned());
    line.extend(words(app.get("args")));
    commandline::of_words(line, span)
}

/// pm2's table of interpreters; a name without an extension is looked up as a command.
fn by_extension(script: &str) -> &str {
    match script.rsplit_once('.').map(|(_, extension)| extension) {
        Some("py") => "python",
        Some("sh") => "bash",
        Some("js" | "cjs" | "mjs") => "node",
        Some("rb") => "ruby",
        Some("php") => "php",
        Some("pl") => "perl",
        _ => "",
    }
}

/// Arguments as a list, or as a text that is split.
fn words(node: Option<&Node>) -> Vec<String> {
    let Some(node) = node else {
        return Vec::new();
    };
    match node.scalar() {
        Some(line) => {
            shlex::split(line).unwrap_or_else(|| line.split_whitespace().map(str::to_owned).collect())
        }
        None => node
            .elements()
            .iter()
            .take(DEPTH * DEPTH)
            // What is computed is an argument all the same.
            .map(|element| element.scalar().unwrap_or("$argument").to_owned())
            .collect(),
    }
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests;
