//! Whether the target gets to a statement, by what stands before and around it.

use super::flow::Reader;
use super::guards::{guard_of, platform_value, tests_existence};
use super::leaving::{ends_block, raises};
use super::names::written;
use super::span;
use crate::facts::Reach;
use ruff_python_ast::{CmpOp, Expr, Pattern, Stmt, StmtMatch, UnaryOp};

impl Reader<'_> {
    /// `if sys.platform != "darwin": return` keeps Linux from everything behind it in the block, and
    /// `if not shutil.which("x"): return` whoever has no such program.
    pub(super) fn reach_behind(&mut self, statement: &Stmt, reach: Reach) -> Reach {
        let Stmt::If(branch) = statement else { return reach };
        let last = branch.body.last().filter(|_| branch.elif_else_clauses.is_empty());
        let Some(last) = last.filter(|last| ends_block(last, &self.names)) else {
            return reach;
        };
        if guard_of(&branch.test, &self.names).on_linux() == Some(true) {
            return Reach::Elsewhere;
        }
        if !(is_denial(&branch.test) && tests_existence(&branch.test, &self.names)) {
            return reach;
        }
        let test = span(&*branch.test);
        let mut sought = self.facts.sought.iter_mut().rev();
        let looked_for = sought
            .by_ref()
            .take_while(|sought| sought.span.start >= test.start);
        let looked_for: Vec<_> = looked_for.filter(|sought| sought.span.end <= test.end).collect();
        if raises(last, &self.names) {
            // What the program ends without, it needs.
            for sought in looked_for {
                sought.is_required = true;
            }
        } else if !looked_for.is_empty() {
            return reach.max(Reach::IfFound);
        }
        reach
    }

    /// The reach of each arm of a `match` over the platform.
    pub(super) fn case_reaches(&self, matched: &StmtMatch, reach: Reach) -> Vec<Reach> {
        let Some(on_linux) = platform_value(&matched.subject, &self.names) else {
            return vec![reach; matched.cases.len()];
        };
        let mut is_taken = false;
        let mut reaches = Vec::with_capacity(matched.cases.len());
        for case in &matched.cases {
            let takes = !is_taken && takes(&case.pattern, on_linux);
            is_taken |= takes;
            reaches.push(if takes { reach } else { Reach::Elsewhere });
        }
        reaches
    }

    /// `IS_MAC = sys.platform == "darwin"`, `system = platform.system()`: what a name says of the platform.
    pub(super) fn note_platform(&mut self, target: &Expr, value: &Expr) {
        let Some(name) = written(target) else { return };
        let answer = guard_of(value, &self.names).on_linux();
        let is_constant = matches!(value, Expr::BooleanLiteral(_) | Expr::NumberLiteral(_));
        let text = platform_value(value, &self.names);
        self.names
            .tell_platform(name.into_owned(), answer.filter(|_| !is_constant), text);
    }
}

/// `not x`, `x is None`.
fn is_denial(test: &Expr) -> bool {
    match test {
        Expr::UnaryOp(operation) => operation.op == UnaryOp::Not,
        Expr::Compare(compare) => {
            matches!(&*compare.ops, [CmpOp::Is | CmpOp::Eq])
                && matches!(&*compare.comparators, [Expr::NoneLiteral(_)])
        }
        _ => false,
    }
}

/// Whether a pattern takes this text.
fn takes(pattern: &Pattern, text: &str) -> bool {
    match pattern {
        Pattern::MatchValue(value) => match &*value.value {
            Expr::StringLiteral(literal) => literal.value.to_str() == text,
            _ => true,
        },
        Pattern::MatchOr(either) => either.patterns.iter().any(|pattern| takes(pattern, text)),
        Pattern::MatchAs(named) => named.pattern.as_ref().is_none_or(|inner| takes(inner, text)),
        _ => true,
    }
}
