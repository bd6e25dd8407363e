//! Commands that go into the background by themselves.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static TABLE: LazyLock<BTreeMap<String, Detaching>> = LazyLock::new(|| super::table("detaches"));

/// When a command goes into the background, and what to write instead.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detaching {
    /// It does so with one of these words.
    #[serde(default, rename = "with")]
    asked: Vec<String>,
    /// It does so unless one of these words is there.
    #[serde(default)]
    unless: Vec<String>,
    /// What to write, as an imperative.
    pub instead: String,
    /// Whether a configuration file of its own can say otherwise.
    #[serde(default)]
    pub config: bool,
}

/// What is known of a command that goes into the background when it is started with these arguments, and the
/// words that say so; none where it does so by itself.
pub fn find<'a>(command: &str, arguments: &[&'a str]) -> Option<(&'static Detaching, Vec<&'a str>)> {
    let row = TABLE.get(command)?;
    if row.unless.iter().any(|form| told(form, arguments).is_some()) {
        return None;
    }
    if row.asked.is_empty() {
        return Some((row, Vec::new()));
    }
    let words = row.asked.iter().find_map(|form| told(form, arguments))?;
    Some((row, words))
}

/// The arguments that a form stands for, where they are there.
fn told<'a>(form: &str, arguments: &[&'a str]) -> Option<Vec<&'a str>> {
    let mut words = Vec::new();
    let mut rest = arguments.iter();
    for part in form.split(' ') {
        if let Some(inner) = form.strip_prefix('*').and_then(|rest| rest.strip_suffix('*')) {
            return arguments
                .iter()
                .find(|word| word.contains(inner))
                .map(|word| vec![*word]);
        }
        let is_it = |word: &&&str| match part.strip_suffix('*') {
            Some(start) => word.starts_with(start),
            None => **word == part,
        };
        words.push(*rest.by_ref().find(is_it)?);
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detaches(line: &str) -> bool {
        let words: Vec<&str> = line.split('|').collect();
        find(words[0], &words[1..]).is_some()
    }

    #[test]
    fn the_table_follows_its_form() {
        assert!(TABLE.len() > 20);
        for (name, row) in TABLE.iter() {
            assert!(
                !row.instead.is_empty() && row.asked.len() + row.unless.len() > 0,
                "{name}"
            );
        }
    }

    #[test]
    fn words_tell_who_detaches() {
        for line in [
            "gunicorn|-w|4|--daemon|app:app",
            "nginx",
            "celery|multi|start|w1",
            "redis-server|--port|1|--daemonize|yes",
            "screen|-dmS|x|y",
            "supervisord|-c|x",
            "docker|compose|up|-d",
        ] {
            assert!(detaches(line), "{line}");
        }
        for line in [
            "gunicorn|app:app",
            "nginx|-g|daemon off;",
            "celery|-A|app|worker",
            "redis-server|--daemonize|no",
            "supervisord|-n",
            "docker|run|x",
            "python3|x.py",
        ] {
            assert!(!detaches(line), "{line}");
        }
    }
}
