//! What a run does with files: noted in order, judged when all runs are known.

use super::super::eval::{self, Scope, Value};
use super::super::failure::When;
use super::super::modules::{folder_of, join};
use super::super::programs::is_foreign;
use super::{Context, Frame, Run};
use crate::facts::python::{PathExpr, Step};
use crate::facts::{FileAction, FileUse, Told};
use crate::finding::{DocumentId, Place};
use std::cell::Cell;
use std::collections::HashMap;

/// Names that are followed for one path.
const MOST_NAMES: usize = 400;
/// Values of one name that are looked at.
const MOST_VALUES: usize = 8;
/// Uses of files that are noted of one run.
const MOST_EVENTS: usize = 20_000;
/// A part of a path of which nothing is known; no path of a system holds it.
pub(in crate::project) const PART: &str = "\0";

/// Something that a run does with a file or folder.
#[derive(Debug, Clone)]
pub(in crate::project) struct FileEvent {
    pub action: FileAction,
    pub told: Told,
    /// The path, or each of several. A text is relative to the working directory.
    pub values: Vec<Value>,
    /// How the path is written.
    pub form: Form,
    /// Whether another path could be meant.
    pub knowledge: Knowledge,
    /// The last part of the path, where only that is known.
    pub name: Option<String>,
    pub place: Place,
    pub chain: Vec<Place>,
    pub when: When,
    pub is_sure: bool,
    pub in_function: bool,
    /// Whether something catches the failure.
    pub is_caught: bool,
    /// How many failures of the run come before it.
    pub before: usize,
    /// Which of the program's commands it is.
    pub stage: usize,
}

/// How a path is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::project) enum Form {
    /// As one text.
    Literal,
    /// As the folder of some other path: `os.path.dirname(path)`.
    FolderOf,
    /// In another way.
    Other,
}

/// How well a path is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::project) enum Knowledge {
    /// It is this one.
    Sure,
    /// An environment variable could say another one.
    Default,
    /// It is one of several.
    Several,
}

impl<'a> Run<'a> {
    pub(super) fn file(&mut self, used: &'a FileUse, frame: &Frame<'a>, context: Context) {
        if self.outcome.events.len() >= MOST_EVENTS {
            return;
        }
        let (value, knowledge) = {
            let scope = FileScope {
                run: self,
                document: frame.document,
                left: &Cell::new(MOST_NAMES),
                is_default: &Cell::new(false),
                is_ambiguous: &Cell::new(false),
            };
            let value = eval::value(&used.path, &scope);
            let knowledge = match (scope.is_ambiguous.get(), scope.is_default.get()) {
                (true, _) => Knowledge::Several,
                (false, true) => Knowledge::Default,
                (false, false) => Knowledge::Sure,
            };
            (value, knowledge)
        };
        if used.action == FileAction::ChangesTo {
            if context.when == When::Start {
                self.moved = Some(if context.is_sure { value } else { Value::Unknown });
            }
            return;
        }
        let values = match value {
            Value::OneOf(values) => values,
            value => vec![value],
        };
        let values = values
            .into_iter()
            .map(|value| self.seen_from_here(value))
            .collect();
        let catches = [
            "FileNotFoundError",
            "OSError",
            "IOError",
            "EnvironmentError",
            "OperationalError",
        ];
        let broad = ["Exception", "BaseException", "Error", "RuntimeError"];
        let is_caught = self.catchers.iter().any(|catcher| {
            let mut names = catcher.names();
            names.any(|name| catches.contains(&name.as_str()) || broad.contains(&name.as_str()))
        });
        self.outcome.events.push(FileEvent {
            action: used.action,
            told: used.told,
            values,
            form: match used.path {
                PathExpr::Literal(_) => Form::Literal,
                PathExpr::Parent(..) => Form::FolderOf,
                _ => Form::Other,
            },
            knowledge,
            name: last_name(&used.path).map(str::to_owned),
            place: frame.place(used.span),
            chain: self.way(),
            when: context.when,
            is_sure: context.is_sure,
            in_function: context.in_function,
            is_caught,
            before: self.outcome.failures.len(),
            stage: 0,
        });
    }

    /// A relative path, seen from the folder that the program went to, if it went anywhere.
    fn seen_from_here(&self, value: Value) -> Value {
        match (&self.moved, value) {
            (Some(Value::Tree(folder)), Value::Text(text)) => {
                super::super::paths::resolve(folder, &text).map_or(Value::Unknown, Value::Tree)
            }
            (Some(_), Value::Text(_)) => Value::Unknown,
            (_, value) => value,
        }
    }
}

/// A module in whose scope the path of a file is worked out. What could be several things is not known here.
struct FileScope<'a, 'b> {
    run: &'a Run<'b>,
    document: DocumentId,
    /// Names that may still be followed.
    left: &'a Cell<usize>,
    /// Whether the default of an environment variable was taken.
    is_default: &'a Cell<bool>,
    /// Whether a name had several values.
    is_ambiguous: &'a Cell<bool>,
}

impl FileScope<'_, '_> {
    fn at(&self, document: DocumentId) -> Self {
        FileScope { document, ..*self }
    }

    fn body(&self) -> &[Step] {
        let python = self.run.world.documents[self.document.0 as usize]
            .facts
            .python
            .as_ref();
        python.map_or(&[], |module| module.body.as_slice())
    }

    /// Whether another name may be followed.
    fn may_follow(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }

    /// The module and the name in it that a dotted name means.
    fn home_of<'n>(&self, dotted: &'n str) -> Option<(DocumentId, &'n str)> {
        let mut end = dotted.len();
        while let Some(at) = dotted[..end].rfind('.') {
            let (module, name) = (&dotted[..at], &dotted[at + 1..]);
            if let Some(document) = self.module(module).filter(|document| *document != self.document) {
                return Some((document, name));
            }
            end = at;
        }
        None
    }

    fn module(&self, dotted: &str) -> Option<DocumentId> {
        let world = self.run.world;
        let name = dotted.trim_start_matches('.');
        if name.is_empty() {
            return None;
        }
        if name.len() < dotted.len() {
            let mut folder = folder_of(self.file());
            for _ in 1..dotted.len() - name.len() {
                folder = folder_of(folder);
            }
            let base = join(folder, &name.replace('.', "/"));
            let package = world.modules.at(&format!("{base}/__init__.py"));
            return package.or_else(|| world.modules.at(&format!("{base}.py")));
        }
        if self.run.loaded.contains_key(name) {
            return self.run.module_of(name).map(|(_, document)| document);
        }
        match world.modules.elsewhere(world.paths, name).as_slice() {
            [only] => world.modules.at(only),
            _ => None,
        }
    }

    fn value_of(&self, expr: &PathExpr, depth: usize) -> Value {
        eval::evaluate(expr, self, depth)
    }
}

impl Scope for FileScope<'_, '_> {
    fn file(&self) -> &str {
        &self.run.world.documents[self.document.0 as usize].path
    }

    fn working_directory(&self) -> Value {
        self.run
            .moved
            .clone()
            .unwrap_or_else(|| Value::Text(String::new()))
    }

    fn name(&self, name: &str, depth: usize) -> Value {
        if !self.may_follow() {
            return Value::Unknown;
        }
        if let Some((class, attribute)) = name.split_once('.')
            && let Some(body) = class_named(self.body(), class)
        {
            return match values_in(body, false).get(attribute).map(Vec::as_slice) {
                Some([only]) => self.value_of(only, depth),
                _ => Value::Unknown,
            };
        }
        let python = self.run.world.documents[self.document.0 as usize]
            .facts
            .python
            .as_ref();
        let is_global = python.is_some_and(|module| module.globals.iter().any(|global| global == name));
        let index = self.run.index(self.document);
        let values = if is_global {
            &index.values_in_functions
        } else {
            &index.values
        };
        match values.get(name).map_or(&[][..], Vec::as_slice) {
            [] => match self.home_of(name) {
                Some((document, name)) if depth > 0 => self.at(document).name(name, depth - 1),
                _ => Value::Unknown,
            },
            [only] => self.value_of(only, depth),
            several => {
                self.is_ambiguous.set(true);
                let values = several.iter().take(MOST_VALUES);
                Value::OneOf(values.map(|value| self.value_of(value, depth)).collect())
            }
        }
    }

    fn call(&self, name: &str, depth: usize) -> Value {
        if !self.may_follow() {
            return Value::Unknown;
        }
        match self.run.index(self.document).functions.get(name).copied() {
            Some(function) if returns(&function.body) < 2 => self.value_of(&function.returns, depth),
            Some(_) => Value::Unknown,
            None => match self.home_of(name) {
                Some((document, name)) if depth > 0 => self.at(document).call(name, depth - 1),
                _ => Value::Unknown,
            },
        }
    }

    fn absolute(&self, path: &str) -> Value {
        let world = self.run.world;
        if is_foreign(path) {
            return Value::Unknown;
        }
        let below = world.roots.iter().find_map(|(root, folder)| {
            let rest = path.strip_prefix(root.as_str())?;
            let rest = if rest.is_empty() {
                rest
            } else {
                rest.strip_prefix('/')?
            };
            super::super::paths::resolve(folder, rest)
        });
        let known = below.or_else(|| world.paths.suffix_in_tree(path).map(str::to_owned));
        known.map_or_else(|| Value::Absolute(path.to_owned()), Value::Tree)
    }

    fn part(&self) -> Option<&'static str> {
        Some(PART)
    }

    fn variable(&self, name: &str, default: Option<Value>) -> Value {
        let environment = self.run.world.environment;
        let is_set = match self.run.program {
            Some(program) => environment.may_have(program, name),
            None => environment.is_known(name),
        };
        self.is_default.set(true);
        default.filter(|_| !is_set).unwrap_or(Value::Unknown)
    }
}

/// The body of a class of a module.
fn class_named<'a>(steps: &'a [Step], name: &str) -> Option<&'a [Step]> {
    steps.iter().find_map(|step| match step {
        Step::Class(class) if class.name == name => Some(class.body.as_slice()),
        _ => None,
    })
}

/// The different values that names get at this level, blocks and arms included; in functions too when they may
/// give them one. So many are told apart.
pub(in crate::project) fn values_in(steps: &[Step], with_functions: bool) -> HashMap<&str, Vec<&PathExpr>> {
    let mut found: HashMap<&str, Vec<&PathExpr>> = HashMap::new();
    let mut open: Vec<&Step> = steps.iter().collect();
    while let Some(step) = open.pop() {
        match step {
            Step::Bind(binding) => {
                let known = found.entry(&binding.name).or_default();
                if known.len() < MOST_VALUES && !known.contains(&&binding.value) {
                    known.push(&binding.value);
                }
            }
            Step::Function(function) if with_functions => open.extend(&function.body),
            other => open.extend(inside(other)),
        }
    }
    found
}

/// The statements in a block, a loop, the arms of a condition, or a `try`.
fn inside(step: &Step) -> Vec<&Step> {
    match step {
        Step::Block(body) | Step::Loop(body) | Step::Forever(body) | Step::Suppress(_, body) => {
            body.iter().collect()
        }
        Step::Branch(arms) => arms.iter().flat_map(|arm| &arm.body).collect(),
        Step::Try(tried) => {
            let handlers = tried.handlers.iter().flat_map(|handler| &handler.body);
            let body = tried.body.iter().chain(handlers);
            body.chain(&tried.otherwise).chain(&tried.finally).collect()
        }
        _ => Vec::new(),
    }
}

/// The last part of a path that ends with a text: `state.json` of `folder / "state.json"`.
fn last_name(path: &PathExpr) -> Option<&str> {
    match path {
        PathExpr::Literal(text) => text.rsplit('/').next().filter(|name| !name.is_empty()),
        PathExpr::Join(parts) => parts.last().and_then(last_name),
        PathExpr::Concat(parts) => match parts.last() {
            Some(PathExpr::Literal(text)) => text.rsplit_once('/').map(|(_, name)| name),
            _ => None,
        },
        PathExpr::Absolute(inner) => last_name(inner),
        _ => None,
    }
}

/// How many `return` statements a function has.
fn returns(steps: &[Step]) -> usize {
    let mut count = 0;
    let mut open: Vec<&Step> = steps.iter().collect();
    while let Some(step) = open.pop() {
        count += usize::from(matches!(step, Step::Return));
        open.extend(inside(step));
    }
    count
}
