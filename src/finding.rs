//! Findings: what is wrong, how bad and how sure, where, what it stops, and how it is mended.

use crate::source::Span;
use std::collections::BTreeMap;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Should be better before production.
    Minor,
    /// The program starts, and then breaks at first use or works unsafely.
    Major,
    /// A program does not start, or a deploy step fails, on the target.
    Blocker,
}

impl Severity {
    /// All severities, the worst first.
    pub const ALL: [Self; 4] = [Self::Blocker, Self::Major, Self::Minor, Self::Info];

    /// Its name in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Blocker => "blocker",
        }
    }

    /// The severity of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }

    /// One step less bad.
    #[must_use]
    pub fn milder(self) -> Self {
        match self {
            Self::Blocker => Self::Major,
            Self::Major => Self::Minor,
            Self::Minor | Self::Info => Self::Info,
        }
    }
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// It may be so; the files do not say.
    Possible,
    /// It is so unless something unusual happens on the server.
    Likely,
    /// It is so.
    Certain,
}

impl Confidence {
    /// All, the surest first.
    pub const ALL: [Self; 3] = [Self::Certain, Self::Likely, Self::Possible];

    /// Its name in pages and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }

    /// The confidence of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|confidence| confidence.name() == name)
    }
}

/// Who runs the code that a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Tests, documentation, archives, samples: nobody runs it on the server.
    Development,
    /// Scripts that people or cron run on the server.
    Operations,
    /// A program of the target reaches it.
    Deployed,
}

impl Scope {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Operations => "operations",
            Self::Deployed => "deployed",
        }
    }
}

/// What a finding does to the programs concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It is right on this server, and worth knowing where there will be another.
    Note,
    /// Nothing breaks by itself.
    Advice,
    /// It breaks, or works unsafely, when it is used.
    Use,
    /// The program does not start, or a deploy step fails.
    Start,
}

impl Effect {
    /// The worst severity that a finding of this effect can have.
    pub fn limit(self) -> Severity {
        match self {
            Self::Note => Severity::Info,
            Self::Advice => Severity::Minor,
            Self::Use => Severity::Major,
            Self::Start => Severity::Blocker,
        }
    }
}

/// When, on the way to a running program, something fails: the earliest reason is why it dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// While the deployment installs what the program needs.
    Install,
    /// When the process manager reads its configuration: none of its programs is even tried.
    Manager,
    /// When the manager starts the process: user, folder, command.
    Spawn,
    /// While the program runs its first statements.
    Run,
}

/// Names one document of the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(pub u32);

/// Names one program of the project: two configs may define programs of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProgramId(pub u32);

/// A place in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which document.
    pub document: DocumentId,
    /// Which bytes of it.
    pub span: Span,
}

/// A place that helps to understand a finding, such as a step of the chain that leads there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What is to be seen there.
    pub message: String,
}

/// A change of text: a part of what mends a finding without anybody having to think.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is taken out; nothing where its span is empty.
    pub place: Place,
    /// What is put there.
    pub text: String,
}

/// One defect at one place.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// The rule's category.
    pub category: &'static str,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Who runs the code.
    pub scope: Scope,
    /// What one mend removes; findings of one cause share it.
    pub cause: String,
    /// What is wrong here.
    pub message: String,
    /// A few words for the place itself.
    pub label: String,
    /// What to do.
    pub help: String,
    /// Where.
    pub place: Place,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// How many of those, from the first, are the steps that lead here.
    pub steps: usize,
    /// The programs that it stops or concerns, in order.
    pub programs: Vec<ProgramId>,
    /// Whether those programs do not start because of it.
    pub effect: Effect,
    /// When they fail.
    pub phase: Phase,
    /// How many other failures each of them meets before this one, where that is known.
    pub moments: BTreeMap<ProgramId, usize>,
    /// What mends it, where a machine can write that; else nothing.
    pub edits: Vec<Edit>,
}

/// A finding as a check describes it; the sink adds what belongs to the rule and to the project.
#[derive(Debug, Clone)]
pub struct Draft {
    pub(crate) place: Place,
    pub(crate) message: String,
    pub(crate) label: String,
    pub(crate) help: String,
    pub(crate) subject: String,
    pub(crate) related: Vec<Related>,
    pub(crate) steps: usize,
    pub(crate) programs: Option<Vec<ProgramId>>,
    pub(crate) effect: Effect,
    pub(crate) phase: Phase,
    pub(crate) moments: BTreeMap<ProgramId, usize>,
    pub(crate) confidence: Confidence,
    pub(crate) scope: Option<Scope>,
    pub(crate) edits: Vec<Edit>,
}

impl Draft {
    /// A finding at `place`: `message` says what is wrong with this code, in one sentence.
    pub fn new(place: Place, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            place,
            subject: message.clone(),
            message,
            label: String::new(),
            help: String::new(),
            related: Vec::new(),
            steps: 0,
            programs: None,
            effect: Effect::Use,
            phase: Phase::Run,
            moments: BTreeMap::new(),
            confidence: Confidence::Certain,
            scope: None,
            edits: Vec::new(),
        }
    }

    /// What the finding is about (a module, an address): findings of one rule with one subject have one
    /// cause. Without it the message is the subject.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    /// A few words that stand at the place itself.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Another place that belongs to it.
    #[must_use]
    pub fn related(mut self, place: Place, message: impl Into<String>) -> Self {
        self.related.push(Related {
            place,
            message: message.into(),
        });
        self
    }

    /// The places that lead to it, in order.
    #[must_use]
    pub fn chain(mut self, places: Vec<Related>) -> Self {
        self.steps += places.len();
        self.related.splice(0..0, places);
        self
    }

    /// The programs that it concerns. Without it: those that reach the document.
    #[must_use]
    pub fn programs(mut self, programs: Vec<ProgramId>) -> Self {
        self.programs = Some(programs);
        self
    }

    /// What it does to those programs; [`Effect::Use`] when nothing is said.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// When those programs fail; [`Phase::Run`] when nothing is said.
    #[must_use]
    pub fn phase(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }

    /// How many other failures each program meets before this one.
    #[must_use]
    pub fn moments(mut self, moments: BTreeMap<ProgramId, usize>) -> Self {
        self.moments = moments;
        self
    }

    /// A part of the mend that a machine can write. All of them together mend it.
    #[must_use]
    pub fn edit(mut self, place: Place, text: impl Into<String>) -> Self {
        self.edits.push(Edit {
            place,
            text: text.into(),
        });
        self
    }

    /// How sure it is here; never surer than the rule's page says.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Who runs the code, where that is known better than from the document.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }
}
