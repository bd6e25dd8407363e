//! What the names of functions, classes and loops stand for, so that a path can be told where it is used.

use crate::facts::python::PathExpr;
use ruff_python_ast::{Expr, Parameters};
use std::collections::BTreeMap;

/// An expression with more parts than this is not followed: names that stand for names could grow for ever.
const LARGEST: usize = 48;

/// The names of the bodies around a statement, the innermost last.
#[derive(Debug, Default)]
pub(super) struct Locals {
    frames: Vec<Frame>,
    /// Blocks around the statement.
    depth: usize,
}

/// One body.
#[derive(Debug)]
struct Frame {
    kind: Body,
    values: BTreeMap<String, PathExpr>,
    /// `self.x` of a class.
    attributes: BTreeMap<String, PathExpr>,
    /// Blocks around it.
    depth: usize,
}

/// What a body is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    Function,
    Class,
    Loop,
}

impl Locals {
    /// Goes into a body.
    pub(super) fn enter(&mut self, kind: Body) {
        self.frames.push(Frame {
            kind,
            values: BTreeMap::new(),
            attributes: BTreeMap::new(),
            depth: self.depth,
        });
    }

    /// Comes out of the innermost body.
    pub(super) fn leave(&mut self) {
        self.frames.pop();
    }

    /// Goes into a block of statements.
    pub(super) fn begin(&mut self) {
        self.depth += 1;
    }

    /// Comes out of one.
    pub(super) fn end(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Goes into a function: nothing is known of what it is handed.
    pub(super) fn enter_function(&mut self, parameters: &Parameters) {
        self.enter(Body::Function);
        for parameter in parameters {
            self.set(parameter.name().id.as_str(), PathExpr::Unknown);
        }
    }

    /// A name, perhaps `self.x` or `module.X`, gets a value.
    pub(super) fn bind(&mut self, name: &str, value: PathExpr) {
        let value = if size(&value, LARGEST) < LARGEST {
            value
        } else {
            PathExpr::Unknown
        };
        if let Some(attribute) = own_attribute(name) {
            let class = self
                .frames
                .iter_mut()
                .rev()
                .find(|frame| frame.kind == Body::Class);
            if let Some(class) = class {
                insert(&mut class.attributes, attribute, value, false);
            }
        } else {
            self.set(name, value);
        }
    }

    fn set(&mut self, name: &str, value: PathExpr) {
        let depth = self.depth;
        // A loop has no names of its own but at the top of a module, where this is enough.
        let inner = self.frames.iter().rposition(|frame| frame.kind != Body::Loop);
        let at = inner.or(self.frames.len().checked_sub(1));
        if let Some(frame) = at.and_then(|at| self.frames.get_mut(at)) {
            let is_straight = depth <= frame.depth + 1;
            forget_parts(&mut frame.values, name);
            insert(&mut frame.values, name, value, is_straight);
        }
    }

    /// The variable of a loop, which has just been entered.
    pub(super) fn bind_loop(&mut self, target: &Expr, value: PathExpr) {
        if let Some(frame) = self.frames.last_mut() {
            match target {
                Expr::Name(name) => {
                    frame.values.insert(name.id.to_string(), value);
                }
                other => names_in(other)
                    .into_iter()
                    .for_each(|name| drop(frame.values.insert(name.to_owned(), PathExpr::Unknown))),
            }
        }
    }

    /// Nothing is known any more of the names in a target.
    pub(super) fn forget(&mut self, target: &Expr) {
        for name in names_in(target) {
            self.set(name, PathExpr::Unknown);
        }
    }

    /// What a name stands for; nothing when no body around the statement gives it.
    pub(super) fn get(&self, name: &str) -> Option<&PathExpr> {
        if let Some(attribute) = own_attribute(name) {
            let class = self.frames.iter().rev().find(|frame| frame.kind == Body::Class)?;
            let value = class.attributes.get(attribute);
            return value.or_else(|| class.values.get(attribute));
        }
        let mut is_in_function = false;
        for frame in self.frames.iter().rev() {
            // The functions of a class do not see the names of its body.
            let is_seen = frame.kind != Body::Class || !is_in_function;
            if let (true, Some(value)) = (is_seen, frame.values.get(name)) {
                return Some(value);
            }
            is_in_function |= frame.kind == Body::Function;
        }
        None
    }
}

/// What another object is given that a name stood for is nothing of what it stands for now.
fn forget_parts(values: &mut BTreeMap<String, PathExpr>, name: &str) {
    let from = format!("{name}.");
    let parts = values.range_mut(from.clone()..);
    for (_, value) in parts.take_while(|(part, _)| part.starts_with(&from)) {
        *value = PathExpr::Unknown;
    }
}

/// A second value counts when it surely comes behind the first.
fn insert(values: &mut BTreeMap<String, PathExpr>, name: &str, value: PathExpr, is_straight: bool) {
    match values.get_mut(name) {
        Some(known) if *known != value && !is_straight => *known = PathExpr::Unknown,
        Some(known) => *known = value,
        None => drop(values.insert(name.to_owned(), value)),
    }
}

/// `x` of `self.x`.
fn own_attribute(name: &str) -> Option<&str> {
    let attribute = name.strip_prefix("self.").or_else(|| name.strip_prefix("cls."))?;
    (!attribute.contains('.')).then_some(attribute)
}

/// The plain names in a target.
fn names_in(target: &Expr) -> Vec<&str> {
    match target {
        Expr::Name(name) => vec![name.id.as_str()],
        Expr::Tuple(tuple) => tuple.elts.iter().flat_map(names_in).collect(),
        Expr::List(list) => list.elts.iter().flat_map(names_in).collect(),
        Expr::Starred(starred) => names_in(&starred.value),
        _ => Vec::new(),
    }
}

/// How many parts an expression has; counted up to `most`.
fn size(expr: &PathExpr, most: usize) -> usize {
    let many = |parts: &[PathExpr]| {
        let mut sum = 1;
        for part in parts {
            if sum >= most {
                break;
            }
            sum += size(part, most - sum);
        }
        sum
    };
    match expr {
        PathExpr::Join(parts) | PathExpr::Concat(parts) | PathExpr::OneOf(parts) => many(parts),
        PathExpr::Parent(inner, _) | PathExpr::Absolute(inner) | PathExpr::Inserted(inner) => {
            1 + most.checked_sub(1).map_or(0, |most| size(inner, most))
        }
        PathExpr::Variable(_, Some(inner)) => 1 + most.checked_sub(1).map_or(0, |most| size(inner, most)),
        _ => 1,
    }
}
