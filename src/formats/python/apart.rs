//! Parts of a module that do not run when it is imported, and what leads there: the functions, classes and
//! `__main__` blocks that a server is started in.

use super::guards::guard_of;
use super::names::Names;
use super::span;
use crate::facts::python::{Apart, Arrival, Guard};
use crate::facts::{Facts, PortRole};
use crate::source::Span;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Decorator, Expr, Stmt};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// Functions and classes that are followed back from one that starts a server.
const MOST: usize = 64;

/// Notes the parts of a module that its servers stand in.
pub(super) fn read(body: &[Stmt], names: &Names, facts: &mut Facts) {
    let binds = facts.ports.iter().filter(|port| port.role == PortRole::Binds);
    let of_binds = binds.filter_map(|port| port.call).map(|call| call.start);
    let of_listeners = facts.listeners.iter().map(|listener| listener.span.start);
    let servers: BTreeSet<u32> = of_binds.chain(of_listeners).collect();
    if servers.is_empty() {
        return;
    }
    let mut outline = Outline::new(names);
    outline.visit_body(body);
    let has_server = |place: &Span| servers.range(place.start..place.end).next().is_some();
    let mains = outline.mains.iter().filter(|place| has_server(place));
    let mut found: Vec<Apart> = mains.map(|place| Apart::below_main(*place)).collect();
    let parts = outline.parts.iter().enumerate();
    let parts = parts.filter(|(_, part)| has_server(&part.span));
    found.extend(parts.map(|(at, _)| outline.apart(at)));
    found.sort_by_key(|part| part.span);
    if let Some(python) = &mut facts.python {
        python.apart = found;
    }
}

/// A function or class that is no part of another one.
struct Part<'a> {
    name: &'a str,
    span: Span,
    is_class: bool,
    /// Whether what decorates it may hand it on.
    is_decorated: bool,
}

/// From where a name is mentioned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum From {
    Module,
    Main,
    Part(usize),
}

/// What of a module mentions what.
struct Outline<'a> {
    names: &'a Names,
    parts: Vec<Part<'a>>,
    /// What stands below `if __name__ == "__main__":`.
    mains: Vec<Span>,
    /// By name: from where it is mentioned.
    mentions: FxHashMap<&'a str, BTreeSet<From>>,
    at: From,
}

impl<'a> Outline<'a> {
    fn new(names: &'a Names) -> Self {
        Self {
            names,
            parts: Vec::new(),
            mains: Vec::new(),
            mentions: FxHashMap::default(),
            at: From::Module,
        }
    }

    fn part(&mut self, name: &'a str, place: Span, decorators: &'a [Decorator], statement: &'a Stmt) {
        if self.at != From::Module {
            return walk_stmt(self, statement);
        }
        self.at = From::Part(self.parts.len());
        self.parts.push(Part {
            name,
            span: place,
            is_class: statement.is_class_def_stmt(),
            is_decorated: !decorators.is_empty(),
        });
        walk_stmt(self, statement);
        self.at = From::Module;
    }

    /// What leads to one of the parts.
    fn apart(&self, target: usize) -> Apart {
        let part = &self.parts[target];
        let mut apart = Apart {
            // A class may be found by what it is made of, without its name.
            imported: if part.is_class {
                Arrival::Perhaps
            } else {
                Arrival::Never
            },
            is_main: false,
            through: Vec::new(),
            span: part.span,
        };
        let mut seen = BTreeSet::from([target]);
        let mut open = vec![target];
        while let Some(at) = open.pop() {
            let part = &self.parts[at];
            apart.through.push(part.name.to_owned());
            if part.is_decorated {
                apart.imported = apart.imported.max(Arrival::Perhaps);
            }
            for from in self.mentions.get(part.name).into_iter().flatten() {
                match from {
                    From::Module => apart.imported = Arrival::Surely,
                    From::Main => apart.is_main = true,
                    From::Part(_) if seen.len() >= MOST => {
                        apart.imported = apart.imported.max(Arrival::Perhaps);
                        break;
                    }
                    From::Part(other) => {
                        if seen.insert(*other) {
                            open.push(*other);
                        }
                    }
                }
            }
        }
        apart.through.sort_unstable();
        apart.through.dedup();
        apart
    }
}

impl<'a> Visitor<'a> for Outline<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                let name = function.name.id.as_str();
                self.part(name, span(function), &function.decorator_list, statement);
            }
            Stmt::ClassDef(class) => {
                self.part(
                    class.name.id.as_str(),
                    span(class),
                    &class.decorator_list,
                    statement,
                );
            }
            Stmt::If(branch)
                if self.at == From::Module && guard_of(&branch.test, self.names) == Guard::IsMain =>
            {
                if let (Some(first), Some(last)) = (branch.body.first(), branch.body.last()) {
                    self.mains
                        .push(Span::new(span(first).start as usize, span(last).end as usize));
                }
                self.at = From::Main;
                branch.body.iter().for_each(|inner| self.visit_stmt(inner));
                self.at = From::Module;
                let others = branch.elif_else_clauses.iter();
                others.for_each(|clause| self.visit_elif_else_clause(clause));
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && name.ctx.is_load()
        {
            self.mentions.entry(name.id.as_str()).or_default().insert(self.at);
        }
        walk_expr(self, expr);
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::python::Arrival::{self, Never, Perhaps, Surely};
    use crate::formats::python::extract;

    /// Of the parts that listen: what an import does, whether a script gets there, and what leads there.
    fn told(text: &str) -> Vec<(Arrival, bool, Vec<String>)> {
        let text = format!("import uvicorn\nfrom threading import Thread\n{text}");
        let python = extract(&text).python.unwrap_or_default();
        let parts = python.apart.into_iter();
        parts
            .map(|part| (part.imported, part.is_main, part.through))
            .collect()
    }

    const RUN: &str = "uvicorn.run('a:app', host='0.0.0.0', reload=True)";

    #[test]
    fn what_leads_to_a_server_is_seen() {
        let main = "if __name__ == '__main__':\n    ";
        let def = format!("def main():\n    {RUN}\n");
        for (text, imported, is_main, through) in [
            (format!("{main}{RUN}"), Never, true, vec![]),
            (def.clone(), Never, false, vec!["main"]),
            (format!("{def}{main}main()"), Never, true, vec!["main"]),
            (format!("{def}main()"), Surely, false, vec!["main"]),
            (
                format!("{def}Thread(target=main).start()"),
                Surely,
                false,
                vec!["main"],
            ),
            (
                format!("{def}def start():\n    main()\n{main}start()"),
                Never,
                true,
                vec!["main", "start"],
            ),
            (
                format!("@cli.command()\ndef main():\n    {RUN}"),
                Perhaps,
                false,
                vec!["main"],
            ),
            (
                format!("class Dev:\n    def run(self):\n        {RUN}"),
                Perhaps,
                false,
                vec!["Dev"],
            ),
            (
                format!("def main():\n    def inner():\n        {RUN}\n    inner()"),
                Never,
                false,
                vec!["main"],
            ),
            (
                format!("{def}def main2():\n    main2()"),
                Never,
                false,
                vec!["main"],
            ),
            (
                format!("try:\n    import x\nexcept ImportError:\n    def main():\n        {RUN}\nmain()"),
                Surely,
                false,
                vec!["main"],
            ),
        ] {
            let through: Vec<String> = through.into_iter().map(str::to_owned).collect();
            assert_eq!(told(&text), [(imported, is_main, through)], "{text}");
        }
        assert!(told(RUN).is_empty());
    }

    #[test]
    fn many_callers_are_not_all_followed() {
        let callers: Vec<String> = (0..200).map(|at| format!("def f{at}():\n    main()\n")).collect();
        let found = told(&format!("def main():\n    {RUN}\n{}", callers.concat()));
        assert_eq!((found[0].0, found[0].2.len()), (Perhaps, 64));
    }
}
