//! `pip install …` on a command line: what it has installed.

use super::requirements;
use crate::facts::{Facts, Origin, PathUse, Purpose, Requirement, Word};
use crate::source::Span;
use pep508_rs::{ExtraName, Requirement as Parsed, VerbatimUrl, VersionOrUrl};
use std::str::FromStr;

/// Options of `pip install` and `uv pip install` that take the next word as their value (`--help` of pip 24
/// and uv 0.9).
const WITH_VALUE: [&str; 37] = [
    "-w",
    "--wheel-dir",
    "--index-strategy",
    "--python-preference",
    "--link-mode",
    "--resolution",
    "--prerelease",
    "--keyring-provider",
    "--index",
    "--default-index",
    "--config-settings",
    "--report",
    "--progress-bar",
    "-c",
    "--constraint",
    "-t",
    "--target",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--platform",
    "--python-version",
    "--implementation",
    "--abi",
    "--root",
    "--prefix",
    "--src",
    "--no-binary",
    "--only-binary",
    "--python",
    "-p",
    "--trusted-host",
    "--timeout",
    "--retries",
    "--cache-dir",
];

/// Adds to `facts` what the words of one command have pip install; other commands add nothing.
pub(super) fn read(words: &[Word], facts: &mut Facts) {
    if let Some((script, is_editable)) = set_up(words) {
        installs(script, ".", is_editable, facts);
    }
    let Some(arguments) = install_arguments(words) else {
        return;
    };
    let mut arguments = arguments.iter();
    while let Some(word) = arguments.next() {
        let text = word.text.as_str();
        if matches!(text, "-r" | "--requirement" | "--requirements") {
            if let Some(file) = arguments.next() {
                reads(file, &file.text, file.span, facts);
            }
        } else if let Some(file) = text.strip_prefix("--requirement=") {
            reads(word, file, word.span, facts);
        } else if text.starts_with("-r") && !text.starts_with("--") && text.len() > 2 {
            reads(word, &text[2..], word.span, facts);
        } else if matches!(text, "-e" | "--editable") {
            if let Some(folder) = arguments.next() {
                installs(folder, &folder.text, true, facts);
            }
        } else if let Some(folder) = text.strip_prefix("--editable=") {
            installs(word, folder, true, facts);
        } else if WITH_VALUE.contains(&text) {
            arguments.next();
        } else if !text.starts_with('-') && requirements::is_place(text) {
            installs(word, text, false, facts);
        } else if !text.starts_with('-') && word.is_literal {
            facts.requirements.extend(parse(text, word.span, Origin::Command));
        }
    }
}

/// The script of `python setup.py develop` and `install`, and whether the modules stay where they are.
fn set_up(words: &[Word]) -> Option<(&Word, bool)> {
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let is_python = text(0)
        .rsplit('/')
        .next()
        .is_some_and(|name| name.starts_with("python"));
    if !is_python || text(1) != "setup.py" {
        return None;
    }
    let script = words.get(1)?;
    match text(2) {
        "develop" => Some((script, true)),
        "install" => Some((script, false)),
        _ => None,
    }
}

/// The words behind `pip install`, `python -m pip install` or `uv pip install`.
fn install_arguments(words: &[Word]) -> Option<&[Word]> {
    let name = |word: &Word| word.text.rsplit('/').next().unwrap_or("").to_owned();
    let first = words.first()?;
    let is_pip = |text: &str| {
        text.strip_prefix("pip").is_some_and(|version| {
            version
                .chars()
                .all(|character| character.is_ascii_digit() || character == '.')
        })
    };
    let mut at = if is_pip(&name(first)) {
        1
    } else if name(first).starts_with("python") || name(first) == "py" {
        let module = words.iter().take(6).position(|word| word.text == "-m")?;
        words.get(module + 1).filter(|word| word.text == "pip")?;
        module + 2
    } else if name(first) == "uv" && words.get(1)?.text == "pip" {
        2
    } else {
        return None;
    };
    while words.get(at).is_some_and(|word| word.text.starts_with('-')) {
        at += 1;
    }
    // Wheels are made in one stage of an image, and installed in the next.
    matches!(words.get(at)?.text.as_str(), "install" | "wheel")
        .then(|| words.get(at + 1..).unwrap_or_default())
}

fn installs(word: &Word, path: &str, is_editable: bool, facts: &mut Facts) {
    let install = requirements::folder(path, is_editable, word.span).filter(|_| word.is_literal);
    facts.local_installs.extend(install);
}

fn reads(word: &Word, path: &str, span: Span, facts: &mut Facts) {
    if word.is_literal && !path.is_empty() {
        facts.paths.push(PathUse {
            path: path.to_owned(),
            span,
            purpose: Purpose::Reads,
        });
    }
}

/// The requirement that `text` states (PEP 508); a path, an archive or a slip of the pen states none.
fn parse(text: &str, span: Span, origin: Origin) -> Option<Requirement> {
    // A name with a slash is a path to pip.
    if text.starts_with('.') || (text.contains('/') && !text.contains('@')) {
        return None;
    }
    let parsed = Parsed::<VerbatimUrl>::from_str(text).ok()?;
    let specifiers = match &parsed.version_or_url {
        Some(VersionOrUrl::VersionSpecifier(specifiers)) => specifiers.to_string(),
        Some(VersionOrUrl::Url(_)) | None => String::new(),
    };
    let head = text
        .split(['<', '>', '=', '!', '~', '[', ';', '@', ' ', '('])
        .next();
    Some(Requirement {
        name: head.unwrap_or(text).trim().to_owned(),
        specifiers,
        marker: text.split_once(';').map(|(_, marker)| marker.trim().to_owned()),
        extras: parsed.extras.iter().map(ExtraName::to_string).collect(),
        span,
        origin,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installed(line: &str) -> Facts {
        let words: Vec<Word> = line
            .split(' ')
            .map(|text| Word {
                text: text.to_owned(),
                span: Span::new(0, 0),
                is_literal: !text.contains('$'),
            })
            .collect();
        let mut facts = Facts::default();
        read(&words, &mut facts);
        facts
    }

    #[test]
    fn every_way_to_call_pip_is_known() {
        for start in [
            "pip install",
            "venv/bin/pip3 install -q",
            "python3 -m pip install",
            "uv pip install",
            "pip3.10 --no-cache-dir install",
        ] {
            let facts = installed(&format!("{start} a b[c]==1.0"));
            let names: Vec<_> = facts
                .requirements
                .iter()
                .map(|requirement| (requirement.name.as_str(), requirement.specifiers.as_str()))
                .collect();
            assert_eq!(names, [("a", ""), ("b", "==1.0")], "{start}");
            assert_eq!(facts.requirements[1].extras, ["c"]);
        }
        assert!(installed("pipx install a").requirements.is_empty());
        assert!(installed("pip uninstall a").requirements.is_empty());
    }

    #[test]
    fn options_files_and_paths_are_no_requirements() {
        let facts = installed("pip install -r req.txt -i https://x/y --target lib . ./pkg $X -e src good");
        assert_eq!(facts.requirements.len(), 1);
        assert_eq!(facts.requirements[0].name, "good");
        assert_eq!(facts.paths.len(), 1);
        assert_eq!(facts.paths[0].path, "req.txt");
        let folders: Vec<_> = facts
            .local_installs
            .iter()
            .map(|install| install.folder.as_str())
            .collect();
        assert_eq!(folders, [".", "./pkg", "src"]);
        assert_eq!(
            installed("pip install -e .[dev] git+https://h/x.git ./x.whl")
                .local_installs
                .len(),
            1
        );
    }
}
