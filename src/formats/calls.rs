//! Functions of a script or module: what only guarded calls reach is reached as they are.

use crate::facts::{Facts, Reach};
use crate::source::Span;
use rustc_hash::FxHashMap;

/// How long a row of functions that call each other is followed.
const ROUNDS: usize = 4;

/// The functions that a text defines, and its calls of them, in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Calls {
    bodies: Vec<(String, Span)>,
    all: Vec<Call>,
    /// The names of what is called, each with its number: most are called again and again.
    names: FxHashMap<String, usize>,
}

#[derive(Debug)]
struct Call {
    /// The number of its name.
    name: usize,
    at: u32,
    reach: Reach,
}

impl Calls {
    pub(super) fn define(&mut self, name: &str, body: Span) {
        self.bodies.push((name.to_owned(), body));
    }

    pub(super) fn call(&mut self, name: &str, at: usize, reach: Reach) {
        let known = self.names.get(name).copied();
        let name = known.unwrap_or_else(|| {
            let number = self.names.len();
            self.names.insert(name.to_owned(), number);
            number
        });
        self.all.push(Call {
            name,
            at: u32::try_from(at).unwrap_or(u32::MAX),
            reach,
        });
    }

    /// Says of all that stands in a function that the target gets there only as it gets to a call of it. A
    /// function that the text itself does not call is somebody else's to call, who asks for the platform first
    /// where its name says that it is for a Mac.
    pub(super) fn settle(mut self, facts: &mut Facts) {
        let is_guarded = self.all.iter().any(|call| call.reach > Reach::Always);
        if !is_guarded && !self.bodies.iter().any(|(name, _)| is_for_mac(name)) {
            return;
        }
        self.all.sort_by_key(|call| call.at);
        for _ in 0..ROUNDS {
            let mut reaches: Vec<Option<Reach>> = vec![None; self.names.len()];
            for call in &self.all {
                let reach = reaches[call.name].unwrap_or(call.reach);
                reaches[call.name] = Some(call.reach.min(reach));
            }
            let called = |name: &str| reaches[*self.names.get(name)?];
            let alone = |name: &str| {
                if is_for_mac(name) {
                    Reach::Elsewhere
                } else {
                    Reach::Always
                }
            };
            let guarded: Vec<(Span, Reach)> = self
                .bodies
                .iter()
                .map(|(name, body)| (*body, called(name).unwrap_or_else(|| alone(name))))
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
        let from = self.all.partition_point(|call| call.at < body.start);
        let calls = self.all.iter_mut().skip(from);
        for call in calls.take_while(|call| call.at < body.end) {
            call.reach = call.reach.max(reach);
        }
    }
}

/// Whether a name says that what it names is for a Mac: `notify_macos`, `_open_darwin`. A `mac` alone may be
/// an address.
fn is_for_mac(name: &str) -> bool {
    let marks = ["macos", "darwin", "osx", "osascript", "applescript"];
    (0..name.len()).any(|at| {
        let rest = &name.as_bytes()[at..];
        let begins = |mark: &&str| {
            let first = rest.get(..mark.len());
            first.is_some_and(|first| first.eq_ignore_ascii_case(mark.as_bytes()))
        };
        matches!(rest[0] | 0x20, b'm' | b'd' | b'o' | b'a') && marks.iter().any(begins)
    })
}
