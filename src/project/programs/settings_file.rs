//! The Python file that a server takes its settings from: `gunicorn.conf.py`.
//!
//! gunicorn reads `-c FILE`, or `gunicorn.conf.py` of the folder in which it is started, before it goes to the
//! folder that `chdir` names; the command line counts more than the file (gunicorn 27, `app/base.py`).

use super::place::{Kind, Locator, OF_TREE, Site};
use super::{Entry, ModuleStart, State};
use crate::document::Document;
use crate::facts::python::{Binding, PathExpr, Step};
use crate::knowledge::runners::Runner;
use crate::project::eval::{self, Scope, Value};
use crate::project::modules::join;

/// What a settings file says.
#[derive(Default)]
pub(super) struct Settings {
    /// The file or module, which runs before anything else.
    pub(super) entry: Option<Entry>,
    /// `wsgi_app`: the application, when the command line names none.
    pub(super) application: Option<String>,
    /// `chdir`
    pub(super) folder: Option<String>,
    /// `pythonpath`
    pub(super) path: Option<String>,
    /// `worker_class`
    pub(super) worker: Option<String>,
    /// Whether it says where the code is in a way that the file does not tell.
    pub(super) is_open: bool,
}

impl Locator<'_> {
    /// The settings of a command that names a file, or is started where the usual one is.
    pub(super) fn settings(&self, runner: &Runner, named: Option<&str>, site: &Site) -> Settings {
        let usual = runner.settings_file.as_deref();
        let Some(written) = named.or(usual) else {
            return Settings::default();
        };
        if let Some(module) = written.strip_prefix("python:") {
            return self.settings_of_module(module, site);
        }
        let written = written.strip_prefix("file:").unwrap_or(written);
        let (path, state) = self.locate(written, site, Kind::File);
        // People put a sample of the tree (`contrib/gunicorn.py`) where the command has it.
        if state == State::Unknown
            && written.starts_with('/')
            && !self.paths.has_file(&path)
            && let [sample] = super::same_name(self.paths, written).as_slice()
            && let Some((_, document)) = self.document_at(sample)
        {
            let mut settings = read(document, site);
            settings.entry = Some(Entry::Script {
                path: sample.clone(),
                written: written.to_owned(),
                state: State::Present,
            });
            return settings;
        }
        let document = self.document_at(&path).map(|(_, document)| document);
        let is_there = state == State::Present || (state == State::Unknown && document.is_some());
        if named.is_none() && (!is_there || site.is_elsewhere) {
            return Settings::default();
        }
        let mut settings = document.map_or_else(Settings::default, |document| read(document, site));
        settings.is_open |= !is_there;
        settings.entry = Some(self.script(written, site));
        settings
    }

    fn settings_of_module(&self, module: &str, site: &Site) -> Settings {
        let base = join(&site.directory, &module.replace('.', "/"));
        let document = self.document_at(&format!("{base}.py"));
        let document = document.or_else(|| self.document_at(&format!("{base}/__init__.py")));
        let mut settings = match document {
            Some((_, document)) => read(document, site),
            None => Settings {
                is_open: true,
                ..Settings::default()
            },
        };
        settings.entry = Some(Entry::Module {
            name: module.to_owned(),
            start: ModuleStart::Imported(site.directory.clone()),
            runner: None,
            attribute: None,
        });
        settings
    }
}

/// What the statements of a settings file give its names, as far as they tell.
fn read(document: &Document, site: &Site) -> Settings {
    let mut settings = Settings::default();
    let Some(module) = document.facts.python.as_ref() else {
        return settings;
    };
    let scope = File {
        document,
        body: &module.body,
        site,
    };
    let mut text = |name: &str| match scope.bound(name) {
        None => None,
        Some(expr) => match eval::value(expr, &scope) {
            Value::Tree(path) => Some(format!("{OF_TREE}/{path}")),
            Value::Text(text) | Value::Absolute(text) => Some(text),
            Value::Above(..) | Value::OneOf(_) | Value::Unknown => {
                settings.is_open = true;
                None
            }
        },
    };
    let (folder, path, application) = (text("chdir"), text("pythonpath"), text("wsgi_app"));
    let is_open = settings.is_open;
    let literal = |name: &str| match scope.bound(name) {
        Some(PathExpr::Literal(text)) => Some(text.clone()),
        _ => None,
    };
    Settings {
        entry: None,
        application,
        folder,
        path,
        worker: literal("worker_class"),
        is_open,
    }
}

/// The names of a settings file.
struct File<'a> {
    document: &'a Document,
    body: &'a [Step],
    site: &'a Site,
}

impl<'a> File<'a> {
    /// What a name gets, when the file gives it a value at its end whatever happens.
    fn bound(&self, name: &str) -> Option<&'a PathExpr> {
        self.body.iter().rev().find_map(|step| match step {
            Step::Bind(Binding { name: bound, value }) if bound == name => Some(value),
            Step::Branch(arms) => {
                let mut steps = arms.iter().flat_map(|arm| &arm.body);
                let binds = steps.any(|step| matches!(step, Step::Bind(binding) if binding.name == name));
                binds.then_some(&PathExpr::Unknown)
            }
            _ => None,
        })
    }
}

impl Scope for File<'_> {
    fn file(&self) -> &str {
        &self.document.path
    }

    fn working_directory(&self) -> Value {
        Value::Tree(self.site.directory.clone())
    }

    fn name(&self, name: &str, depth: usize) -> Value {
        self.bound(name)
            .map_or(Value::Unknown, |expr| eval::evaluate(expr, self, depth))
    }

    fn call(&self, _: &str, _: usize) -> Value {
        Value::Unknown
    }

    fn absolute(&self, path: &str) -> Value {
        Value::Absolute(path.to_owned())
    }
}
