//! The import statement: what it loads, and the names that it gives.

use super::super::failure::FailureKind;
use super::exceptions::Exception;
use super::load::Loaded;
use super::names::{Answer, Known, ModuleId};
use super::namespaces::SearchPath;
use super::{Context, Flow, Frame, Run};
use crate::facts::python::{Import, ImportedName};
use crate::source::Span;

impl<'a> Run<'a> {
    pub(super) fn import(&mut self, import: &'a Import, frame: &mut Frame<'a>, context: Context) -> Flow {
        let place = frame.place(import.span);
        let name = if import.level == 0 {
            import.module.clone()
        } else {
            match relative(self.spaces[frame.module.0].package.as_deref(), import) {
                Some(name) => name,
                None => return self.fail_relative(import, frame, context),
            }
        };
        if name.is_empty() {
            return Flow::Normal;
        }
        self.level = import.level;
        self.wanted = &import.names;
        let loaded = self.load(&name, place, context);
        self.wanted = &[];
        self.level = 0;
        let module = match loaded {
            Loaded::Stopped(flow) => return flow,
            Loaded::Yes(module) => Some(module),
            Loaded::Mended => None,
        };
        if !import.is_from {
            return self.plain(import, &name, module, frame, context);
        }
        let Some(module) = module else {
            for name in &import.names {
                self.bind(frame, &name.binds, Known::Something);
            }
            return Flow::Normal;
        };
        let mut mended = Vec::new();
        for name in import.names.iter().filter(|name| name.name != "*") {
            match self.take_part(module, &name.name, name.span, frame, context) {
                Loaded::Stopped(flow) => return flow,
                Loaded::Yes(_) => {}
                Loaded::Mended => mended.push(name.name.as_str()),
            }
        }
        for name in &import.names {
            let flow = if name.name == "*" {
                self.take_all(module, name, frame, context)
            } else if mended.contains(&name.name.as_str()) {
                self.bind(frame, &name.binds, Known::Something);
                Flow::Normal
            } else {
                self.take(module, name, frame, context)
            };
            if flow != Flow::Normal {
                return flow;
            }
        }
        Flow::Normal
    }

    /// `import a.b`, which gives `a`, and `import a.b as c`, which asks `a` for its `b`.
    fn plain(
        &mut self,
        import: &'a Import,
        name: &str,
        module: Option<ModuleId>,
        frame: &mut Frame<'a>,
        context: Context,
    ) -> Flow {
        let first = name.split('.').next().unwrap_or(name);
        // The part may be left from an import that failed, when its package is not.
        let top = match self.load(first, frame.place(import.span), context) {
            Loaded::Stopped(flow) => return flow,
            Loaded::Yes(top) => Some(top),
            Loaded::Mended => None,
        };
        if import.binds.is_empty() {
            return Flow::Normal;
        }
        let is_alias = import.binds != first;
        let known = match (module, top) {
            (Some(module), Some(top)) if is_alias => self.descend(top, name).unwrap_or(Known::Module(module)),
            (Some(_), Some(top)) => Known::Module(top),
            _ => Known::Something,
        };
        self.bind(frame, &import.binds, known);
        Flow::Normal
    }

    /// What `import a.b as c` gives: an attribute of `a`, where that has it.
    fn descend(&self, top: ModuleId, name: &str) -> Option<Known<'a>> {
        let mut at = Known::Module(top);
        for part in name.split('.').skip(1) {
            let Known::Module(module) = at else { return None };
            at = match self.ask(module, part) {
                Answer::Has(known) => known,
                _ => Known::Module(self.part_of(module, part)?),
            };
        }
        Some(at)
    }

    /// A part of a package that is in `sys.modules`.
    fn part_of(&self, module: ModuleId, part: &str) -> Option<ModuleId> {
        let full = format!("{}.{part}", self.spaces[module.0].name);
        self.loaded.get(&full).copied()
    }

    /// Imports `name` from a package that has no such attribute, if there is such a part
    /// (`importlib._bootstrap._handle_fromlist`).
    fn take_part(
        &mut self,
        module: ModuleId,
        name: &str,
        span: Span,
        frame: &Frame<'a>,
        context: Context,
    ) -> Loaded {
        if !self.is_package(module) || matches!(self.ask(module, name), Answer::Has(_)) {
            return Loaded::Yes(module);
        }
        let full = format!("{}.{name}", self.spaces[module.0].name);
        let is_part = match self.search_path(module) {
            SearchPath::Folders(folders) => {
                let paths = self.world.paths;
                self.world.modules.find_in(paths, &folders, name).is_some()
            }
            SearchPath::Gone(_) => true,
            SearchPath::None | SearchPath::Unknown => false,
        };
        if is_part || self.loaded.contains_key(&full) {
            self.load(&full, frame.place(span), context)
        } else {
            Loaded::Yes(module)
        }
    }

    /// `from module import name`.
    fn take(
        &mut self,
        module: ModuleId,
        name: &'a ImportedName,
        frame: &mut Frame<'a>,
        context: Context,
    ) -> Flow {
        let part = |run: &Self| run.part_of(module, &name.name).map(Known::Module);
        let (known, flow) = match self.ask(module, &name.name) {
            Answer::Has(known) => (Some(known), Flow::Normal),
            Answer::Unknown => {
                let own = self.spaces[module.0].name.clone();
                let flow = if self.standard_lacks(&own, &name.name) {
                    let kind = FailureKind::StandardName { is_attribute: false };
                    self.fail_name(&own, &name.name, name.span, frame, context, kind)
                } else {
                    Flow::Normal
                };
                (part(self), flow)
            }
            Answer::Lacks { is_running } => match part(self) {
                Some(known) => (Some(known), Flow::Normal),
                None => (None, self.lacking(module, name, is_running, frame, context)),
            },
        };
        if flow == Flow::Normal {
            self.bind(frame, &name.binds, known.unwrap_or(Known::Something));
        }
        flow
    }

    fn lacking(
        &mut self,
        module: ModuleId,
        name: &ImportedName,
        is_running: bool,
        frame: &Frame<'a>,
        context: Context,
    ) -> Flow {
        let folders = match self.search_path(module) {
            SearchPath::Folders(folders) => folders,
            _ => Vec::new(),
        };
        let own = self.spaces[module.0].name.clone();
        let ignored = folders.iter().find_map(|folder| self.ignored(folder, &name.name));
        if let Some(withheld) = ignored {
            let full = format!("{own}.{}", name.name);
            let kind = FailureKind::Ignored(withheld);
            let place = frame.place(name.span);
            return self.fail(&full, &full, place, context, kind, Exception::Import);
        }
        let kind = if is_running {
            FailureKind::Circular { is_attribute: false }
        } else {
            FailureKind::Name { is_attribute: false }
        };
        self.fail_name(&own, &name.name, name.span, frame, context, kind)
    }

    /// `from module import *`.
    fn take_all(
        &mut self,
        module: ModuleId,
        star: &ImportedName,
        frame: &mut Frame<'a>,
        context: Context,
    ) -> Flow {
        let space = &self.spaces[module.0];
        let is_open = space.is_open;
        let exports: Vec<String> = match &space.exports {
            Some(exports) => exports.iter().map(|export| export.value.clone()).collect(),
            None => Vec::new(),
        };
        let mut mended = Vec::new();
        for export in &exports {
            match self.take_part(module, export, star.span, frame, context) {
                Loaded::Stopped(flow) => return flow,
                Loaded::Yes(_) => {}
                Loaded::Mended => mended.push(export),
            }
        }
        for export in exports.iter().filter(|export| !mended.contains(export)) {
            let Answer::Lacks { .. } = self.ask(module, export) else {
                continue;
            };
            let kind = self.lacks_attribute(module, export);
            let own = self.spaces[module.0].name.clone();
            let flow = self.fail_name(&own, export, star.span, frame, context, kind);
            if flow != Flow::Normal {
                return flow;
            }
        }
        for (name, known) in self.spaces[module.0].starred() {
            self.bind(frame, &name, known);
        }
        self.spaces[frame.module.0].is_open |= is_open;
        Flow::Normal
    }

    /// Why `module.name` fails (`module_getattro` in `Objects/moduleobject.c`).
    pub(super) fn lacks_attribute(&self, module: ModuleId, name: &str) -> FailureKind {
        let space = &self.spaces[module.0];
        if !space.is_done {
            FailureKind::Circular { is_attribute: true }
        } else if space.arriving.iter().any(|part| part == name) {
            FailureKind::EarlyPart
        } else {
            FailureKind::Name { is_attribute: true }
        }
    }

    fn fail_relative(&mut self, import: &Import, frame: &Frame<'a>, context: Context) -> Flow {
        let module = format!("{}{}", ".".repeat(import.level as usize), import.module);
        let place = frame.place(import.span);
        let kind = FailureKind::Relative {
            has_package: self.spaces[frame.module.0]
                .package
                .as_deref()
                .is_some_and(|package| !package.is_empty()),
        };
        self.fail(&module, &module, place, context, kind, Exception::Import)
    }
}

/// The absolute name of a relative import; nothing when the dots lead out of the top package.
fn relative(package: Option<&str>, import: &Import) -> Option<String> {
    let mut base = package.filter(|package| !package.is_empty())?;
    for _ in 1..import.level {
        base = base.rsplit_once('.').map(|(package, _)| package)?;
    }
    Some(if import.module.is_empty() {
        base.to_owned()
    } else {
        format!("{base}.{}", import.module)
    })
}
