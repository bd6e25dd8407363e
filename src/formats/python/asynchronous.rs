//! Asynchronous comprehensions inside others, which Python before 3.11 refuses: there, only a coroutine may hold
//! them, and a comprehension is one when it has an `async for` or an `await` of its own.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Comprehension, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

/// The first comprehension that an older Python refuses.
pub(super) fn nested(body: &[Stmt]) -> Option<TextRange> {
    let mut finder = Finder {
        found: None,
        is_in_plain: false,
    };
    for statement in body {
        finder.visit_stmt(statement);
    }
    finder.found
}

struct Finder {
    found: Option<TextRange>,
    /// Whether the innermost scope around is a comprehension that is no coroutine.
    is_in_plain: bool,
}

impl Finder {
    fn within(&mut self, is_in_plain: bool, walk: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.is_in_plain, is_in_plain);
        walk(self);
        self.is_in_plain = outer;
    }
}

impl<'a> Visitor<'a> for Finder {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        // Whatever holds a statement is no comprehension.
        self.within(false, |finder| walk_stmt(finder, statement));
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if self.found.is_some() {
            return;
        }
        if let Expr::Lambda(_) = expr {
            self.within(false, |finder| walk_expr(finder, expr));
            return;
        }
        let Some((elements, generators)) = parts(expr) else {
            walk_expr(self, expr);
            return;
        };
        let is_async = is_coroutine(&elements, generators);
        if is_async && self.is_in_plain && !expr.is_generator_expr() {
            self.found = Some(expr.range());
            return;
        }
        let (first, rest) = split(generators);
        if let Some(first) = first {
            self.visit_expr(first);
        }
        self.within(!is_async, |finder| {
            for inner in elements.into_iter().chain(rest) {
                finder.visit_expr(inner);
            }
        });
    }
}

/// The elements and the generators of a comprehension.
fn parts(expr: &Expr) -> Option<(Vec<&Expr>, &[Comprehension])> {
    Some(match expr {
        Expr::ListComp(list) => (vec![&list.elt], &list.generators),
        Expr::SetComp(set) => (vec![&set.elt], &set.generators),
        Expr::DictComp(dict) => {
            let key = dict.key.iter().map(|key| &**key);
            (key.chain([&*dict.value]).collect(), &dict.generators)
        }
        Expr::Generator(generator) => (vec![&generator.elt], &generator.generators),
        _ => return None,
    })
}

/// What is evaluated around a comprehension, and all else but its elements.
fn split(generators: &[Comprehension]) -> (Option<&Expr>, impl Iterator<Item = &Expr>) {
    let first = generators.first().map(|generator| &generator.iter);
    let further = generators.iter().skip(1).map(|generator| &generator.iter);
    (
        first,
        further.chain(generators.iter().flat_map(|generator| &generator.ifs)),
    )
}

/// Whether a comprehension has an `async for` or an `await` of its own.
fn is_coroutine(elements: &[&Expr], generators: &[Comprehension]) -> bool {
    let mut awaits = Awaits(generators.iter().any(|generator| generator.is_async));
    let (_, rest) = split(generators);
    for expr in elements.iter().copied().chain(rest) {
        awaits.visit_expr(expr);
    }
    awaits.0
}

struct Awaits(bool);

impl<'a> Visitor<'a> for Awaits {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            _ if self.0 => {}
            Expr::Await(_) => self.0 = true,
            Expr::Lambda(_) => {}
            _ => match parts(expr) {
                // Only the first iterable of an inner comprehension is evaluated out here.
                Some((_, generators)) => {
                    if let (Some(first), _) = split(generators) {
                        self.visit_expr(first);
                    }
                }
                None => walk_expr(self, expr),
            },
        }
    }
}
