//! `try` statements: what they catch, and what is done then.

use super::flow::Reader;
use super::leaving::raises;
use super::names::last;
use crate::facts::Reach;
use crate::facts::python::{Handler, Step, Try};
use ruff_python_ast::{ExceptHandler, Expr, StmtTry};

impl Reader<'_> {
    pub(super) fn tried(&mut self, tried: &StmtTry, reach: Reach) -> Step {
        let outer = self.is_tried;
        self.is_tried |= tried.handlers.iter().any(|handler| self.copes(handler));
        let body = self.block(&tried.body, reach);
        let mut handlers = Vec::with_capacity(tried.handlers.len());
        for handler in &tried.handlers {
            // What is done where a program is not there is the other system's way.
            self.is_tried = outer || self.copes(handler);
            let ExceptHandler::ExceptHandler(handler) = handler;
            let catches = match &handler.type_ {
                None => vec!["BaseException".to_owned()],
                Some(kind) => self.catches(kind),
            };
            let ends = handler.body.last().is_some_and(|last| raises(last, &self.names));
            handlers.push(Handler {
                catches,
                body: self.block(&handler.body, reach),
                ends,
            });
        }
        self.is_tried = outer;
        let otherwise = self.block(&tried.orelse, reach);
        let finally = self.block(&tried.finalbody, reach);
        Step::Try(Box::new(Try {
            body,
            handlers,
            otherwise,
            finally,
        }))
    }

    /// Whether a handler goes on where a program is not found.
    fn copes(&self, handler: &ExceptHandler) -> bool {
        let ExceptHandler::ExceptHandler(handler) = handler;
        let kinds = handler
            .type_
            .as_ref()
            .map_or_else(Vec::new, |kind| self.catches(kind));
        let ends = handler.body.last().is_some_and(|last| raises(last, &self.names));
        !ends && kinds.iter().any(|kind| is_missing_file(kind))
    }

    /// The names of the exceptions in a tuple, or of one.
    fn catches(&self, kind: &Expr) -> Vec<String> {
        let kinds: Vec<&Expr> = match kind {
            Expr::Tuple(tuple) => tuple.elts.iter().collect(),
            other => vec![other],
        };
        let names = kinds.iter().filter_map(|kind| self.names.dotted(kind));
        let mut names: Vec<String> = names.map(|name| last(&name).to_owned()).collect();
        // `except FALLBACK_ERRORS:` names a tuple of its own, which may hold any of them.
        if names.iter().any(|name| is_constant(name)) {
            names.push("Exception".to_owned());
        }
        names
    }

    /// What `contextlib.suppress(ImportError)` catches.
    pub(super) fn suppresses(&self, expr: &Expr) -> Option<Vec<String>> {
        let Expr::Call(call) = expr else { return None };
        if self.names.dotted(&call.func)? != "contextlib.suppress" {
            return None;
        }
        let kinds = &call.arguments.args;
        Some(kinds.iter().flat_map(|kind| self.catches(kind)).collect())
    }
}

/// Whether a name is written as constants are: no exception's class is.
fn is_constant(name: &str) -> bool {
    let is_upper = |letter: u8| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == b'_';
    name.len() > 3 && name.bytes().all(is_upper)
}

/// Whether an exception is one of a program that is not there.
fn is_missing_file(kind: &str) -> bool {
    matches!(
        kind,
        "FileNotFoundError" | "OSError" | "IOError" | "EnvironmentError"
    )
}
