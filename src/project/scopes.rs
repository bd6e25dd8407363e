//! Who runs each file: by what reaches it first, by folder and name second.

use crate::document::Document;
use crate::facts::Manager;
use crate::finding::{ProgramId, Scope};
use crate::formats::Format;

/// Folders whose files nobody runs on a server, unless a program reaches them.
const DEVELOPMENT: [&str; 39] = [
    "test",
    "tests",
    "testing",
    "doc",
    "docs",
    "example",
    "examples",
    "sample",
    "samples",
    "archive",
    "archived",
    "archives",
    "old",
    "backup",
    "backups",
    "legacy",
    "deprecated",
    "attic",
    "notebooks",
    "notebook",
    "benchmarks",
    "benches",
    ".github",
    ".vscode",
    ".idea",
    ".devcontainer",
    ".agent",
    ".agents",
    ".claude",
    ".codex",
    ".cursor",
    ".gemini",
    ".windsurf",
    "fixtures",
    "__tests__",
    "__mocks__",
    ".circleci",
    ".gitlab",
    ".husky",
];
/// Configurations of what builds and checks the tree elsewhere, or makes its documentation.
const WORKSHOP: [&str; 10] = [
    ".gitlab-ci.yml",
    ".travis.yml",
    ".pre-commit-config.yaml",
    ".readthedocs.yaml",
    ".readthedocs.yml",
    "appveyor.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "mkdocs.yml",
    "codecov.yml",
];
/// Folders of scripts that people run on a server.
const OPERATIONS: [&str; 12] = [
    "script",
    "scripts",
    "bin",
    "tool",
    "tools",
    "ops",
    "deploy",
    "deployment",
    "devops",
    "maintenance",
    "migrations",
    "cron",
];
/// Sources of programs for other devices: they talk to the server, and do not run on it.
const ELSEWHERE: [&str; 9] = [
    "swift",
    "kt",
    "java",
    "m",
    "h",
    "plist",
    "gradle",
    "pbxproj",
    "storyboard",
];

/// Who runs each document: by reachability first, by folder and file name second.
pub(super) fn scopes(documents: &[Document], programs: &[Vec<ProgramId>], has_programs: bool) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = Vec::with_capacity(documents.len());
    for (document, reached) in documents.iter().zip(programs) {
        let host = document
            .host
            .as_ref()
            .and_then(|host| scopes.get(host.document.0 as usize).copied());
        scopes.push(match host {
            // A config that a script writes is as deployed as what it starts.
            Some(host) if host != Scope::Development && !document.facts.programs.is_empty() => {
                Scope::Deployed
            }
            Some(host) => host,
            None => scope(document, reached, has_programs),
        });
    }
    scopes
}

/// Whether a file is the variant of a definition that developers run: `docker-compose.dev.yml`.
fn is_variant(name: &str) -> bool {
    let bases = ["docker-compose", "compose", "procfile", "dockerfile"];
    let is_one = |base: &&str| {
        name.get(..base.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(base))
    };
    let rest = bases
        .iter()
        .find(|base| is_one(base))
        .map(|base| name[base.len()..].to_ascii_lowercase());
    let is_of_developers = |part: &str| {
        matches!(
            part,
            "dev"
                | "development"
                | "override"
                | "local"
                | "test"
                | "tests"
                | "testing"
                | "ci"
                | "debug"
                | "old"
        ) || ["bak", "backup", "orig"].iter().any(|kind| {
            part.strip_prefix(kind)
                .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        })
    };
    rest.is_some_and(|rest| rest.split(['.', '-', '_']).any(is_of_developers))
}

/// Whether a folder is one of tests, documents or archives by its name: `archive`, `archive_old`.
fn is_development_folder(name: &str) -> bool {
    let is_so = |part: &str| DEVELOPMENT.iter().any(|known| known.eq_ignore_ascii_case(part));
    is_so(name) || name.contains(['_', '-']) && name.split(['_', '-']).all(is_so)
}

/// Whether a file is a test as JavaScript's runners find them: `pairing.test.ts`, `login.spec.js`.
fn is_script_test(name: &str) -> bool {
    let mut parts = name.rsplit('.');
    let is_script = parts
        .next()
        .is_some_and(|ending| matches!(ending, "js" | "jsx" | "ts" | "tsx" | "mjs" | "cjs"));
    is_script
        && parts
            .next()
            .is_some_and(|kind| matches!(kind, "test" | "spec" | "stories"))
}

/// Whether a path is one of a test, a document, a sample or an archive.
pub(super) fn is_development(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    folder.split('/').any(is_development_folder)
        || name.starts_with("test_")
        || name.ends_with("_test.py")
        || matches!(name, "conftest.py" | "tests.py")
        || WORKSHOP.contains(&name)
        || is_script_test(name)
        || is_variant(name)
        || is_cached(folder, name)
}

/// Whether a file is data that a tool keeps for itself: `.cache/ast/0af3.json`.
fn is_cached(folder: &str, name: &str) -> bool {
    let is_data = [".json", ".jsonl", ".yaml", ".yml"]
        .iter()
        .any(|end| name.ends_with(end));
    is_data
        && folder
            .split('/')
            .any(|part| matches!(part, "cache" | ".cache" | "caches"))
}

/// The same of a document's own path.
pub(super) fn is_development_document(document: &Document) -> bool {
    let known = &document.is_development;
    *known.get_or_init(|| is_development(&document.path))
}

/// Whether a document, or the file that it is part of, is one of a test, a document, a sample or an archive.
pub(super) fn is_of_development(documents: &[Document], document: &Document) -> bool {
    let mut at = document;
    while let Some(outer) = at
        .host
        .as_ref()
        .and_then(|host| documents.get(host.document.0 as usize))
    {
        at = outer;
    }
    is_development_document(at)
}

fn scope(document: &Document, reached: &[ProgramId], has_programs: bool) -> Scope {
    let (folder, name) = document.path.rsplit_once('/').unwrap_or(("", &document.path));
    let starts_something = document
        .facts
        .programs
        .iter()
        .any(|program| program.manager != Manager::Script);
    let is_development = is_development_document(document);
    if !reached.is_empty() && (document.format == Format::Python || !is_development) {
        return Scope::Deployed;
    }
    if is_development {
        return Scope::Development;
    }
    if starts_something {
        return Scope::Deployed;
    }
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let in_operations = folder
        .split('/')
        .any(|part| OPERATIONS.contains(&part.to_ascii_lowercase().as_str()));
    let is_script = document.format == Format::Shell || (document.format == Format::Python && in_operations);
    if is_script || in_operations || ELSEWHERE.contains(&extension) {
        return Scope::Operations;
    }
    let is_unreached = document.format == Format::Python && has_programs;
    if is_unreached {
        Scope::Operations
    } else {
        Scope::Deployed
    }
}
