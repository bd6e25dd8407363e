//! What a script's text says of who can run it.

use crate::source::Span;

/// A first line that names an interpreter: `#!/usr/bin/env python3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shebang {
    /// What stands behind `#!`, without blanks around it.
    pub text: String,
    /// The line, without its end.
    pub span: Span,
    /// Whether the line ends with a carriage return, which the kernel takes for a part of it.
    pub has_return: bool,
    /// What stands before `#!`, which keeps the kernel from seeing it: a byte order mark, blanks.
    pub behind: Option<&'static str>,
}

impl Shebang {
    /// The interpreter and its arguments, as blanks divide them.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.text.split_whitespace()
    }

    /// The name of the program that reads the script: `bash` of `#!/usr/bin/env bash`.
    pub fn interpreter(&self) -> &str {
        let name = |word: &'_ str| word.rsplit('/').next().map_or(0, str::len);
        let mut words = self.words();
        let first = words.next().unwrap_or("");
        let is_env = first.rsplit('/').next() == Some("env");
        let runs = |word: &&str| !word.starts_with('-') && !word.contains('=');
        let word = if is_env {
            words.find(runs).unwrap_or("")
        } else {
            first
        };
        &word[word.len() - name(word)..]
    }
}

/// Something of a shell's text that bash understands and the plain `/bin/sh` of Debian (dash) does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bashism {
    /// What it is: "`[[ … ]]`".
    pub what: &'static str,
    /// How dash complains, behind the name of the script and the line: `[[: not found`; nothing where it says
    /// nothing.
    pub words: &'static str,
    /// What dash does with it.
    pub outcome: Outcome,
    /// Where it stands first.
    pub span: Span,
}

/// What dash does with text that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The script ends there.
    Ends,
    /// The command fails, and the script goes on unless it says otherwise.
    Fails,
    /// It means something else.
    Differs,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interpreter_is_what_reads_the_script() {
        for (text, expected) in [
            ("/bin/bash -e", "bash"),
            ("/usr/bin/env python3", "python3"),
            ("/usr/bin/env -S A=1 python3 -u", "python3"),
            ("/usr/bin/env", ""),
            ("", ""),
            ("sh", "sh"),
        ] {
            let shebang = Shebang {
                text: text.to_owned(),
                span: Span::default(),
                has_return: false,
                behind: None,
            };
            assert_eq!(shebang.interpreter(), expected, "{text}");
        }
    }
}
