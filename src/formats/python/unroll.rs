//! Loops over folders that change `sys.path`: `for folder in (ROOT, SHARED): sys.path.insert(0, folder)`. They are
//! written out, because what an entry finds depends on those before it.

use crate::facts::python::{Arm, Guard, PathExpr, Step, has_step};

/// Steps that a loop is written out to at most.
const MOST: usize = 256;

/// The body of a loop once for each element that it goes over, where the body changes `sys.path`.
pub(super) fn unrolled(body: Vec<Step>, over: &PathExpr) -> Vec<Step> {
    let PathExpr::OneOf(elements) = over else {
        return body;
    };
    let edits = has_step(&body, &|step| matches!(step, Step::PathEdit(_)));
    if !edits || count(&body, MOST) * elements.len() > MOST {
        return body;
    }
    let mut steps = Vec::with_capacity(body.len() * elements.len());
    for element in elements {
        let from = steps.len();
        steps.extend_from_slice(&body);
        put_in_steps(&mut steps[from..], over, element);
    }
    steps
}

/// How many steps there are, those inside others among them; counted up to `most`.
fn count(steps: &[Step], most: usize) -> usize {
    let number = std::cell::Cell::new(0);
    has_step(steps, &|_| {
        number.set(number.get() + 1);
        number.get() > most
    });
    number.get()
}

/// Puts an element where the variable of the loop stands.
fn put_in_steps(steps: &mut [Step], variable: &PathExpr, element: &PathExpr) {
    for step in steps {
        match step {
            Step::PathEdit(edit) => {
                let entries = edit.entries.iter_mut();
                entries.for_each(|entry| put_in_path(&mut entry.value, variable, element));
            }
            Step::Bind(binding) => put_in_path(&mut binding.value, variable, element),
            Step::Branch(arms) => {
                for Arm { guard, body } in arms {
                    put_in_guard(guard, variable, element);
                    put_in_steps(body, variable, element);
                }
            }
            Step::Block(body) | Step::Loop(body) | Step::Forever(body) | Step::Suppress(_, body) => {
                put_in_steps(body, variable, element);
            }
            Step::Try(tried) => {
                for body in [&mut tried.body, &mut tried.otherwise, &mut tried.finally] {
                    put_in_steps(body, variable, element);
                }
                for handler in &mut tried.handlers {
                    put_in_steps(&mut handler.body, variable, element);
                }
            }
            _ => {}
        }
    }
}

fn put_in_guard(guard: &mut Guard, variable: &PathExpr, element: &PathExpr) {
    match guard {
        Guard::InPath(folder) => put_in_path(folder, variable, element),
        Guard::Not(inner) => put_in_guard(inner, variable, element),
        Guard::All(parts) | Guard::Any(parts) => {
            for part in parts {
                put_in_guard(part, variable, element);
            }
        }
        _ => {}
    }
}

/// A path with an element where the variable stands.
pub(super) fn put_in(path: &PathExpr, variable: &PathExpr, element: &PathExpr) -> PathExpr {
    let mut path = path.clone();
    put_in_path(&mut path, variable, element);
    path
}

fn put_in_path(path: &mut PathExpr, variable: &PathExpr, element: &PathExpr) {
    if path == variable {
        path.clone_from(element);
        return;
    }
    match path {
        PathExpr::Parent(inner, _) | PathExpr::Absolute(inner) | PathExpr::Inserted(inner) => {
            put_in_path(inner, variable, element);
        }
        PathExpr::Join(parts) | PathExpr::Concat(parts) => {
            for part in parts {
                put_in_path(part, variable, element);
            }
        }
        _ => {}
    }
}
