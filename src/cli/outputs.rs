//! Which reports are wanted, and where each goes.

use super::args::{AuditArguments, Form};
use super::{print, printed, screen};
use crate::report::terminal::Look;
use crate::report::{self, Report};
use clap::ArgMatches;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A report that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) form: Form,
    /// The file; stdout when there is none.
    file: Option<PathBuf>,
}

impl Output {
    /// Whether the form shows lines of the files, or counts the bytes in them.
    pub(super) fn has_excerpts(&self) -> bool {
        matches!(self.form, Form::Terminal | Form::Html | Form::Rdjson)
    }
}

/// What was typed, in its order.
enum Word {
    Form(Form),
    File(PathBuf),
}

/// The reports that were asked for: each form takes the file behind it.
pub(super) fn wanted(typed: &ArgMatches) -> Result<Vec<Output>, String> {
    let mut words: Vec<(usize, Word)> = Vec::new();
    let mut add = |id: &str, each: Vec<Word>| {
        let places = typed.indices_of(id).into_iter().flatten();
        words.extend(places.zip(each));
    };
    let forms = typed.get_many::<Form>("format").into_iter().flatten();
    add("format", forms.copied().map(Word::Form).collect());
    let files = typed.get_many::<PathBuf>("output").into_iter().flatten();
    add("output", files.cloned().map(Word::File).collect());
    if typed.get_flag("score") {
        add("score", vec![Word::Form(Form::Score)]);
    }
    if typed.get_flag("explain_score") {
        add("explain_score", vec![Word::Form(Form::Points)]);
    }
    words.sort_by_key(|(at, _)| *at);
    paired(words.into_iter().map(|(_, word)| word).collect())
}

fn paired(words: Vec<Word>) -> Result<Vec<Output>, String> {
    let mut outputs: Vec<Output> = Vec::new();
    let mut early = None;
    for word in words {
        match word {
            Word::Form(form) => outputs.push(Output { form, file: None }),
            Word::File(file) => match outputs.last_mut() {
                Some(last) if last.file.is_none() => last.file = Some(file),
                None if early.is_none() => early = Some(file),
                _ => {
                    return Err(format!(
                        "--output {} has no --format of its own: each takes the one before it",
                        file.display()
                    ));
                }
            },
        }
    }
    // With one form the order does not matter.
    match (early, &mut outputs[..]) {
        (None, _) => {}
        (early, []) => outputs.push(Output {
            form: Form::Terminal,
            file: early,
        }),
        (early, [only]) if only.file.is_none() => only.file = early,
        (Some(file), _) => {
            return Err(format!(
                "--output {} stands before the forms; write it behind its --format",
                file.display()
            ));
        }
    }
    if outputs.is_empty() {
        outputs.push(Output {
            form: Form::Terminal,
            file: None,
        });
    }
    for output in &mut outputs {
        output.file = output.file.take().filter(|file| file.as_os_str() != "-");
    }
    if outputs.iter().filter(|output| output.file.is_none()).count() > 1 {
        return Err("only one report can go to stdout; give the others an --output FILE each".to_owned());
    }
    let mut files = BTreeSet::new();
    let twice = outputs
        .iter()
        .filter_map(|output| output.file.as_ref())
        .find(|file| !files.insert(*file));
    match twice {
        Some(file) => Err(format!("two reports would go to {}", file.display())),
        None => Ok(outputs),
    }
}

/// The files that reports go to.
pub(super) fn files(wanted: &[Output]) -> impl Iterator<Item = &Path> {
    wanted.iter().filter_map(|output| output.file.as_deref())
}

/// The files that are written into the audited folder, as its paths.
pub(super) fn inside<'a>(root: &Path, files: impl Iterator<Item = &'a Path>) -> Vec<String> {
    let Ok(root) = root.canonicalize() else {
        return Vec::new();
    };
    files
        .filter_map(|file| {
            let folder = folder_of(file).canonicalize().ok()?;
            let path = folder.join(file.file_name()?);
            Some(path.strip_prefix(&root).ok()?.to_string_lossy().into_owned())
        })
        .collect()
}

/// Writes all reports: none of them when one cannot be made.
pub(super) fn write(report: &Report, wanted: &[Output], arguments: &AuditArguments) -> Result<(), String> {
    if let [
        Output {
            form: Form::Json,
            file: None,
        },
    ] = wanted
    {
        return printed(|stdout| report::json::write(report, stdout));
    }
    let mut texts = Vec::with_capacity(wanted.len());
    for output in wanted {
        texts.push(render(report, output, arguments)?);
    }
    for (output, text) in wanted.iter().zip(&texts) {
        if let Some(file) = &output.file {
            save(file, text)?;
        }
    }
    let to_stdout = wanted
        .iter()
        .zip(&texts)
        .find(|(output, _)| output.file.is_none());
    to_stdout.map_or(Ok(()), |(_, text)| print(text))
}

fn render(report: &Report, output: &Output, arguments: &AuditArguments) -> Result<String, String> {
    let with_info = arguments.verbose;
    match output.form {
        Form::Terminal => {
            let is_file = output.file.is_some();
            let look = Look {
                palette: screen::palette(arguments.color, is_file),
                width: screen::width(is_file),
                is_verbose: with_info,
            };
            Ok(report::terminal::render(report, look))
        }
        Form::Score => Ok(report::score::render(report) + "\n"),
        Form::Points => Ok(report::points::render(report)),
        Form::Json => report::json::render(report),
        Form::Jsonl => report::jsonl::render(report),
        Form::Markdown => Ok(report::markdown::render(report, with_info)),
        Form::Html => report::html::render(report, with_info),
        Form::Sarif => report::sarif::render(report, with_info),
        Form::Github => Ok(report::github::render(report, with_info)),
        Form::Gitlab => report::gitlab::render(report, with_info),
        Form::Junit => Ok(report::junit::render(report, with_info)),
        Form::Rdjson => report::rdjson::render(report, with_info),
        Form::Concise => Ok(report::concise::render(report, with_info)),
        Form::BadgeJson => report::badge::json(report),
        Form::BadgeSvg => Ok(report::badge::svg(report)),
    }
}

/// Writes a file as a whole: whoever reads it sees the old text or the new one. What is no file (a pipe, a
/// device) is written as it stands.
pub(super) fn save(file: &Path, text: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{} cannot be written: {error}", file.display());
    // A link stays a link.
    let real = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
    let known = std::fs::metadata(&real).ok();
    if known.as_ref().is_some_and(|known| !known.is_file()) {
        if real.is_dir() {
            return Err(format!("{} is a folder; name the file", file.display()));
        }
        let mut device = std::fs::OpenOptions::new()
            .write(true)
            .open(&real)
            .map_err(failed)?;
        return device.write_all(text.as_bytes()).map_err(failed);
    }
    let folder = folder_of(&real);
    if !folder.is_dir() {
        return Err(format!(
            "{} cannot be written: there is no folder {}",
            file.display(),
            folder.display()
        ));
    }
    // The file that is replaced keeps its rights; a new one gets what the umask leaves.
    let rights = known.map_or_else(
        || std::fs::Permissions::from_mode(0o666),
        |known| known.permissions(),
    );
    let mut beside = tempfile::Builder::new()
        .prefix(".audit-")
        .permissions(rights)
        .tempfile_in(folder)
        .map_err(failed)?;
    beside.write_all(text.as_bytes()).map_err(failed)?;
    beside.persist(&real).map_err(|error| failed(error.error))?;
    Ok(())
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(words: &[&str]) -> Result<Vec<(Form, Option<String>)>, String> {
        let words = words.iter().map(|word| match *word {
            "json" => Word::Form(Form::Json),
            "sarif" => Word::Form(Form::Sarif),
            "score" => Word::Form(Form::Score),
            file => Word::File(file.into()),
        });
        let outputs = paired(words.collect())?.into_iter();
        let shown = |file: PathBuf| file.display().to_string();
        Ok(outputs
            .map(|output| (output.form, output.file.map(shown)))
            .collect())
    }

    #[test]
    fn each_form_takes_the_file_behind_it() {
        let file = |name: &str| Some(name.to_owned());
        assert_eq!(pairs(&[]), Ok(vec![(Form::Terminal, None)]));
        assert_eq!(pairs(&["a"]), Ok(vec![(Form::Terminal, file("a"))]));
        assert_eq!(pairs(&["a", "json"]), Ok(vec![(Form::Json, file("a"))]));
        assert_eq!(pairs(&["json", "-"]), Ok(vec![(Form::Json, None)]));
        assert_eq!(
            pairs(&["sarif", "a", "score", "json", "b"]),
            Ok(vec![
                (Form::Sarif, file("a")),
                (Form::Score, None),
                (Form::Json, file("b"))
            ])
        );
        for wrong in [
            &["json", "sarif"][..],
            &["json", "a", "b"],
            &["json", "a", "sarif", "a"],
            &["a", "json", "sarif", "b"],
        ] {
            assert!(pairs(wrong).is_err(), "{wrong:?}");
        }
    }
}
