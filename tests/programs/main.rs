//! What the command lines and scripts of small trees come to.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by panicking")]

mod containers;
mod lines;
mod managers;
mod scripts;

use audit::engine::{self, Progress};
use audit::project::{Entry, ModuleStart, Project, Stage, State};
use audit::target::Target;
use audit::tree::Memory;

/// The stages of the first program of a tree, each in one line.
fn stages(files: &[(&str, &str)]) -> Vec<String> {
    let project = project(files);
    let (_, program) = project.programs().next().unwrap();
    program.stages.iter().map(shown).collect()
}

/// What a command line comes to in a tree of these files.
fn line(command: &str, files: &[&str]) -> String {
    // A quote, `%` and `;` mean something to supervisord's file, not to the command.
    let config = format!("[program:x]\ncommand={command}\nenvironment=FLASK_APP=wsgi.py\n");
    let mut tree: Vec<(&str, &str)> = files.iter().map(|path| (*path, "")).collect();
    tree.push(("supervisord.conf", &config));
    stages(&tree).join(" + ")
}

fn shown(stage: &Stage) -> String {
    let mut text = match &stage.entry {
        Entry::Script { path, state, .. } => {
            format!("script {path}{}", if *state == State::Present { "" } else { "?" })
        }
        Entry::Module {
            name,
            start,
            runner,
            attribute,
        } => {
            let start = match start {
                ModuleStart::Main => "main".to_owned(),
                ModuleStart::Imported(folder) => format!("from /{folder}"),
                ModuleStart::Installed => "installed".to_owned(),
            };
            let attribute = attribute
                .as_ref()
                .map_or(String::new(), |name| format!(":{name}"));
            let runner = runner
                .as_ref()
                .map_or(String::new(), |name| format!(" by {name}"));
            format!("module {name}{attribute} {start}{runner}")
        }
        Entry::Tool { command } => format!("tool {command}"),
        Entry::Other => "other".to_owned(),
    };
    if !stage.directory.is_empty() {
        text = format!("{text} in {}", stage.directory);
    }
    if !stage.python_path.is_empty() {
        text = format!("{text} with {}", stage.python_path.join(":"));
    }
    if stage.is_isolated {
        text.push_str(" isolated");
    }
    if stage.is_conditional {
        text.push_str(" perhaps");
    }
    text
}

fn project(files: &[(&str, &str)]) -> Project {
    let tree = Memory::new(files.iter().map(|(path, text)| (*path, *text)));
    engine::read(&tree, Target::default(), &|_| false, &Progress::default()).0
}

/// A program's name, directory and stages, in one line each.
fn programs(files: &[(&str, &str)]) -> Vec<String> {
    project(files)
        .programs()
        .map(|(_, program)| {
            let stages: Vec<String> = program.stages.iter().map(shown).collect();
            format!(
                "{} {}: {}",
                program.manager.name(),
                program.name,
                stages.join(" + ")
            )
        })
        .collect()
}
