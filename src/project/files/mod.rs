//! Files and folders that programs need and the server will not have.
//!
//! A run notes what it does with files, in order ([`FileEvent`]). When all runs are known, each need is
//! compared with what the tree brings, what a deploy step makes, and what the programs make themselves.
//! What somebody looks for first, or catches, is no failure.

mod folder;
mod ground;
mod named;
mod place;
mod script_root;

use super::eval::Value;
use super::failure::{Failure, FailureKind, When};
use super::imports::{FileEvent, Form, Knowledge, Outcome, World};
use super::programs::ProgramView;
use crate::facts::{FileAction, Told};
use crate::finding::{Confidence, DocumentId, Place};
use crate::tree::Withheld;
use folder::known_folder;
use ground::Ground;
pub use named::NamedLack;
use place::Spot;
pub(super) use place::{roots, runs_the_tree};
pub use script_root::ScriptRoot;
use std::collections::BTreeSet;

/// A file or folder that a program needs and the server lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// What is done with it.
    pub action: FileAction,
    /// How it shows.
    pub told: Told,
    /// The path as the log has it; what stands before the tree's root is `…`.
    pub shown: String,
    /// The file or folder that is not there, seen from the root where it would be in the tree.
    pub path: String,
    /// Why git leaves it behind, where it does.
    pub withheld: Option<Withheld>,
    /// What else is known.
    pub hint: Hint,
}

/// What explains that a path leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// Nothing does.
    None,
    /// The tree has it, but so many folders further out or in than where it is looked for.
    Level {
        /// Where the tree has it.
        found: String,
        /// Whether the code goes up too far; otherwise not far enough.
        is_too_high: bool,
    },
    /// The tree has it, but the program starts in another folder.
    WorkingDirectory {
        /// Where the tree has it.
        found: String,
        /// Where the program starts.
        folder: String,
    },
    /// The tree has a sample that it is to be made from.
    Sample(String),
    /// The tree has a file of a similar name.
    Similar(String),
    /// The same start makes the folder, but only afterwards.
    MadeLater(Place),
}

/// What something of the tree makes.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// Names of files.
    pub(super) files: BTreeSet<String>,
    /// Paths of folders, and ends of them.
    pub(super) folders: BTreeSet<String>,
}

/// Adds what fails because of files to the outcomes of all runs: of programs (a process that runs as the one
/// before it has none of its own), and of files taken alone. Gives
/// back what something makes.
pub(super) fn judge(
    world: &World<'_>,
    programs: &[ProgramView],
    outcomes: &mut [Option<Outcome>],
    alone: &mut [Outcome],
) -> Made {
    let ground = Ground::new(world, programs, outcomes, alone);
    let of_program = |(at, outcome): (usize, &Option<Outcome>)| {
        let outcome = outcome.as_ref();
        outcome.map_or(Vec::new(), |outcome| of_run(&ground, programs.get(at), outcome))
    };
    let found: Vec<Vec<(usize, Failure)>> = outcomes.iter().enumerate().map(of_program).collect();
    for (outcome, found) in outcomes.iter_mut().zip(found) {
        if let Some(outcome) = outcome {
            insert(outcome, found);
        }
    }
    let found: Vec<Vec<(usize, Failure)>> = alone
        .iter()
        .map(|outcome| of_run(&ground, None, outcome))
        .collect();
    let made = Made {
        files: ground.names_made(),
        folders: ground.folders_made(),
    };
    for (outcome, found) in alone.iter_mut().zip(found) {
        insert(outcome, found);
    }
    made
}

/// Puts failures where they happen among those that the run has; each place comes once.
fn insert(outcome: &mut Outcome, found: Vec<(usize, Failure)>) {
    if found.is_empty() {
        return;
    }
    let mut found = found.into_iter().peekable();
    let mut all = Vec::new();
    for (at, failure) in std::mem::take(&mut outcome.failures).into_iter().enumerate() {
        while let Some((_, early)) = found.next_if(|(before, _)| *before <= at) {
            all.push(early);
        }
        all.push(failure);
    }
    all.extend(found.map(|(_, failure)| failure));
    outcome.failures = all;
}

/// What of a run fails, each with how many other failures come before it.
fn of_run(ground: &Ground<'_>, program: Option<&ProgramView>, outcome: &Outcome) -> Vec<(usize, Failure)> {
    let mut found = Vec::new();
    let mut made = ground::Made::default();
    let makes = |event: &&FileEvent| event.action == FileAction::MakesFolder && event.when == When::Start;
    let makers: BTreeSet<Place> = outcome
        .events
        .iter()
        .filter(makes)
        .map(|event| event.place)
        .collect();
    for event in &outcome.events {
        let judge = Judge {
            ground,
            program,
            makers: &makers,
            made: &made,
            event,
        };
        if let Some(failure) = judge.failure() {
            found.push((event.before, failure));
        }
        if event.when == When::Start {
            made.note(ground, program, event);
        }
    }
    found
}

/// One event, with what came before it.
struct Judge<'a, 'b> {
    ground: &'a Ground<'b>,
    program: Option<&'a ProgramView>,
    /// Where the run makes folders at its start.
    makers: &'a BTreeSet<Place>,
    /// What the run has made so far.
    made: &'a ground::Made,
    event: &'a FileEvent,
}

impl Judge<'_, '_> {
    fn failure(&self) -> Option<Failure> {
        let event = self.event;
        let is_of_nobody = self.program.is_none() && self.ground.is_development(event.place.document);
        if event.is_caught || event.knowledge == Knowledge::Several || is_of_nobody {
            return None;
        }
        let lack = event.values.iter().find_map(|value| match event.action {
            FileAction::Writes => self.folder_of_written(value),
            FileAction::Reads | FileAction::Enters => self.read(value),
            FileAction::ReadsTemplate => self.template(value),
            FileAction::MakesFolder | FileAction::Tests | FileAction::ChangesTo => None,
        });
        let (lack, sureness) = lack?;
        let is_later = matches!(lack.told, Told::AtRequest | Told::DatabaseLater | Told::Silent);
        let when = if is_later {
            event.when.min(When::Use)
        } else {
            event.when
        };
        Some(Failure {
            module: lack.shown.clone(),
            missing: lack.path.clone(),
            place: event.place,
            chain: event.chain.clone(),
            when,
            confidence: self.confidence(when).min(sureness),
            kind: FailureKind::File(Box::new(lack)),
        })
    }

    /// How sure it is that the statement runs, and with this path.
    fn confidence(&self, when: When) -> Confidence {
        let is_at_start = when == When::Start;
        if self.event.knowledge == Knowledge::Default || (is_at_start && !self.event.is_sure) {
            Confidence::Possible
        } else if !is_at_start || self.event.in_function || self.program.is_some_and(|view| view.in_container)
        {
            Confidence::Likely
        } else {
            Confidence::Certain
        }
    }

    fn spot(&self, value: &Value) -> Spot {
        self.ground.spot(self.program, self.event, value)
    }

    /// The folder that a file is written to, when it is not there.
    fn folder_of_written(&self, value: &Value) -> Option<(Lack, Confidence)> {
        let folder = place::parent(value)?;
        if place::has_unknown_part(&folder) || self.ground.is_tested(self.event, &[value, &folder]) {
            return None;
        }
        let spot = self.spot(&folder);
        let (paths, sureness) = match &spot {
            Spot::Tree { paths, is_known } => (
                paths.clone(),
                if *is_known {
                    Confidence::Certain
                } else {
                    Confidence::Likely
                },
            ),
            Spot::Outside(path) => (vec![path.clone()], Confidence::Possible),
            Spot::Beyond { .. } | Spot::Unknown => return None,
        };
        let is_there = |path: &String| {
            self.ground.has_folder(path) || self.made.has(path) || self.ground.is_made_by_deployment(path)
        };
        if paths.iter().any(is_there) {
            return None;
        }
        let is_at_start = self.event.when == When::Start;
        let maker = paths.iter().find_map(|path| self.ground.maker(path));
        let hint = match maker {
            // Whoever else makes it may well do so before.
            Some(maker) if !is_at_start || maker.is_elsewhere(self.makers) => return None,
            Some(maker) => Hint::MadeLater(maker.place),
            None => self.outside(&folder),
        };
        let path = paths.first()?.clone();
        let withheld = self.ground.withheld_folder(&path);
        if withheld.is_some() && self.ground.is_kept(&path) {
            return None;
        }
        let sureness = if self.made.has_unknown || self.ground.makes_unknown(self.event) {
            Confidence::Possible
        } else if matches!(hint, Hint::MadeLater(_)) {
            sureness.min(Confidence::Likely)
        } else {
            sureness
        };
        let lack = self.lack(value, path, withheld, hint);
        Some((lack, sureness))
    }

    /// What is known of a relative folder when the program starts outside the tree.
    fn outside(&self, folder: &Value) -> Hint {
        let known = known_folder(self.program, self.event);
        match (folder, known) {
            (Value::Text(text), Some((None, folder))) => Hint::WorkingDirectory {
                found: text.clone(),
                folder,
            },
            _ => Hint::None,
        }
    }

    /// A file or folder that is read, when it is not there.
    fn read(&self, value: &Value) -> Option<(Lack, Confidence)> {
        if place::has_unknown_part(value) || self.ground.is_tested(self.event, &[value]) {
            return None;
        }
        let (paths, is_known) = match self.spot(value) {
            Spot::Tree { paths, is_known } => (paths, is_known),
            Spot::Beyond { levels, path } => return self.beyond(value, levels, &path),
            Spot::Outside(_) | Spot::Unknown => return None,
        };
        let path = paths.first()?;
        let is_there = |path: &String| self.ground.has(path) || self.made.has(path);
        if path.is_empty() || paths.iter().any(is_there) || self.ground.is_written(self.event, path) {
            return None;
        }
        // Names that differ by case alone are the matter of `file-case`, where they are written as such.
        if self.event.form == Form::Literal && self.ground.other_case(path).is_some() {
            return None;
        }
        let hint = self.hint(value, path);
        let withheld = self.ground.withheld(path);
        if withheld.is_some() && self.ground.is_kept(path) {
            return None;
        }
        let is_by_hand = matches!(hint, Hint::Sample(_)) || place::is_by_hand(path);
        let sureness = match hint {
            Hint::Level { .. } | Hint::WorkingDirectory { .. } if is_known => Confidence::Certain,
            _ if is_by_hand || self.ground.writes_unknown(self.event) => Confidence::Possible,
            _ => Confidence::Likely,
        };
        // A file of settings that is brought by hand, and whose absence nobody notices, is the usual thing.
        if self.event.told == Told::Silent && (is_by_hand || withheld.is_some()) {
            return None;
        }
        Some((self.lack(value, path.clone(), withheld, hint), sureness))
    }

    /// A path above the tree, whose end the tree has: the code goes up too far.
    fn beyond(&self, value: &Value, levels: usize, path: &str) -> Option<(Lack, Confidence)> {
        let found = path.to_owned();
        if found.is_empty() || !self.ground.has(&found) {
            return None;
        }
        let hint = Hint::Level {
            found: found.clone(),
            is_too_high: true,
        };
        let path = format!("{}{path}", "../".repeat(levels));
        Some((self.lack(value, path, None, hint), Confidence::Likely))
    }

    fn template(&self, value: &Value) -> Option<(Lack, Confidence)> {
        let Value::Text(name) = value else { return None };
        if place::has_unknown_part(value) || !self.ground.has_templates() || self.ground.has_end(name) {
            return None;
        }
        let hint = self.ground.similar(name).map_or(Hint::None, Hint::Similar);
        let lack = self.lack(value, format!("templates/{name}"), None, hint);
        Some((lack, Confidence::Likely))
    }

    fn hint(&self, value: &Value, path: &str) -> Hint {
        if let (Value::Text(text), Some((_, folder))) = (value, known_folder(self.program, self.event)) {
            let elsewhere = self.ground.elsewhere(self.event.place.document, text);
            if let Some(found) = elsewhere {
                return Hint::WorkingDirectory { found, folder };
            }
        }
        if let (Value::Tree(_), Some((found, is_too_high))) =
            (value, self.ground.other_level(self.event, path))
        {
            return Hint::Level { found, is_too_high };
        }
        if let Some(sample) = self.ground.sample(path) {
            return Hint::Sample(sample);
        }
        self.ground.similar(path).map_or(Hint::None, Hint::Similar)
    }

    fn lack(&self, value: &Value, path: String, withheld: Option<Withheld>, hint: Hint) -> Lack {
        let told = self.event.told;
        Lack {
            action: self.event.action,
            told,
            shown: self.ground.shown(self.program, self.event, value),
            path,
            withheld,
            hint,
        }
    }
}

/// The document that an event stands in.
fn document_of(event: &FileEvent) -> DocumentId {
    event.place.document
}
