//! The import statement: what it loads, and the names that it gives.

use super::super::failure::FailureKind;
use super::super::modules::folder_of;
use super::exceptions::Exception;
use super::load::Loaded;
use super::names::{Answer, Known};
use super::{Context, Flow, Frame, Run};
use crate::facts::python::{Import, ImportedName};

impl<'a> Run<'a> {
    pub(super) fn import(&mut self, import: &'a Import, frame: &mut Frame<'a>, context: Context) -> Flow {
        let place = frame.place(import.span);
        let module = if import.level == 0 {
            import.module.clone()
        } else {
            match relative(frame.package.as_deref(), import) {
                Some(module) => module,
                None => return self.fail_relative(import, frame, context),
            }
        };
        if module.is_empty() {
            return Flow::Normal;
        }
        let is_there = match self.load(&module, place, context) {
            Loaded::Stopped(flow) => return flow,
            Loaded::Yes => true,
            Loaded::Mended => false,
        };
        if !import.is_from {
            let first = module.split('.').next().unwrap_or(&module);
            // The part may be left from an import that failed, when its package is not.
            if let Loaded::Stopped(flow) = self.load(first, place, context) {
                return flow;
            }
            if import.binds.is_empty() {
                return Flow::Normal;
            }
            let is_alias = import.binds != first;
            let bound = if is_alias {
                module.clone()
            } else {
                first.to_owned()
            };
            let known = if is_there {
                Known::Module(bound)
            } else {
                Known::Something
            };
            self.bind(frame, &import.binds, known);
            return Flow::Normal;
        }
        for name in &import.names {
            let flow = if is_there {
                self.take(&module, name, frame, context)
            } else {
                self.bind(frame, &name.binds, Known::Something);
                Flow::Normal
            };
            if flow != Flow::Normal {
                return flow;
            }
        }
        Flow::Normal
    }

    /// `from module import name`.
    fn take(
        &mut self,
        module: &str,
        name: &'a ImportedName,
        frame: &mut Frame<'a>,
        context: Context,
    ) -> Flow {
        if name.name == "*" {
            return self.take_all(module, name, frame, context);
        }
        let place = frame.place(name.span);
        let known = match self.ask(module, &name.name) {
            Answer::Has(known) => known,
            Answer::Unknown => {
                if self.standard_lacks(module, &name.name) {
                    let kind = FailureKind::StandardName { is_attribute: false };
                    let flow = self.fail_name(module, &name.name, name.span, frame, context, kind);
                    if flow != Flow::Normal {
                        return flow;
                    }
                }
                Known::Something
            }
            Answer::Part => {
                let full = format!("{module}.{}", name.name);
                match self.load(&full, place, context) {
                    Loaded::Stopped(flow) => return flow,
                    Loaded::Yes => Known::Module(full),
                    Loaded::Mended => Known::Something,
                }
            }
            Answer::Lacks { is_running } => {
                let flow = self.lacking(module, name, is_running, frame, context);
                if flow != Flow::Normal {
                    return flow;
                }
                Known::Something
            }
        };
        self.bind(frame, &name.binds, known);
        Flow::Normal
    }

    fn lacking(
        &mut self,
        module: &str,
        name: &ImportedName,
        is_running: bool,
        frame: &Frame<'a>,
        context: Context,
    ) -> Flow {
        let folders = self.folders_of_package(module);
        let ignored = folders.iter().find_map(|folder| self.ignored(folder, &name.name));
        if let Some(withheld) = ignored {
            let full = format!("{module}.{}", name.name);
            let kind = FailureKind::Ignored(withheld);
            return self.fail(
                &full,
                &full,
                frame.place(name.span),
                context,
                kind,
                Exception::Import,
            );
        }
        let kind = if is_running {
            FailureKind::Circular { is_attribute: false }
        } else {
            FailureKind::Name { is_attribute: false }
        };
        self.fail_name(module, &name.name, name.span, frame, context, kind)
    }

    /// The folders of a loaded package; none of a module that is no package.
    pub(super) fn folders_of_package(&self, module: &str) -> Vec<String> {
        let Some(space) = self.spaces.get(module) else {
            return self.namespace_folders(module).unwrap_or_default();
        };
        let path = &self.world.documents[space.document.0 as usize].path;
        if path.ends_with("__init__.py") {
            vec![folder_of(path).to_owned()]
        } else {
            Vec::new()
        }
    }

    /// `from module import *`.
    fn take_all(
        &mut self,
        module: &str,
        star: &ImportedName,
        frame: &mut Frame<'a>,
        context: Context,
    ) -> Flow {
        let Some(space) = self.spaces.get(module) else {
            // A namespace package gives no names of its own.
            if self.namespace_folders(module).is_some() {
                return Flow::Normal;
            }
            if let Some(own) = self.spaces.get_mut(&frame.module) {
                own.is_open = true;
            }
            return Flow::Normal;
        };
        let is_open = space.is_open;
        let exports = space.exports.clone();
        let names = space.starred();
        for export in exports.into_iter().flatten() {
            let flow = match self.ask(module, &export.value) {
                Answer::Part => {
                    let full = format!("{module}.{}", export.value);
                    match self.load(&full, frame.place(star.span), context) {
                        Loaded::Stopped(flow) => flow,
                        _ => Flow::Normal,
                    }
                }
                Answer::Lacks { is_running } => {
                    let kind = if is_running {
                        FailureKind::Circular { is_attribute: true }
                    } else {
                        FailureKind::Name { is_attribute: true }
                    };
                    self.fail_name(module, &export.value, star.span, frame, context, kind)
                }
                _ => Flow::Normal,
            };
            if flow != Flow::Normal {
                return flow;
            }
        }
        for (name, known) in names {
            self.bind(frame, &name, known);
        }
        if let Some(own) = self.spaces.get_mut(&frame.module) {
            own.is_open |= is_open;
        }
        Flow::Normal
    }

    fn fail_relative(&mut self, import: &Import, frame: &Frame<'a>, context: Context) -> Flow {
        let module = format!("{}{}", ".".repeat(import.level as usize), import.module);
        let place = frame.place(import.span);
        let kind = FailureKind::Relative {
            has_package: frame
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
