//! `audit init`: an `audit.toml` with what the tree tells of its server, each value with its reason.

use super::args::InitArguments;
use super::{Exit, outputs, scan, tell};
use crate::engine;
use crate::finding::DocumentId;
use crate::project::Project;
use crate::settings::{Settings, Typed};
use crate::source::LineIndex;
use crate::target::Target;
use crate::tree::{Tree, WorkTree};
use regex::Regex;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Programs that are listed.
const PROGRAMS: usize = 40;
/// Bytes of a file that are searched for the name of a release.
const READ: usize = 64 << 10;

/// What a value is, and where it was read.
struct Told {
    value: String,
    why: String,
}

/// Writes `audit.toml` into the folder.
pub(super) fn run(arguments: &InitArguments) -> Result<Exit, String> {
    let root = &arguments.path;
    if !root.is_dir() {
        return Err(format!("{}: there is no such folder", root.display()));
    }
    let file = root.join("audit.toml");
    let has_section = || {
        let text = std::fs::read_to_string(root.join("pyproject.toml")).unwrap_or_default();
        text.contains("[tool.audit")
    };
    if !arguments.force && file.exists() {
        return Err("audit.toml is there already; --force writes over it".to_owned());
    }
    if !arguments.force && has_section() {
        return Err(
            "pyproject.toml has the settings already, and an audit.toml would take their place; --force writes it"
                .to_owned(),
        );
    }
    let settings = Settings::resolve(Typed {
        path: root.clone(),
        no_config: true,
        ..Typed::default()
    })?;
    let text = scan::on_threads(0, || {
        let tree = WorkTree::new(root);
        let release = release(&tree)?;
        let target = match &release {
            Some(told) => Target::of_release(&told.value)?,
            None => settings.target.clone(),
        };
        let is_own = |path: &str| path == "audit.toml" || path.ends_with(scan::BASELINE);
        let progress = engine::Progress::default();
        let (project, _) = engine::read(&tree, target.clone(), &is_own, &progress);
        Ok(render(&project, &target, release.as_ref(), &Kept::of(root)))
    })?;
    outputs::save(&file, &text)?;
    tell(&format!(
        "audit: {} is written; read it over, then run `audit`",
        file.strip_prefix(".").unwrap_or(&file).display()
    ));
    Ok(Exit::Passed)
}

/// What lies in the folder beside the code.
struct Kept {
    has_baseline: bool,
}

impl Kept {
    fn of(root: &Path) -> Self {
        Self {
            has_baseline: root.join(scan::BASELINE).is_file(),
        }
    }
}

/// The release that the tree names most often: its scripts and images, else its texts.
fn release(tree: &dyn Tree) -> Result<Option<Told>, String> {
    let pattern = Regex::new(
        r"(?i)\b(?:(ubuntu|debian)[-:_ ]?(?:linux )?(?:gnu/linux )?v?(\d\d(?:\.04)?)\b|(focal|jammy|noble|bullseye|bookworm|trixie)\b)",
    )
    .map_err(|error| error.to_string())?;
    let is_step = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.ends_with(".sh") || name.starts_with("Dockerfile") || name.starts_with("Vagrantfile")
    };
    let is_text = |path: &str| path.ends_with(".md") || path.ends_with(".txt") || path.ends_with(".yml");
    let files = tree.list().files;
    let kinds: [&dyn Fn(&str) -> bool; 2] = [&is_step, &is_text];
    for is_wanted in kinds {
        let mut named: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for entry in files.iter().filter(|entry| is_wanted(&entry.path)) {
            let bytes = tree.read(&entry.path).unwrap_or_default();
            let text = String::from_utf8_lossy(bytes.get(..READ).unwrap_or(&bytes)).into_owned();
            let lines = LineIndex::new(&text);
            for found in pattern.captures_iter(&text) {
                let word = |at: usize| found.get(at).map(|part| part.as_str().to_lowercase());
                let Some(release) = known(word(1), word(2), word(3).as_deref()) else {
                    continue;
                };
                let at = u32::try_from(found.get(0).map_or(0, |all| all.start())).unwrap_or(0);
                let place = format!("{}:{}", entry.path, lines.position(&text, at).line);
                let (count, _) = named.entry(release).or_insert((0, place));
                *count += 1;
            }
        }
        let most = named
            .into_iter()
            .max_by(|left, right| (left.1.0).cmp(&right.1.0).then(right.0.cmp(&left.0)));
        if let Some((value, (_, place))) = most {
            let why = format!("named in {place}");
            return Ok(Some(Told { value, why }));
        }
    }
    Ok(None)
}

/// The name of a release that knowledge has a row of.
fn known(system: Option<String>, number: Option<String>, code: Option<&str>) -> Option<String> {
    let name = match (system, number, code) {
        (Some(system), Some(number), _) => format!("{system}-{number}"),
        (_, _, Some("focal")) => "ubuntu-20.04".to_owned(),
        (_, _, Some("jammy")) => "ubuntu-22.04".to_owned(),
        (_, _, Some("noble")) => "ubuntu-24.04".to_owned(),
        (_, _, Some("bullseye")) => "debian-11".to_owned(),
        (_, _, Some("bookworm")) => "debian-12".to_owned(),
        (_, _, Some("trixie")) => "debian-13".to_owned(),
        _ => return None,
    };
    Target::of_release(&name).is_ok().then_some(name)
}

/// The file.
fn render(project: &Project, target: &Target, release: Option<&Told>, kept: &Kept) -> String {
    let mut out = String::from(
        "# Settings of audit. Every key may be left out; docs/configuration.md of audit has them all.\n\n",
    );
    setting(
        &mut out,
        "The release that the server runs",
        "target",
        release,
        &target.os,
    );
    let python = (project.target.python != target.python).then(|| Told {
        value: project.target.python.to_string(),
        why: "the tree's scripts or images run it".to_owned(),
    });
    let own = target.python.to_string();
    setting(
        &mut out,
        "The server's Python, where it is not the release's own",
        "python",
        python.as_ref(),
        &own,
    );
    let root = root(project);
    setting(
        &mut out,
        "Where the tree will stand on the server",
        "root",
        root.as_ref(),
        "/opt/app",
    );
    let user = most(project, |program| {
        program.user.as_ref().map(|user| user.value.clone())
    });
    setting(&mut out, "Whom the programs run as", "user", user.as_ref(), "app");
    out.push_str(
        "# What the gate lets through: with \"blocker\" everything but blockers. A score may be asked for, too.\n\
         fail-on = \"blocker\"\n# min-score = 70\n\n",
    );
    if kept.has_baseline {
        let _ = write!(
            out,
            "# Findings that are known already.\nbaseline = \"{}\"\n\n",
            scan::BASELINE
        );
    } else {
        out.push_str(
            "# Findings that are known already; `audit baseline` writes the file.\n\
             # baseline = \"audit-baseline.json\"\n\n",
        );
    }
    out.push_str(
        "# Files whose findings do not count, and rules that do not.\n# exclude = [\"notebooks/**\"]\n# ignore = []\n\n",
    );
    out.push_str(&programs(project));
    out
}

/// A key with its reason, or as a comment with an example.
fn setting(out: &mut String, what: &str, key: &str, told: Option<&Told>, example: &str) {
    let _ = match told {
        Some(told) => {
            let value = quoted(&told.value);
            writeln!(out, "# {what}: {}.\n{key} = {value}\n", comment(&told.why))
        }
        None => writeln!(out, "# {what}.\n# {key} = {}\n", quoted(example)),
    };
}

/// The folder below which programs name files of the tree.
fn root(project: &Project) -> Option<Told> {
    most(project, |program| {
        let words = program.commands.iter().flat_map(|command| &command.words);
        let paths = words.map(|word| word.text.as_str());
        let directory = program
            .directory
            .as_ref()
            .map(|directory| directory.value.as_str());
        let in_tree = |path: &str| {
            let inside = project.paths.suffix_in_tree(path)?;
            let root = path.strip_suffix(inside)?.trim_end_matches('/');
            (!root.is_empty()).then(|| root.to_owned())
        };
        let of_files = paths.filter(|path| path.starts_with('/')).find_map(in_tree);
        // A folder that is no part of the tree is the tree's own place.
        let root = of_files.or_else(|| directory.map(str::to_owned))?;
        let is_servers = ["/opt/", "/srv/", "/var/", "/home/", "/app", "/usr/"]
            .iter()
            .any(|folder| root.starts_with(folder));
        is_servers.then_some(root)
    })
}

/// What most programs on the server say, those in containers aside.
fn most(project: &Project, said: impl Fn(&crate::facts::Program) -> Option<String>) -> Option<Told> {
    let mut values: BTreeMap<String, (usize, DocumentId, String)> = BTreeMap::new();
    for (id, view) in project.programs() {
        let Some((document, program)) = project.definition(id) else {
            continue;
        };
        if let Some(value) = said(program).filter(|_| !view.in_container) {
            let (count, ..) = values
                .entry(value)
                .or_insert((0, document, view.definition.clone()));
            *count += 1;
        }
    }
    let best = values
        .into_iter()
        .max_by(|left, right| left.1.0.cmp(&right.1.0).then(right.0.cmp(&left.0)));
    let (value, (_, document, name)) = best?;
    // A unit that a script writes is told by the script.
    let place = project.in_file(project.start_of(document));
    let path = &project.document(place.document)?.path;
    Some(Told {
        value,
        why: format!("{name} in {path} says so"),
    })
}

fn programs(project: &Project) -> String {
    let all: Vec<_> = project.programs().collect();
    let mut out = String::new();
    if all.is_empty() {
        out.push_str(
            "# No program was found. Declare here what the server starts:\n\
             # [[program]]\n# name = \"worker\"\n# command = \"python3 -m app.worker\"\n# directory = \".\"\n",
        );
        return out;
    }
    let _ = writeln!(out, "# Programs that were found ({}):", all.len());
    for (_, program) in all.iter().take(PROGRAMS) {
        let place = project.in_file(program.place);
        let path = project
            .document(place.document)
            .map_or("", |document| document.path.as_str());
        let _ = writeln!(
            out,
            "#   {} ({}, {})",
            comment(&program.name),
            program.manager.name(),
            comment(path)
        );
    }
    if all.len() > PROGRAMS {
        let _ = writeln!(out, "#   and {} more", all.len() - PROGRAMS);
    }
    out.push_str("# What else the server starts is declared with [[program]]: name, command, directory.\n");
    out
}

/// A text that stays in its comment.
fn comment(text: &str) -> String {
    text.replace(|character: char| character.is_control(), " ")
}

/// A text as TOML has it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Memory;

    #[test]
    fn the_release_is_read_from_scripts_before_texts() {
        let of = |files: &[(&str, &str)]| {
            let tree = Memory::new(files.iter().copied());
            let told = release(&tree).unwrap();
            told.map(|told| format!("{} {}", told.value, told.why))
        };
        let both = [("README.md", "Ubuntu 24.04"), ("setup.sh", "\n# for Debian 12\n")];
        assert_eq!(of(&both).as_deref(), Some("debian-12 named in setup.sh:2"));
        let text = [("README.md", "for Ubuntu 24.04 LTS, or noble; not jammy")];
        assert_eq!(of(&text).as_deref(), Some("ubuntu-24.04 named in README.md:1"));
        assert_eq!(of(&[("README.md", "Ubuntu 7.10, Debian 99")]), None);
    }
}
