//! Pages and code joined into rules: the one registry.

use crate::finding::{Confidence, Severity};
use crate::pattern::{Pattern, PatternTable};
use crate::project::Matter;
use crate::rule::{Judge, Meta, Rule, Sound};
use crate::rules;
use serde::Deserialize;
use std::sync::LazyLock;

/// Every page: category, id, front matter as JSON, text below it.
static PAGES: &[(&str, &str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

static CATALOG: LazyLock<Result<Vec<Rule>, String>> = LazyLock::new(|| {
    let mut all = Vec::with_capacity(PAGES.len());
    for (category, id, front, page) in PAGES {
        all.push(load(category, id, front, page)?);
    }
    match rules::CHECKS
        .iter()
        .find(|(id, _)| !PAGES.iter().any(|(_, page, ..)| page == id))
    {
        Some((id, _)) => Err(format!("src/rules/mod.rs: the check {id} has no page")),
        None => Ok(all),
    }
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    summary: String,
    severity: String,
    confidence: String,
    effort: Effort,
    since: String,
    sound: Option<SoundTable>,
    check: Option<String>,
    #[serde(rename = "match")]
    pattern: Option<PatternTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Effort {
    first: [u32; 2],
    further: [u32; 2],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SoundTable {
    of: String,
    says: String,
}

/// All rules, sorted by category and id.
///
/// # Errors
/// Names the page or the check that is wrong; a build whose tests pass has none.
pub fn rules() -> Result<&'static [Rule], String> {
    CATALOG.as_deref().map_err(Clone::clone)
}

/// The rule of this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().ok()?.iter().find(|rule| rule.meta.id == id)
}

/// The known id that is nearest to a mistyped one.
pub fn nearest(id: &str) -> Option<&'static str> {
    let ids = rules().ok()?.iter().map(|rule| rule.meta.id);
    ids.map(|known| (strsim::jaro_winkler(known, id), known))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, known)| known)
}

/// Reads one page.
fn load(
    category: &'static str,
    id: &'static str,
    front: &'static str,
    page: &'static str,
) -> Result<Rule, String> {
    let at = |what: &str| format!("rules/{category}/{id}.md: {what}");
    let front: FrontMatter = serde_json::from_str(front).map_err(|error| at(&error.to_string()))?;
    let judge = match (front.check.as_deref(), front.pattern) {
        (Some("rust"), None) => {
            let code = rules::CHECKS
                .iter()
                .find(|(name, _)| *name == id)
                .map(|(_, check)| *check);
            Judge::Code(code.ok_or_else(|| at("its check has no row in src/rules/mod.rs"))?)
        }
        (None, Some(table)) => Judge::Pattern(Box::new(Pattern::new(table).map_err(|error| at(&error))?)),
        _ => return Err(at("exactly one of `check = \"rust\"` and [match] is needed")),
    };
    if front.summary.chars().count() >= 60 {
        return Err(at("the summary has 60 characters or more"));
    }
    let sound = match front.sound {
        Some(table) => {
            Some(sound(table).ok_or_else(|| at("`sound` needs something that the project counts"))?)
        }
        None => None,
    };
    let meta = Meta {
        id,
        category,
        summary: front.summary,
        severity: Severity::named(&front.severity).ok_or_else(|| at("there is no such severity"))?,
        confidence: Confidence::named(&front.confidence).ok_or_else(|| at("there is no such confidence"))?,
        effort_first: front.effort.first,
        effort_further: front.effort.further,
        since: front.since,
        sound,
        page,
    };
    Ok(Rule { meta, judge })
}

fn sound(table: SoundTable) -> Option<Sound> {
    let of = Matter::named(&table.of)?;
    Some(Sound { of, says: table.says })
}
