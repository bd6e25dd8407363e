//! `[match]`: rules that need no code, as a flat pattern over facts.

use crate::facts::{Problem, ProblemKind, Reach, Role, Value};
use crate::finding::{Draft, Effect, Place};
use crate::formats::Format;
use crate::project::Project;
use crate::rule::Sink;
use regex::Regex;
use serde::Deserialize;

/// The `[match]` table of a page, as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternTable {
    /// Which facts: `value` or `problem`.
    kind: String,
    /// Roles of values, or kinds of problems; all when empty.
    #[serde(default)]
    roles: Vec<String>,
    /// Formats of documents; all when empty.
    #[serde(default)]
    formats: Vec<String>,
    /// What the text has to match.
    regex: Option<String>,
    /// What the text must not match.
    except: Option<String>,
    /// What the finding says; `{text}` is the matched text, `{name}` what it is bound to.
    message: String,
    /// What to do about it.
    help: String,
    /// What it does to the program: `start`, `use` or `advice`.
    effect: Option<String>,
}

/// A `[match]` that was understood.
#[derive(Debug, Clone)]
pub struct Pattern {
    facts: Kind,
    formats: Vec<Format>,
    regex: Option<Regex>,
    except: Option<Regex>,
    message: String,
    help: String,
    effect: Effect,
}

#[derive(Debug, Clone)]
enum Kind {
    Values(Vec<Role>),
    Problems(Vec<ProblemKind>),
}

impl Pattern {
    /// Understands a table.
    ///
    /// # Errors
    /// Says which entry is wrong, and what it can be.
    pub fn new(table: PatternTable) -> Result<Self, String> {
        let compile = |text: Option<String>| {
            text.map(|text| Regex::new(&text).map_err(|error| error.to_string()))
                .transpose()
        };
        let problems = [ProblemKind::Unreadable, ProblemKind::Syntax];
        let facts = match table.kind.as_str() {
            "value" => Kind::Values(named(&table.roles, &Role::ALL, Role::name, "role")?),
            "problem" => Kind::Problems(named(&table.roles, &problems, ProblemKind::name, "problem")?),
            other => return Err(format!("kind is value or problem, not {other}")),
        };
        let effect = match table.effect.as_deref() {
            Some("start") => Effect::Start,
            None | Some("use") => Effect::Use,
            Some("advice") => Effect::Advice,
            Some(other) => return Err(format!("effect is start, use or advice, not {other}")),
        };
        Ok(Self {
            facts,
            formats: named(&table.formats, &Format::ALL, Format::name, "format")?,
            regex: compile(table.regex)?,
            except: compile(table.except)?,
            message: table.message,
            help: table.help,
            effect,
        })
    }

    /// Reports every fact that the pattern matches.
    pub fn check(&self, project: &Project, sink: &mut Sink<'_>) {
        for (id, document) in project.documents() {
            if !self.formats.is_empty() && !self.formats.contains(&document.format) {
                continue;
            }
            match &self.facts {
                Kind::Values(roles) => {
                    for value in &document.facts.values {
                        self.check_value(id, roles, value, sink);
                    }
                }
                Kind::Problems(kinds) => {
                    for problem in &document.facts.problems {
                        self.check_problem(
                            Place {
                                document: id,
                                span: problem.span,
                            },
                            kinds,
                            problem,
                            sink,
                        );
                    }
                }
            }
        }
    }

    fn check_value(
        &self,
        document: crate::finding::DocumentId,
        roles: &[Role],
        value: &Value,
        sink: &mut Sink<'_>,
    ) {
        let is_meant = value.reach != Reach::Elsewhere && (roles.is_empty() || roles.contains(&value.role));
        if !is_meant
            || self
                .except
                .as_ref()
                .is_some_and(|except| except.is_match(&value.text))
        {
            return;
        }
        let found = match &self.regex {
            Some(regex) => regex.find(&value.text).map(|found| found.as_str()),
            None => Some(value.text.as_str()),
        };
        if let Some(text) = found {
            let name = value.name.as_deref().unwrap_or("");
            let place = Place {
                document,
                span: value.span,
            };
            self.report(place, text, name, sink);
        }
    }

    fn check_problem(&self, place: Place, kinds: &[ProblemKind], problem: &Problem, sink: &mut Sink<'_>) {
        if kinds.is_empty() || kinds.contains(&problem.kind) {
            self.report(place, &problem.message, "", sink);
        }
    }

    fn report(&self, place: Place, text: &str, name: &str, sink: &mut Sink<'_>) {
        let fill = |template: &str| template.replace("{text}", text).replace("{name}", name);
        sink.report(
            Draft::new(place, fill(&self.message))
                .subject(text)
                .help(fill(&self.help))
                .effect(self.effect),
        );
    }
}

/// The things of these names among `all`.
fn named<T: Copy>(
    names: &[String],
    all: &[T],
    name_of: fn(T) -> &'static str,
    what: &str,
) -> Result<Vec<T>, String> {
    names
        .iter()
        .map(|name| {
            all.iter()
                .copied()
                .find(|thing| name_of(*thing) == name)
                .ok_or_else(|| {
                    let known: Vec<_> = all.iter().map(|thing| name_of(*thing)).collect();
                    format!("there is no {what} {name}; known are {}", known.join(", "))
                })
        })
        .collect()
}
