//! Functions of a script or module: what only guarded calls reach is reached as they are.

use crate::facts::{Facts, Reach};
use crate::source::Span;
use std::collections::BTreeMap;

/// How long a row of functions that call each other is followed.
const ROUNDS: usize = 4;

/// The functions that a text defines, and its calls of them, in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Calls {
    bodies: Vec<(String, Span)>,
    calls: Vec<Call>,
}

#[derive(Debug)]
struct Call {
    name: String,
    at: u32,
    reach: Reach,
}

impl Calls {
    pub(super) fn define(&mut self, name: &str, body: Span) {
        self.bodies.push((name.to_owned(), body));
    }

    pub(super) fn call(&mut self, name: &str, at: usize, reach: Reach) {
        self.calls.push(Call {
            name: name.to_owned(),
            at: u32::try_from(at).unwrap_or(u32::MAX),
            reach,
        });
    }

    /// Says of all that stands in a function that the target gets there only as it gets to a call of it. A
    /// function that the text itself does not call is somebody else's to call, who asks for the platform first
    /// where its name says that it is for a Mac.
    pub(super) fn settle(mut self, facts: &mut Facts) {
        self.calls.sort_by_key(|call| call.at);
        for _ in 0..ROUNDS {
            let mut reaches: BTreeMap<&str, Reach> = BTreeMap::new();
            for call in &self.calls {
                let reach = reaches.entry(&call.name).or_insert(call.reach);
                *reach = call.reach.min(*reach);
            }
            let guarded: Vec<(Span, Reach)> = self
                .bodies
                .iter()
                .map(|(name, body)| {
                    let called = reaches.get(name.as_str()).copied();
                    let alone = if is_for_mac(name) {
                        Reach::Elsewhere
                    } else {
                        Reach::Always
                    };
                    (*body, called.unwrap_or(alone))
                })
                .filter(|(_, reach)| *reach > Reach::Always)
                .collect();
            for (body, reach) in guarded {
                self.raise(body, reach, facts);
            }
        }
    }

    fn raise(&mut self, body: Span, reach: Reach, facts: &mut Facts) {
        let from = facts
            .commands
            .partition_point(|command| command.span.start < body.start);
        let commands = facts.commands.iter_mut().skip(from);
        for command in commands.take_while(|command| command.span.start < body.end) {
            command.reach = command.reach.max(reach);
        }
        let from = facts
            .values
            .partition_point(|value| value.span.start < body.start);
        let values = facts.values.iter_mut().skip(from);
        for value in values.take_while(|value| value.span.start < body.end) {
            value.reach = value.reach.max(reach);
        }
        let from = self.calls.partition_point(|call| call.at < body.start);
        let calls = self.calls.iter_mut().skip(from);
        for call in calls.take_while(|call| call.at < body.end) {
            call.reach = call.reach.max(reach);
        }
    }
}

/// Whether a name says that what it names is for a Mac: `notify_macos`, `_open_darwin`. A `mac` alone may be
/// an address.
fn is_for_mac(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["macos", "darwin", "osx", "osascript", "applescript"]
        .iter()
        .any(|mark| lower.contains(mark))
}
