//! Steps that give files their run bit: `chmod +x scripts/*.sh`, `COPY --chmod=755`.

use super::Project;
use super::scopes::is_development_document;
use crate::document::Document;
use crate::facts::Command;
use crate::formats::Format;

/// What a step makes executable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grant {
    /// A path or a pattern, as written.
    pattern: String,
    /// Whether it is for all that a folder holds.
    is_recursive: bool,
}

/// Whether one of these steps gives a file its run bit. Steps in documentation and tests are none.
pub(super) fn is_granted(grants: &[Grant], path: &str) -> bool {
    grants.iter().any(|grant| grant.is_for(path))
}

/// All steps of the tree that give run bits.
pub(super) fn collect(project: &Project) -> Vec<Grant> {
    let documents = project.documents().map(|(_, document)| document);
    documents
        .filter(|document| !is_development_document(document))
        .flat_map(grants)
        .collect()
}

fn grants(document: &Document) -> Vec<Grant> {
    let facts = &document.facts;
    let programs = facts.programs.iter().flat_map(|program| &program.commands);
    let words =
        |command: &Command| -> Vec<String> { command.words.iter().map(|word| word.text.clone()).collect() };
    let mut found: Vec<Grant> = facts
        .commands
        .iter()
        .chain(programs)
        .filter_map(|command| of_command(&words(command)))
        .flatten()
        .collect();
    for value in facts.values.iter().filter(|value| !value.role.is_prose()) {
        if value.call.as_deref().is_some_and(|call| call.ends_with("chmod")) {
            found.push(Grant::new(&value.text, false));
        }
        // A Dockerfile's RUN, a recipe, a step of a playbook.
        if document.format != Format::Shell && value.text.contains("chmod") {
            for line in value.text.split(['\n', ';', '&', '|']) {
                let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
                found.extend(of_command(&words).into_iter().flatten());
                found.extend(of_copy(&words).into_iter().flatten());
            }
        }
    }
    found
}

/// `chmod` of a command, also behind `sudo`, `find -exec` and `xargs`.
fn of_command(words: &[String]) -> Option<Vec<Grant>> {
    let at = words
        .iter()
        .position(|word| word.rsplit('/').next() == Some("chmod"))?;
    let is_recursive = words[at..]
        .iter()
        .any(|word| word == "--recursive" || (word.starts_with('-') && word.contains('R')));
    let mut operands = words[at + 1..]
        .iter()
        .filter(|word| !word.starts_with('-') || word.len() < 2);
    if !gives_run_bit(operands.next()?) {
        return None;
    }
    if words[..at].iter().any(|word| word == "find" || word == "xargs") {
        let name = words.iter().position(|word| word == "-name");
        let name = name.and_then(|at| words.get(at + 1)).map_or("*", String::as_str);
        return Some(vec![Grant::new(name, false)]);
    }
    let grants = operands.map(|operand| Grant::new(operand, is_recursive));
    Some(grants.collect())
}

/// `COPY --chmod=755 from… to`.
fn of_copy(words: &[String]) -> Option<Vec<Grant>> {
    let mode = words.iter().find_map(|word| word.strip_prefix("--chmod="))?;
    gives_run_bit(mode).then(|| {
        let sources = words.iter().filter(|word| !word.starts_with("--"));
        sources.map(|source| Grant::new(source, true)).collect()
    })
}

/// Whether a mode has the run bit: `+x`, `u+rwx`, `a=rx`, `755`.
fn gives_run_bit(mode: &str) -> bool {
    let digits = mode.trim_start_matches('0');
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits.bytes().rev().take(3).any(|byte| (byte - b'0') % 2 == 1);
    }
    mode.split(',').any(|part| {
        let given = part.split_once(['+', '=']).map_or("", |(_, given)| given);
        given.contains(['x', 'X'])
    })
}

impl Grant {
    fn new(pattern: &str, is_recursive: bool) -> Self {
        let pattern = pattern.trim_matches(['"', '\'', '\\']).trim_end_matches('/');
        Self {
            pattern: pattern.to_owned(),
            is_recursive,
        }
    }

    fn is_for(&self, path: &str) -> bool {
        let mut wanted = self.pattern.rsplit('/');
        let last = wanted.next().unwrap_or("");
        let is_open = |part: &str| part.contains(['$', '`', '{']);
        let mut parts = path.rsplit('/');
        let name = parts.next().unwrap_or(path);
        if self.is_recursive {
            // The folder that the tree is put into has a name of its own.
            let is_whole = matches!(last, "." | "" | "*") || is_open(last) || self.pattern.starts_with('/');
            return is_whole || path.split('/').any(|part| fits(last, part));
        }
        let is_name = if is_open(last) {
            last.rsplit(['}', '`']).next()
        } else {
            Some(last)
        };
        let is_name = is_name.is_some_and(|rest| {
            if is_open(last) {
                rest.starts_with('$') || name.ends_with(rest)
            } else {
                fits(last, name)
            }
        });
        let folder_fits = match (wanted.next(), parts.next()) {
            (Some(folder), Some(own)) if !folder.is_empty() && folder != "." && !is_open(folder) => {
                fits(folder, own)
            }
            _ => true,
        };
        is_name && folder_fits
    }
}

/// Whether a name fits a pattern of `*` and `?`.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut in_name) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while in_name < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, in_name));
                at += 1;
            }
            Some(letter) if *letter == b'?' || *letter == name[in_name] => {
                at += 1;
                in_name += 1;
            }
            _ => {
                let Some((back, taken)) = star else {
                    return false;
                };
                star = Some((back, taken + 1));
                at = back + 1;
                in_name = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_for_the_files_that_they_name() {
        for (line, path, expected) in [
            ("chmod +x run.sh", "run.sh", true),
            ("chmod +x ./run.sh other.sh", "run.sh", true),
            ("sudo chmod 0755 /opt/app/scripts/run.sh", "scripts/run.sh", true),
            ("chmod a+rx scripts/*.sh", "scripts/run.sh", true),
            ("chmod +x scripts/*.sh", "deploy/run.sh", false),
            ("chmod -R 755 /opt/app", "scripts/run.sh", true),
            ("chmod -R u+x scripts", "deploy/run.sh", false),
            ("chmod u=rwx,g=rx $DIR/run.sh", "a/run.sh", true),
            ("chmod +x $script", "a/run.sh", true),
            ("find . -name *.sh -exec chmod +x {} ;", "a/run.sh", true),
            ("find . -name *.py -exec chmod +x {} ;", "a/run.sh", false),
            ("chmod 644 run.sh", "run.sh", false),
            ("chmod 600 .env", ".env", false),
            ("chmod -x run.sh", "run.sh", false),
            ("chmod", "run.sh", false),
        ] {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            let grants = of_command(&words).unwrap_or_default();
            assert_eq!(grants.iter().any(|grant| grant.is_for(path)), expected, "{line}");
        }
    }

    #[test]
    fn patterns_fit_as_a_shell_has_it() {
        for (pattern, name, expected) in [
            ("*.sh", "a.sh", true),
            ("*", "", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("?.sh", "a.sh", true),
            ("", "a", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
