//! Requirements that are installed together and exclude each other.

use crate::finding::{Draft, Phase, Place};
use crate::knowledge::releases::releases_of;
use crate::project::{Ask, Project};
use crate::rule::Sink;
use pep508_rs::pep440_rs::VersionSpecifiers;
use std::collections::{BTreeMap, BTreeSet};

/// Different wishes for one distribution that are compared with each other: nobody writes more.
const WISHES: usize = 40;

/// Conflicts over one distribution that are told: files that include each other in a row would give one for each
/// two of them.
const TOLD: usize = 100;

/// A requirement that decides which version of a distribution there can be.
struct Wish<'a> {
    /// Who wants it: a line for itself, or a pinned release that requires another distribution.
    ask: &'a Ask,
    /// What it wants.
    specifiers: VersionSpecifiers,
    is_own: bool,
}

/// Reports each pair of requirements that pip cannot meet at once.
pub(crate) fn check(project: &Project, sink: &mut Sink<'_>) {
    let mut told: BTreeSet<(Place, Place)> = BTreeSet::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for set in project.requirements.sets() {
        for (name, wishes) in wishes(project, &set) {
            let count = counts.entry(name.clone()).or_default();
            for (index, later) in wishes.iter().enumerate() {
                for earlier in &wishes[..index] {
                    let places = (earlier.ask.place, later.ask.place);
                    if places.0 != places.1
                        && *count < TOLD
                        && exclude_each_other(earlier, later)
                        && told.insert((places.0.min(places.1), places.0.max(places.1)))
                    {
                        *count += 1;
                        sink.report(draft(project, &name, earlier, later));
                    }
                }
            }
        }
    }
}

/// What a set wants of each distribution that it asks for.
fn wishes<'a>(project: &Project, set: &[&'a Ask]) -> BTreeMap<String, Vec<Wish<'a>>> {
    let asked: BTreeSet<&str> = set
        .iter()
        .filter(|ask| ask.is_installed())
        .map(|ask| ask.name.as_str())
        .collect();
    let mut wishes: BTreeMap<String, Vec<Wish<'a>>> = BTreeMap::new();
    let mut add = |name: &str, wish: Wish<'a>| {
        let known = wishes.entry(name.to_owned()).or_default();
        let is_new = known
            .iter()
            .all(|other| other.is_own != wish.is_own || other.specifiers != wish.specifiers);
        if known.len() < WISHES && is_new {
            known.push(wish);
        }
    };
    for ask in set
        .iter()
        .copied()
        .filter(|ask| asked.contains(ask.name.as_str()))
    {
        let Some(specifiers) = ask.specifiers.clone() else {
            continue;
        };
        let is_own = true;
        add(
            &ask.name,
            Wish {
                ask,
                specifiers,
                is_own,
            },
        );
        let Some(pin) = ask.pin() else { continue };
        let release = releases_of(&ask.name).iter().find(|release| release.holds(pin));
        for need in release.map_or(&[][..], |release| &release.needs) {
            if !project.requirements.holds(&need.marker) {
                continue;
            }
            if let Some(pep508_rs::VersionOrUrl::VersionSpecifier(specifiers)) = &need.version_or_url {
                let specifiers = specifiers.clone();
                let is_own = false;
                add(
                    need.name.as_ref(),
                    Wish {
                        ask,
                        specifiers,
                        is_own,
                    },
                );
            }
        }
    }
    wishes
}

/// Whether no version meets both. Two ranges are never said to: that an unknown release lies between them
/// cannot be ruled out here.
fn exclude_each_other(one: &Wish<'_>, other: &Wish<'_>) -> bool {
    let meets_both = |pin| one.specifiers.contains(pin) && other.specifiers.contains(pin);
    let mut pins = [one, other]
        .into_iter()
        .filter(|wish| wish.is_own)
        .filter_map(|wish| wish.ask.pin())
        .peekable();
    pins.peek().is_some() && !pins.any(meets_both)
}

fn draft(project: &Project, name: &str, earlier: &Wish<'_>, later: &Wish<'_>) -> Draft {
    let wants = |wish: &Wish<'_>| {
        if wish.is_own {
            format!("`{}`", wish.ask.written)
        } else {
            format!(
                "`{}` needs `{name}{}`",
                wish.ask.written,
                compact(&wish.specifiers)
            )
        }
    };
    // Said as pip does: who requires, then what is there.
    let (first, second) = if later.is_own {
        (earlier, later)
    } else {
        (later, earlier)
    };
    let message = if first.is_own {
        format!("{} and {} exclude each other", wants(first), wants(second))
    } else {
        format!("{}, and {} is asked for beside it", wants(first), wants(second))
    };
    let help = if first.is_own {
        format!("Keep one of the two lines for `{name}`.")
    } else {
        format!(
            "Pin `{name}` to a version that is {}, or another release of `{}`.",
            compact(&first.specifiers),
            first.ask.name
        )
    };
    Draft::new(later.ask.place, message)
        .subject(format!("{name}: {} {}", earlier.ask.written, later.ask.written))
        .label("ResolutionImpossible")
        .help(help)
        .related(earlier.ask.place, "the other requirement")
        .programs(project.programs_without(&[earlier.ask, later.ask]))
        .effect(earlier.ask.effect().min(later.ask.effect()))
        .phase(Phase::Install)
}

fn compact(specifiers: &VersionSpecifiers) -> String {
    specifiers.to_string().replace(", ", ",")
}
