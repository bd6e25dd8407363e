//! Facts as a project keeps them: in little room.

use super::Facts;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, LazyLock};

/// What a document that states nothing states.
static NOTHING: LazyLock<Facts> = LazyLock::new(Facts::default);

/// The facts of one document, shared by all trees that hold it. Most files of a large tree state nothing, and take one
/// word here.
#[derive(Debug, Clone, Default)]
pub struct Held(Option<Arc<Facts>>);

impl From<Facts> for Held {
    fn from(facts: Facts) -> Self {
        // The copy has no room that lists grew for, and lies together: what it is made of was strewn over the memory
        // that the reader of the format has given back by now.
        Self((!facts.is_empty()).then(|| Arc::new(facts.clone())))
    }
}

impl Deref for Held {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        match &self.0 {
            Some(facts) => facts,
            None => &NOTHING,
        }
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Facts {
        Arc::make_mut(self.0.get_or_insert_default())
    }
}

impl Facts {
    /// Whether nothing is stated.
    fn is_empty(&self) -> bool {
        macro_rules! are_empty {
            (lists: $($list:ident),*; options: $($option:ident),*) => {{
                // The compiler holds that no field is left out.
                let Self { $($list,)* $($option,)* } = self;
                $($list.is_empty() &&)* $($option.is_none() &&)* true
            }};
        }
        are_empty! {
            lists: values, newer_syntax, programs, targets, build_ignores, drop_ins, daemons, requirements,
                local_installs, console_scripts, ports, connections, tables, made, listeners, settings, variables,
                exported, commands, shell_functions, sought, told, paths, tokens, modules, site_lines, embedded, suppressions, bashisms, problems;
            options: python, runtime, requires_python, lock, launchd, server, of_node, shebang, carriage_return, left_out
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Problem, ProblemKind};
    use crate::source::Span;

    #[test]
    fn what_states_nothing_takes_no_room() {
        let mut held = Held::from(Facts::default());
        assert!(held.0.is_none() && held.problems.is_empty());
        held.problems.push(Problem {
            kind: ProblemKind::Syntax,
            message: String::new(),
            span: Span::default(),
        });
        assert_eq!((held.problems.len(), NOTHING.problems.len()), (1, 0));
        assert!(
            Held::from(Facts::of_problem(ProblemKind::Syntax, "", Span::default()))
                .0
                .is_some()
        );
    }
}
