//! Files of the tree that something runs: by a program's definition, a script, or code.

use super::Project;
use super::modules::folder_of;
use super::paths::resolve;
use super::programs::{How, is_of_system, run_file};
use crate::document::Document;
use crate::facts::{Command, Reach};
use crate::finding::{Confidence, DocumentId, Effect, Place, ProgramId};
use crate::formats::Format;
use std::collections::BTreeMap;

/// One place where a file of the tree is run.
#[derive(Debug, Clone)]
pub struct Execution {
    /// The file.
    pub document: DocumentId,
    /// Its path as written.
    pub written: String,
    /// Where.
    pub place: Place,
    /// Who runs it.
    pub how: How,
    /// The programs that it belongs to.
    pub programs: Vec<ProgramId>,
    /// What becomes of them when it fails.
    pub effect: Effect,
    /// Whether it is that file.
    pub confidence: Confidence,
    /// The program whose definition this is, where it is one.
    pub starts: Option<ProgramId>,
}

impl Execution {
    /// Whether the file is run by its name, and so needs its run bit and its first line.
    pub fn is_direct(&self) -> bool {
        !matches!(self.how, How::Given(_))
    }
}

/// Every place where a file of the tree is run: by file, then in the order of programs and documents.
pub(super) fn collect(project: &Project) -> Vec<Execution> {
    let files: BTreeMap<&str, DocumentId> = project
        .documents()
        .filter(|(_, document)| document.host.is_none())
        .map(|(id, document)| (document.path.as_str(), id))
        .collect();
    let mut runs = Vec::new();
    for (id, program) in project.programs() {
        for launch in &program.launches {
            let Some(document) = files.get(launch.path.as_str()) else {
                continue;
            };
            runs.push(Execution {
                document: *document,
                written: launch.written.clone(),
                place: launch.place,
                how: launch.how.clone(),
                programs: vec![id],
                effect: Effect::Start,
                confidence: if launch.is_sure {
                    Confidence::Certain
                } else {
                    Confidence::Likely
                },
                starts: Some(id),
            });
        }
    }
    for (id, document) in project.documents() {
        // Heroku runs these, in an image of its own.
        if matches!(document.path.as_str(), "bin/pre_compile" | "bin/post_compile") {
            continue;
        }
        let by_name = match document.format {
            // The commands of a Makefile and of `package.json` are for a shell too.
            Format::Shell | Format::Plain | Format::Json => How::Shell,
            Format::Python => How::Exec,
            _ => continue,
        };
        for command in &document.facts.commands {
            runs.extend(run(project, &files, id, document, command, &by_name));
        }
    }
    runs.sort_by_key(|run| run.document);
    runs
}

/// What a command of a script or of code runs.
fn run(
    project: &Project,
    files: &BTreeMap<&str, DocumentId>,
    id: DocumentId,
    document: &Document,
    command: &Command,
    by_name: &How,
) -> Option<Execution> {
    if command.reach != Reach::Always {
        return None;
    }
    let words: Vec<String> = command.words.iter().map(|word| word.text.clone()).collect();
    let (written, how) = run_file(&words, by_name)?;
    // A single text may be for a shell, and may not: `subprocess.run(text)`, `os.system(text)`.
    let is_text = command.words.windows(2).all(|pair| pair[0].span == pair[1].span);
    let how = match how {
        How::Exec if is_text => How::Shell,
        how => how,
    };
    let written = if document.format == Format::Python {
        pieces(&written)
    } else {
        written
    };
    let (path, is_sure) = locate(document, command, &written, |path| project.paths.has_file(path))?;
    let is_step = document.format == Format::Shell && !command.is_conditional && !command.background;
    Some(Execution {
        document: *files.get(path.as_str())?,
        written,
        place: Place {
            document: id,
            span: command.span,
        },
        how,
        programs: project.programs_reaching(id),
        effect: if is_step { Effect::Start } else { Effect::Use },
        confidence: if is_sure {
            Confidence::Certain
        } else {
            Confidence::Likely
        },
        starts: None,
    })
}

/// The file that a path of a script means, and whether it is sure to be that one.
fn locate(
    document: &Document,
    command: &Command,
    written: &str,
    has: impl Fn(&str) -> bool,
) -> Option<(String, bool)> {
    let own = folder_of(&document.path);
    let at = |folder: &str, path: &str| resolve(folder, path).filter(|path| has(path));
    if written.starts_with('/') {
        if is_of_system(written) {
            return None;
        }
        let mut rest = written;
        while let Some((_, behind)) = rest.split_once('/') {
            if !behind.is_empty() && has(behind) {
                return Some((behind.to_owned(), false));
            }
            rest = behind;
        }
        return None;
    }
    let (rest, is_plain) = match written.strip_prefix(['$', '`', '{', '~']) {
        Some(_) => (behind_expansion(written)?, false),
        None => (written, true),
    };
    if rest.contains(['$', '`', '*']) {
        return None;
    }
    if let Some(folder) = command.known_folder().filter(|_| is_plain) {
        let from_root = resolve("", folder).and_then(|folder| at(&folder, rest));
        return from_root
            .or_else(|| resolve(own, folder).and_then(|folder| at(&folder, rest)))
            .map(|path| (path, true));
    }
    match (at("", rest), at(own, rest)) {
        (Some(one), Some(other)) if one != other => None,
        (one, other) => one
            .or(other)
            .map(|path| (path, is_plain && command.folder.is_none())),
    }
}

/// What stands behind the expansion that a path begins with: `x.sh` of `$DIR/x.sh` and `"$(pwd)"/x.sh`.
fn behind_expansion(written: &str) -> Option<&str> {
    let end = written.rfind([')', '}', '`']).map_or(0, |at| at + 1);
    let (_, rest) = written.get(end..)?.split_once('/')?;
    Some(rest).filter(|rest| !rest.is_empty())
}

/// A path that Python code puts together, from its quoted pieces: `str(BASE / "scripts" / "x.sh")`.
fn pieces(source: &str) -> String {
    if !source.contains(['"', '\'']) {
        return source.to_owned();
    }
    let quoted: Vec<&str> = source.split(['"', '\'']).skip(1).step_by(2).collect();
    quoted.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_behind_expansions_are_seen() {
        for (written, expected) in [
            ("$DIR/x.sh", Some("x.sh")),
            ("${DIR}/a/x.sh", Some("a/x.sh")),
            ("$(cd \"$(dirname \"$0\")\" && pwd)/x.sh", Some("x.sh")),
            ("~/app/x.sh", Some("app/x.sh")),
            ("$SCRIPT", None),
            ("$DIR/", None),
        ] {
            assert_eq!(behind_expansion(written), expected, "{written}");
        }
        assert_eq!(pieces("str(BASE / \"scripts\" / 'x.sh')"), "scripts/x.sh");
        assert_eq!(pieces("./x.sh"), "./x.sh");
    }
}
