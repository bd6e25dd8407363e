//! Texts of shell scripts that name folders: `"$(cd "$(dirname "$0")/.." && pwd)/app.py"`.

use std::collections::BTreeMap;

/// How deep substitutions and variables may stand in each other.
const DEPTH: usize = 8;
/// No path is longer (linux/limits.h, `PATH_MAX`).
const LONGEST: usize = 4096;

/// What a script's texts are worked out with.
pub(in crate::project) struct Words<'a> {
    /// The script's own path, as a path can be written.
    pub(in crate::project) script: &'a str,
    /// What its variables were set to, as written.
    pub(in crate::project) variables: &'a BTreeMap<&'a str, &'a str>,
}

impl Words<'_> {
    /// The text with the script's own folder and its variables put in; what is not understood stays.
    pub(in crate::project) fn resolve(&self, text: &str) -> String {
        self.at_depth(text, DEPTH)
    }

    fn at_depth(&self, text: &str, depth: usize) -> String {
        if depth == 0 || text.len() > LONGEST || !text.contains(['$', '`']) {
            return text.to_owned();
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['$', '`']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let (hole, behind) = hole(rest);
            match self.hole(hole, depth - 1) {
                Some(value) if out.len() + value.len() <= LONGEST => out.push_str(&value),
                _ => out.push_str(hole),
            }
            rest = behind;
        }
        out.push_str(rest);
        out
    }

    /// What stands in the place of `$NAME`, `${NAME}`, `$(command)`; nothing when it is not known.
    fn hole(&self, hole: &str, depth: usize) -> Option<String> {
        let substitution = hole
            .strip_prefix("$(")
            .and_then(|inner| inner.strip_suffix(')'))
            .or_else(|| hole.strip_prefix('`').and_then(|inner| inner.strip_suffix('`')));
        if let Some(command) = substitution {
            return self.output(command, depth);
        }
        let name = hole.trim_start_matches('$').trim_matches(['{', '}']);
        match name {
            "0" | "BASH_SOURCE" | "BASH_SOURCE[0]" | "BASH_SOURCE[-1]" => Some(self.script.to_owned()),
            "0%/*" | "BASH_SOURCE%/*" | "BASH_SOURCE[0]%/*" => Some(parent(self.script)),
            "PWD" => Some(".".to_owned()),
            name => {
                let value = self.variables.get(name)?;
                let value = self.at_depth(value, depth);
                (!value.contains(['$', '`'])).then_some(value)
            }
        }
    }

    /// What a command that works out a folder prints.
    fn output(&self, command: &str, depth: usize) -> Option<String> {
        let command = command.trim();
        let (first, behind) = match command.split_once("&&").or_else(|| command.split_once(';')) {
            Some((first, behind)) => (first.trim(), Some(behind.trim())),
            None => (command, None),
        };
        let words = plain_words(first);
        let (name, arguments) = words.split_first()?;
        let argument = || {
            let last = arguments.iter().rfind(|word| !word.starts_with('-'))?;
            let value = self.at_depth(last, depth);
            (!value.contains(['$', '`'])).then_some(value)
        };
        match (name.as_str(), behind) {
            ("cd", Some(behind)) if behind.starts_with("pwd") => argument(),
            ("pwd", None) => Some(".".to_owned()),
            ("dirname", None) => argument().map(|path| parent(&path)),
            ("realpath" | "readlink" | "echo", None) => argument(),
            _ => None,
        }
    }
}

/// The folder of a path, as `dirname` prints it.
fn parent(path: &str) -> String {
    path.trim_end_matches('/')
        .rsplit_once('/')
        .map_or(".", |(folder, _)| folder)
        .to_owned()
}

/// Splits off the expansion that a text begins with.
fn hole(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let end = match bytes {
        [b'`', ..] => text[1..].find('`').map_or(text.len(), |at| at + 2),
        [b'$', b'(', ..] => closing(bytes, b'(', b')'),
        [b'$', b'{', ..] => closing(bytes, b'{', b'}'),
        _ => {
            let name = text[1..].find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            match name {
                // `$@`, `$?`: one letter.
                Some(0) => 1 + text[1..].chars().next().map_or(0, char::len_utf8),
                Some(at) => at + 1,
                None => text.len(),
            }
        }
    };
    text.split_at(end)
}

/// Behind the bracket that closes the first one.
fn closing(bytes: &[u8], open: u8, close: u8) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return at + 1;
            }
        }
    }
    bytes.len()
}

/// The words of a simple command, without quotes and redirections; substitutions stay whole.
fn plain_words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut rest = command;
    while let Some(letter) = rest.chars().next() {
        if matches!(letter, '$' | '`') {
            let (hole, behind) = hole(rest);
            word.push_str(hole);
            rest = behind;
            continue;
        }
        rest = &rest[letter.len_utf8()..];
        match letter {
            '"' | '\'' => {}
            letter if letter.is_whitespace() => words.push(std::mem::take(&mut word)),
            letter => word.push(letter),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty() && !word.contains(['>', '<']));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_own_folder_is_known_in_every_form() {
        let variables = BTreeMap::from([
            (
                "DIR",
                r#"$(cd "$(dirname "${BASH_SOURCE[0]}")" >/dev/null 2>&1 && pwd)"#,
            ),
            ("ROOT", "$(dirname \"$DIR\")"),
            ("LOOP", "$LOOP"),
        ]);
        let words = Words {
            script: "%(here)s/run.sh",
            variables: &variables,
        };
        for (text, expected) in [
            ("$(dirname \"$0\")", "%(here)s"),
            ("`dirname $0`/..", "%(here)s/.."),
            ("${0%/*}/app.py", "%(here)s/app.py"),
            ("$(dirname -- \"$(readlink -f \"$0\")\")", "%(here)s"),
            (
                "$(cd \"$(dirname \"$0\")/..\" && pwd)/app.py",
                "%(here)s/../app.py",
            ),
            ("$DIR/app.py", "%(here)s/app.py"),
            ("${DIR}/app.py", "%(here)s/app.py"),
            ("$(pwd)/app.py", "./app.py"),
            ("$HOME/app.py", "$HOME/app.py"),
            ("$LOOP/x", "$LOOP/x"),
            ("$(date)", "$(date)"),
            ("$(", "$("),
            ("$", "$"),
            ("`", "`"),
            ("$ä", "$ä"),
        ] {
            assert_eq!(words.resolve(text), expected, "{text}");
        }
    }
}
