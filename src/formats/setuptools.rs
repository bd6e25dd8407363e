//! `setup.cfg`, and what it shares with `setup.py`: requirements and commands of a project that setuptools builds.
//!
//! setuptools reads the file with `configparser` ("Configuring setuptools using setup.cfg files"): a line that is
//! indented goes on with the value, `#` and `;` begin a comment only at the start of a line.

use super::{plain, requirements};
use crate::facts::{ConsoleScript, Facts, Origin, Problem, ProblemKind};
use crate::source::Span;

/// The facts of a `setup.cfg`.
pub(super) fn extract(path: &str, text: &str) -> Facts {
    let mut facts = plain::extract(path, text);
    for line in items(text) {
        match (line.section.as_str(), line.key.as_str()) {
            ("options", "install_requires") => requirement(line.text, line.span, Origin::Main, &mut facts),
            ("options", "setup_requires") => {
                requirement(line.text, line.span, group("build-system"), &mut facts);
            }
            ("options", "tests_require") => requirement(line.text, line.span, group("test"), &mut facts),
            ("options.extras_require", extra) => {
                requirement(line.text, line.span, group(extra), &mut facts);
            }
            ("options.entry_points", "console_scripts" | "gui_scripts") => {
                facts.console_scripts.extend(command(line.text, line.span));
            }
            _ => {}
        }
    }
    facts
}

pub(super) fn group(name: &str) -> Origin {
    Origin::Group(name.to_owned())
}

/// Takes one PEP 508 text.
pub(super) fn requirement(text: &str, span: Span, origin: Origin, facts: &mut Facts) {
    // `file: requirements.txt` stands for what another file says; `%(name)s` is put in by configparser.
    if text.starts_with("file:") || text.contains("%(") {
        return;
    }
    match requirements::parse(text, span, origin) {
        Ok(requirement) => facts.requirements.push(requirement),
        Err(message) => facts.problems.push(Problem {
            kind: ProblemKind::Syntax,
            message,
            span,
        }),
    }
}

/// `serve = package.module:main [extra]`, a line of `console_scripts`.
pub(super) fn command(text: &str, span: Span) -> Option<ConsoleScript> {
    let (name, reference) = text.split_once('=')?;
    script(name.trim(), reference, span)
}

/// A command and what it refers to (entry points specification).
pub(super) fn script(name: &str, reference: &str, span: Span) -> Option<ConsoleScript> {
    let reference = reference.split('[').next()?.trim();
    let (module, attribute) = reference.split_once(':').unwrap_or((reference, ""));
    if name.is_empty() || module.trim().is_empty() || module.contains('/') {
        return None;
    }
    Some(ConsoleScript {
        name: name.to_owned(),
        module: module.trim().to_owned(),
        attribute: attribute.trim().to_owned(),
        span,
    })
}

/// One item of a value that is a list.
struct Item<'a> {
    section: String,
    key: String,
    text: &'a str,
    span: Span,
}

/// The items of all values: lines, or what stands between `;` in a value of one line.
fn items(text: &str) -> Vec<Item<'_>> {
    let mut found: Vec<Item<'_>> = Vec::new();
    let (mut section, mut key) = (String::new(), String::new());
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim();
        if body.is_empty() || body.starts_with(['#', ';']) {
            continue;
        }
        let is_indented = line.starts_with([' ', '\t']);
        let value = if is_indented && !key.is_empty() {
            body
        } else if let Some(name) = body.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.trim().clone_into(&mut section);
            key = String::new();
            continue;
        } else if let Some(equals) = body.find(['=', ':']) {
            key = body[..equals].trim().to_lowercase();
            body[equals + 1..].trim()
        } else {
            continue;
        };
        // In a value of one line `;` stands between items, and not before a marker.
        let goes_on = text[at..].starts_with([' ', '\t']);
        let is_one_line = !is_indented && !goes_on && section != "options.entry_points";
        let from = start + line.find(value).unwrap_or(0);
        let parts = value.split(|letter| is_one_line && letter == ';');
        let mut offset = from;
        for part in parts {
            let lead = part.len() - part.trim_start().len();
            let begin = offset + lead;
            offset += part.len() + 1;
            let part = part.trim();
            if !part.is_empty() {
                found.push(Item {
                    section: section.clone(),
                    key: key.clone(),
                    text: part,
                    span: Span::new(begin, begin + part.len()),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[metadata]\nname = shop\n[options]\npackage_dir =\n    = src\ninstall_requires =\n    requests>=2\n\
                        # not this\n    numpy; python_version < '3.12'\nsetup_requires = wheel; cython\n\
                        [options.extras_require]\nplot = matplotlib\nlive = a; python_version < '3.9'\n    b\n[options.entry_points]\nconsole_scripts =\n    \
                        serve = shop.cli:main\n    show=shop.ui : go [gui]\n";

    #[test]
    fn requirements_and_commands_are_read() {
        let facts = extract("setup.cfg", TEXT);
        assert!(facts.problems.is_empty(), "{:?}", facts.problems);
        let found: Vec<_> = facts
            .requirements
            .iter()
            .map(|found| (found.name.as_str(), found.span.text(TEXT), found.origin.clone()))
            .collect();
        assert_eq!(
            found,
            [
                ("requests", "requests>=2", Origin::Main),
                ("numpy", "numpy; python_version < '3.12'", Origin::Main),
                ("wheel", "wheel", group("build-system")),
                ("cython", "cython", group("build-system")),
                ("matplotlib", "matplotlib", group("plot")),
                ("a", "a; python_version < '3.9'", group("live")),
                ("b", "b", group("live")),
            ]
        );
        let scripts: Vec<_> = facts
            .console_scripts
            .iter()
            .map(|script| {
                (
                    script.name.as_str(),
                    script.module.as_str(),
                    script.attribute.as_str(),
                )
            })
            .collect();
        assert_eq!(
            scripts,
            [("serve", "shop.cli", "main"), ("show", "shop.ui", "go")]
        );
    }

    #[test]
    fn hostile_texts_end_well() {
        for text in [
            "",
            "[",
            "[options]\ninstall_requires",
            "[options]\ninstall_requires = ;;é;\n",
            "[options]\ninstall_requires =\n\tfile: x\n%(a)s\n",
            "  x\n[options\n=\n:",
        ] {
            extract("setup.cfg", text);
        }
    }
}
