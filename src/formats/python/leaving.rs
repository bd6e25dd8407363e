//! Statements that leave a loop, a block or the program.

use super::names::Names;
use ruff_python_ast::{ExceptHandler, Expr, Stmt};

/// Whether a `break` leaves the loop that has this body.
pub(super) fn leaves_loop(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::Break(_) | Stmt::Return(_) => true,
        Stmt::If(branch) => {
            leaves_loop(&branch.body)
                || branch
                    .elif_else_clauses
                    .iter()
                    .any(|clause| leaves_loop(&clause.body))
        }
        Stmt::With(with) => leaves_loop(&with.body),
        Stmt::Try(tried) => {
            let in_handler = |handler: &ExceptHandler| {
                let ExceptHandler::ExceptHandler(handler) = handler;
                leaves_loop(&handler.body)
            };
            [&tried.body, &tried.orelse, &tried.finalbody]
                .into_iter()
                .any(|part| leaves_loop(part))
                || tried.handlers.iter().any(in_handler)
        }
        Stmt::Match(matched) => matched.cases.iter().any(|case| leaves_loop(&case.body)),
        _ => false,
    })
}

/// Whether a statement leaves its block.
pub(super) fn ends_block(statement: &Stmt, names: &Names) -> bool {
    matches!(statement, Stmt::Return(_) | Stmt::Continue(_) | Stmt::Break(_)) || raises(statement, names)
}

/// Whether a statement ends the program: `raise`, `sys.exit()`.
pub(super) fn raises(statement: &Stmt, names: &Names) -> bool {
    match statement {
        Stmt::Raise(_) => true,
        Stmt::Expr(expression) => match &*expression.value {
            Expr::Call(call) => names.dotted(&call.func).is_some_and(|function| {
                matches!(function.as_ref(), "sys.exit" | "exit" | "quit" | "os._exit")
            }),
            _ => false,
        },
        _ => false,
    }
}
