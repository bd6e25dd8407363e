//! The application that a server or a worker is told to load.

use super::line::{is_name, is_python_file};
use super::place::{Kind, Locator, Site};
use super::{Entry, ModuleStart, State};
use crate::knowledge::runners::{Naming, Runner};
use crate::project::modules::{folder_of, join};

/// The arguments of a runner, sorted.
#[derive(Default)]
struct Arguments {
    /// What names the application.
    named: Vec<String>,
    /// What stands first in `sys.path`, in the stead of the working directory.
    first: Option<String>,
    /// The folder that it goes to first.
    chdir: Option<String>,
    /// Folders that stand in `sys.path` before the rest, commas between them.
    also: Option<String>,
    /// The file with its settings.
    settings: Option<String>,
    /// The class of its workers.
    worker: Option<String>,
}

impl Locator<'_> {
    /// What `command` loads; options among its arguments can change the folder and the path.
    pub(super) fn application(
        &self,
        command: &str,
        runner: &Runner,
        arguments: &[String],
        site: &mut Site,
    ) -> Vec<Entry> {
        let tool = || Entry::Tool {
            command: command.to_owned(),
        };
        let given = sort(runner, &with_variable(runner, arguments, site), site);
        let settings = self.settings(runner, given.settings.as_deref(), site);
        let arguments = Arguments {
            named: match &settings.application {
                Some(application) if given.named.is_empty() => vec![application.clone()],
                _ => given.named,
            },
            chdir: given.chdir.or(settings.folder),
            also: given.also.or(settings.path),
            worker: given.worker.or(settings.worker),
            ..given
        };
        if let Some(Entry::Script { path, .. }) = &settings.entry {
            site.settings = Some((path.clone(), site.directory.clone()));
        }
        self.go(runner, &arguments, site);
        let folder = match &arguments.first {
            Some(first) => self.locate(first, site, Kind::Folder).0,
            None => site.directory.clone(),
        };
        let mut before: Vec<Entry> = settings.entry.into_iter().collect();
        before.extend(worker(runner, arguments.worker.as_deref(), &folder));
        // Where the settings do not tell where the code is, nothing is said of it.
        if settings.is_open {
            before.push(tool());
            return before;
        }
        before.extend(self.named(command, runner, &arguments, &folder, site));
        before
    }

    /// What the arguments name.
    fn named(
        &self,
        command: &str,
        runner: &Runner,
        arguments: &Arguments,
        folder: &str,
        site: &Site,
    ) -> Vec<Entry> {
        let tool = || Entry::Tool {
            command: command.to_owned(),
        };
        let module = |name: &str, attribute: Option<&str>| Entry::Module {
            name: name.to_owned(),
            start: ModuleStart::Imported(folder.to_owned()),
            runner: Some(command.to_owned()),
            attribute: attribute.and_then(first_name),
        };
        let named = || arguments.named.first();
        let found: Vec<Entry> = match runner.names {
            Naming::Attribute => self
                .attribute(runner, &arguments.named, folder)
                .map(|(name, attribute)| module(&name, attribute.as_deref()))
                .into_iter()
                .collect(),
            Naming::Object => named()
                .and_then(|text| text.rsplit_once('.'))
                .filter(|(name, _)| is_dotted(name))
                .map(|(name, attribute)| module(name, Some(attribute)))
                .into_iter()
                .collect(),
            Naming::Modules => arguments
                .named
                .iter()
                .map(|text| split_attribute(text))
                .filter(|(name, _)| is_dotted(name))
                .map(|(name, attribute)| module(name, attribute))
                .collect(),
            Naming::Script => named()
                .filter(|text| is_python_file(text) && !text.contains("://"))
                .map(|text| vec![tool(), self.script(text, site)])
                .unwrap_or_default(),
            Naming::File | Naming::Either => named()
                .map(|text| self.file_or_module(command, text, folder, site))
                .unwrap_or_default(),
        };
        if !found.is_empty() {
            return found;
        }
        let usual = (runner.names == Naming::Either && arguments.named.is_empty())
            .then(|| {
                ["wsgi", "app"]
                    .into_iter()
                    .find(|name| self.has_module(folder, name))
            })
            .flatten();
        vec![usual.map_or_else(tool, |name| module(name, None))]
    }

    /// Goes where the arguments say, and puts in the folders that they name.
    fn go(&self, runner: &Runner, arguments: &Arguments, site: &mut Site) {
        if let Some(folder) = &arguments.chdir {
            let before = site.directory.clone();
            self.enter(folder, site);
            if runner.keeps_start && before != site.directory {
                site.python_path.insert(0, before);
            }
        }
        if let Some(folders) = &arguments.also {
            let folders = folders
                .split(',')
                .map(|folder| self.locate(folder.trim(), site, Kind::Folder).0);
            let folders: Vec<String> = folders.collect();
            site.python_path.splice(0..0, folders);
        }
    }

    /// `pkg.mod:app`, and `pkg.mod` where the command takes it.
    fn attribute(&self, runner: &Runner, named: &[String], folder: &str) -> Option<(String, Option<String>)> {
        let with_attribute = named.iter().find_map(|text| {
            let (name, attribute) = text.split_once(':')?;
            is_dotted(name).then(|| (name.to_owned(), Some(attribute.to_owned())))
        });
        if with_attribute.is_some() {
            return with_attribute;
        }
        if let Some(attribute) = &runner.attribute {
            let name = named.iter().find(|text| is_dotted(text))?;
            return Some((name.clone(), Some(attribute.clone())));
        }
        let name = named
            .first()
            .filter(|text| is_dotted(text) && !runner.by.is_empty())?;
        if let Some(submodule) = &runner.submodule {
            let inner = format!("{name}.{submodule}");
            if self.has_module(folder, &inner) {
                return Some((inner, None));
            }
        }
        // `pkg.mod.app`: the last part is a module, or stands in one.
        match name.rsplit_once('.') {
            Some((outer, last)) if !self.has_module(folder, name) && self.has_module(folder, outer) => {
                Some((outer.to_owned(), Some(last.to_owned())))
            }
            _ => Some((name.clone(), None)),
        }
    }

    /// A file that is imported under its name in its package, or a module.
    fn file_or_module(&self, command: &str, text: &str, folder: &str, site: &Site) -> Vec<Entry> {
        let (name, attribute) = split_attribute(text);
        let module = |name: String, folder: String| Entry::Module {
            name,
            start: ModuleStart::Imported(folder),
            runner: Some(command.to_owned()),
            attribute: attribute.and_then(first_name),
        };
        if is_dotted(name) && !is_python_file(name) {
            return vec![module(name.to_owned(), folder.to_owned())];
        }
        let script = self.script(name, site);
        let Entry::Script {
            path,
            state: State::Present,
            ..
        } = &script
        else {
            let tool = Entry::Tool {
                command: command.to_owned(),
            };
            return if is_python_file(name) {
                vec![tool, script]
            } else {
                Vec::new()
            };
        };
        let mut above = folder_of(path);
        while !above.is_empty() && self.paths.has_file(&join(above, "__init__.py")) {
            above = folder_of(above);
        }
        let inner = path[above.len()..].trim_start_matches('/');
        let inner = inner.strip_suffix(".py").unwrap_or(inner);
        let inner = inner.strip_suffix("/__init__").unwrap_or(inner);
        vec![module(inner.replace('/', "."), above.to_owned())]
    }

    /// Whether a folder of the tree holds a module.
    pub(super) fn has_module(&self, folder: &str, name: &str) -> bool {
        let base = join(folder, &name.replace('.', "/"));
        self.paths.has_file(&format!("{base}.py")) || self.paths.has_folder(&base)
    }
}

/// The arguments, behind those of the runner's variable.
fn with_variable(runner: &Runner, arguments: &[String], site: &Site) -> Vec<String> {
    let variable = runner
        .arguments
        .as_ref()
        .and_then(|name| site.environment.get(name));
    let mut all = variable.and_then(|text| shlex::split(text)).unwrap_or_default();
    all.extend_from_slice(arguments);
    all
}

/// Tells the arguments apart.
fn sort(runner: &Runner, arguments: &[String], site: &Site) -> Arguments {
    let mut sorted = Arguments::default();
    let mut operands = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if !argument.starts_with('-') {
            operands.push(argument.clone());
            continue;
        }
        let (option, value) = match argument.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None if runner.takes_value(argument) => (argument.as_str(), rest.next().cloned()),
            None => attached(runner, argument),
        };
        let Some(value) = value else { continue };
        let is_one_of = |list: &[String]| list.iter().any(|known| known == option);
        if is_one_of(&runner.by) {
            sorted.named.push(value);
            continue;
        }
        let fields = [
            (&runner.chdir, &mut sorted.chdir),
            (&runner.path, &mut sorted.first),
            (&runner.also, &mut sorted.also),
            (&runner.settings, &mut sorted.settings),
            (&runner.worker, &mut sorted.worker),
        ];
        if let Some((_, field)) = fields.into_iter().find(|(list, _)| is_one_of(list)) {
            *field = Some(value);
        }
    }
    if let Some(verb) = &runner.verb {
        match operands.first() {
            Some(first) if first == verb => {
                operands.remove(0);
            }
            _ => operands.clear(),
        }
    }
    let by_option = !runner.by.is_empty();
    let from_environment = runner
        .variable
        .as_ref()
        .and_then(|name| site.environment.get(name))
        .cloned();
    if sorted.named.is_empty() {
        sorted.named.extend(from_environment);
    }
    // Behind `celery -A proj` and `flask` stand verbs of their own, not applications.
    if sorted.named.is_empty() && (!by_option || runner.variable.is_none()) {
        sorted.named = operands;
    }
    sorted
}

/// The module that a class of workers is in: gunicorn imports it before the application.
fn worker(runner: &Runner, class: Option<&str>, folder: &str) -> Option<Entry> {
    let class = class?;
    let (name, attribute) = match runner.workers.get(class) {
        Some(module) => (module.as_str(), None),
        None => class
            .rsplit_once('.')
            .filter(|(name, _)| {
                is_dotted(name) && *name != "gunicorn.workers" && !name.starts_with("gunicorn.")
            })
            .map(|(name, attribute)| (name, first_name(attribute)))?,
    };
    Some(Entry::Module {
        name: name.to_owned(),
        start: ModuleStart::Imported(folder.to_owned()),
        runner: None,
        attribute,
    })
}

/// `-Aproj`: an option of one letter with its value.
fn attached<'a>(runner: &Runner, argument: &'a str) -> (&'a str, Option<String>) {
    if let Some((option, value)) = argument.split_at_checked(2)
        && !option.ends_with('-')
        && !value.is_empty()
        && runner.takes_value(option)
    {
        return (option, Some(value.to_owned()));
    }
    (argument, None)
}

fn split_attribute(text: &str) -> (&str, Option<&str>) {
    match text.split_once(':') {
        Some((name, attribute)) => (name, Some(attribute)),
        None => (text, None),
    }
}

/// The name that is taken from a module: `create_app` of `create_app('live')`, `app` of `app.server`.
fn first_name(attribute: &str) -> Option<String> {
    let name = attribute.split(['(', '.']).next().unwrap_or("").trim();
    is_name(name).then(|| name.to_owned())
}

/// Whether a text is a dotted name.
pub(super) fn is_dotted(text: &str) -> bool {
    !text.is_empty() && text.split('.').all(is_name)
}
