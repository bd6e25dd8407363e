//! How much there is of what rules look at: without it "nothing was found" says nothing.

use super::Project;
use crate::document::Document;
use crate::facts::{Access, Manager, Variable};
use crate::finding::{DocumentId, Scope};
use crate::formats::Format;
use std::collections::{BTreeMap, BTreeSet};

/// Something that rules look at, and that can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matter {
    /// Files that were read.
    Files,
    /// Import statements outside tests, documentation and archives.
    Imports,
    /// Lock files that the deployment can install from.
    LockFiles,
    /// Files that give the services their ports.
    PortManifests,
    /// Processes that the server starts.
    Programs,
    /// Python files outside tests, documentation and archives.
    PythonFiles,
    /// Requirements that the deployment installs, outside tests, documentation and archives.
    Requirements,
    /// Shell scripts outside tests, documentation and archives.
    ShellScripts,
    /// Configurations of supervisord.
    SupervisorConfigs,
    /// Processes that supervisord starts.
    SupervisorPrograms,
    /// systemd units.
    Units,
    /// Environment variables that deployed code reads.
    Variables,
}

/// How much there is of something, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// How many.
    pub count: usize,
    /// The files that hold them, sorted.
    pub paths: Vec<String>,
}

/// An environment variable that deployed code reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableRead<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether all that reads it gives a default.
    pub has_default: bool,
    /// The files that read it.
    pub paths: BTreeSet<&'a str>,
}

impl Matter {
    /// All of them: the name that pages use, and what one and many are called.
    const NAMES: [(Self, &'static str, &'static str, &'static str); 12] = [
        (Self::Files, "files", "file", "files"),
        (
            Self::Imports,
            "imports",
            "import in the server's code",
            "imports in the server's code",
        ),
        (Self::LockFiles, "lock-files", "lock file", "lock files"),
        (
            Self::PortManifests,
            "port-manifests",
            "port manifest",
            "port manifests",
        ),
        (Self::Programs, "programs", "program", "programs"),
        (
            Self::PythonFiles,
            "python-files",
            "Python file for the server",
            "Python files for the server",
        ),
        (Self::Requirements, "requirements", "requirement", "requirements"),
        (
            Self::ShellScripts,
            "shell-scripts",
            "shell script",
            "shell scripts",
        ),
        (
            Self::SupervisorConfigs,
            "supervisor-configs",
            "configuration of supervisord",
            "configurations of supervisord",
        ),
        (
            Self::SupervisorPrograms,
            "supervisor-programs",
            "program of supervisord",
            "programs of supervisord",
        ),
        (Self::Units, "units", "systemd unit", "systemd units"),
        (
            Self::Variables,
            "variables",
            "environment variable that the server's code reads",
            "environment variables that the server's code reads",
        ),
    ];

    /// The matter of this name.
    pub fn named(name: &str) -> Option<Self> {
        let row = Self::NAMES.iter().find(|(_, known, ..)| *known == name);
        row.map(|(matter, ..)| *matter)
    }

    /// So many of it, in words: `1 import`, `12 programs`.
    pub fn counted(self, count: usize) -> String {
        let row = Self::NAMES.iter().find(|(matter, ..)| *matter == self);
        let (one, many) = row.map_or(("", ""), |(_, _, one, many)| (*one, *many));
        format!("{count} {}", if count == 1 { one } else { many })
    }
}

impl Project {
    /// How much of this there is. Of whole files only the number is given.
    pub fn evidence(&self, matter: Matter) -> Evidence {
        match matter {
            Matter::Files => only(
                self.documents()
                    // Manuals are read for secrets alone.
                    .filter(|(_, document)| document.host.is_none() && document.format != Format::Text)
                    .count(),
            ),
            Matter::PythonFiles => only(self.served(Format::Python).count()),
            Matter::ShellScripts => only(self.served(Format::Shell).count()),
            Matter::Imports => {
                let python = self.served(Format::Python);
                only(python.map(|(id, _)| self.count_of_imports(id)).sum())
            }
            Matter::Variables => only(self.variables().len()),
            Matter::Units => self.held(self.served(Format::Systemd).map(|(id, _)| id)),
            Matter::LockFiles => self.held(self.locks().iter().map(|lock| lock.document)),
            Matter::PortManifests => self.held(self.ports.manifest().map(|manifest| manifest.document)),
            Matter::Programs => self.held(self.programs().map(|(_, view)| view.place.document)),
            Matter::SupervisorPrograms => {
                let programs = self.programs();
                let own = programs.filter(|(_, view)| view.manager == Manager::Supervisor);
                self.held(own.map(|(_, view)| view.place.document))
            }
            Matter::SupervisorConfigs => self.held(self.daemons.iter().map(|daemon| daemon.config)),
            Matter::Requirements => {
                let asks = self.requirements.asks().iter();
                let installed = asks.filter(|ask| ask.is_installed() && ask.is_used);
                let documents = installed.map(|ask| ask.place.document);
                self.held(documents.filter(|id| self.scope(*id) != Scope::Development))
            }
        }
    }

    /// The variables that deployed code reads, by name.
    pub fn variables(&self) -> Vec<VariableRead<'_>> {
        let mut names: BTreeMap<&str, VariableRead<'_>> = BTreeMap::new();
        for (id, document) in self.documents() {
            if self.scope(id) != Scope::Deployed {
                continue;
            }
            let variables = &document.facts.variables;
            let sets = |variable: &&Variable| matches!(variable.access, Access::Set(_));
            // What a script sets for itself is no question to the server.
            let own: BTreeSet<&str> = variables
                .iter()
                .filter(sets)
                .map(|set| set.name.as_str())
                .collect();
            for variable in variables {
                let name = variable.name.as_str();
                if let Access::Read { has_default, .. } = variable.access
                    && name != Variable::ANY
                    && !own.contains(name)
                {
                    let read = names.entry(name).or_insert_with(|| VariableRead {
                        name,
                        has_default: true,
                        paths: BTreeSet::new(),
                    });
                    read.has_default &= has_default;
                    read.paths.insert(&document.path);
                }
            }
        }
        names.into_values().collect()
    }

    /// The documents of a format that are no tests, documentation or archives.
    fn served(&self, format: Format) -> impl Iterator<Item = (DocumentId, &Document)> {
        self.documents()
            .filter(move |(id, document)| document.format == format && self.scope(*id) != Scope::Development)
    }

    fn held(&self, documents: impl IntoIterator<Item = DocumentId>) -> Evidence {
        let mut evidence = Evidence::default();
        let mut paths = BTreeSet::new();
        for id in documents {
            evidence.count += 1;
            let place = self.in_file(self.start_of(id));
            paths.extend(self.document(place.document).map(|document| &document.path));
        }
        evidence.paths = paths.into_iter().cloned().collect();
        evidence
    }
}

fn only(count: usize) -> Evidence {
    Evidence {
        count,
        paths: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Target;
    use crate::tree::Memory;

    #[test]
    fn what_rules_look_at_is_counted() {
        let main = "import os\ntry:\n    import yaml\nexcept ImportError:\n    yaml = None\n\n\
                    def run():\n    from json import loads\n\nos.environ['A']\nos.getenv('B', 'x')\n";
        let tree = Memory::new([
            ("app.py", main),
            ("tests/test_app.py", "import pytest\nimport app\n"),
            ("requirements.txt", "pyyaml\nrequests\n"),
            ("requirements-dev.txt", "pytest\n"),
            (
                "supervisord.conf",
                "[supervisord]\n[program:app]\ncommand=python3 app.py\n",
            ),
        ]);
        let progress = crate::engine::Progress::default();
        let (project, _) = crate::engine::read(&tree, Target::default(), &|_| false, &progress);
        let count = |name: &str| project.evidence(Matter::named(name).unwrap()).count;
        for (name, wanted) in [
            ("files", 5),
            ("imports", 3),
            ("lock-files", 0),
            ("port-manifests", 0),
            ("programs", 1),
            ("python-files", 1),
            ("requirements", 2),
            ("shell-scripts", 0),
            ("supervisor-configs", 1),
            ("supervisor-programs", 1),
            ("units", 0),
            ("variables", 2),
        ] {
            assert_eq!(count(name), wanted, "{name}");
        }
        let variables = project.variables().into_iter();
        let read: Vec<(&str, bool)> = variables.map(|read| (read.name, read.has_default)).collect();
        assert_eq!(read, [("A", false), ("B", true)]);
        let evidence = project.evidence(Matter::Requirements);
        assert_eq!(evidence.paths, ["requirements.txt"]);
        assert_eq!(Matter::Programs.counted(1), "1 program");
        assert_eq!(Matter::named("guesses"), None);
    }
}
