//! What a document says when its aliases and merge keys are followed.

use crate::formats::structured::{DEPTH, Entry, Node, Shape};
use crate::source::Span;
use std::collections::BTreeMap;

/// Nodes that a document may have with all its aliases followed: a few lines can call for billions.
const BUDGET: usize = 50_000;

/// The anchors of a stream, and the aliases that mean them.
#[derive(Default)]
pub(super) struct Aliases {
    anchors: BTreeMap<usize, Node<'static>>,
    targets: BTreeMap<Span, usize>,
}

impl Aliases {
    /// Notes what stands behind `&name`; 0 is no anchor.
    pub(super) fn anchor(&mut self, id: usize, node: &Node<'static>) {
        if id > 0 {
            self.anchors.insert(id, node.clone());
        }
    }

    /// Notes an alias, `*name`.
    pub(super) fn alias(&mut self, span: Span, id: usize) {
        self.targets.insert(span, id);
    }

    /// The node with aliases put in and maps merged; nothing when it has no aliases, or far too many.
    pub(super) fn followed(&self, node: &Node<'static>) -> Option<Node<'static>> {
        if self.targets.is_empty() {
            return None;
        }
        let mut budget = BUDGET;
        let followed = self.node(node, 0, &mut budget);
        (budget > 0).then_some(followed)
    }

    fn node(&self, node: &Node<'static>, depth: usize, budget: &mut usize) -> Node<'static> {
        *budget = budget.saturating_sub(1);
        if depth > DEPTH || *budget == 0 {
            return Node::new(Shape::Other, node.span);
        }
        let shape = match &node.shape {
            Shape::Other => {
                let target = self.targets.get(&node.span).and_then(|id| self.anchors.get(id));
                return match target {
                    Some(target) => self.node(target, depth + 1, budget),
                    None => node.clone(),
                };
            }
            Shape::List(elements) => {
                let follow = |element| self.node(element, depth + 1, budget);
                Shape::List(elements.iter().map(follow).collect())
            }
            Shape::Map(entries) => Shape::Map(self.entries(entries, depth, budget)),
            _ => return node.clone(),
        };
        Node::new(shape, node.span)
    }

    /// The entries, and before them those of `<<`, which they replace.
    fn entries(&self, entries: &[Entry<'static>], depth: usize, budget: &mut usize) -> Vec<Entry<'static>> {
        let mut merged = Vec::new();
        let mut own = Vec::new();
        for entry in entries {
            let node = self.node(&entry.node, depth + 1, budget);
            if entry.key == "<<" {
                // Of several maps the first one counts, so it stands last.
                for map in node.elements().iter().rev() {
                    merged.extend_from_slice(map.entries());
                }
                merged.extend_from_slice(node.entries());
            } else {
                let (key, key_span) = (entry.key.clone(), entry.key_span);
                own.push(Entry { key, key_span, node });
            }
        }
        merged.extend(own);
        merged
    }
}
