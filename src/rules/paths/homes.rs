//! Paths below people's home folders, found in texts.

use crate::rules::place;
use std::ops::Range;

/// Names that stand for whoever reads them.
const PLACEHOLDERS: [&str; 16] = [
    "user",
    "username",
    "you",
    "yourname",
    "yourusername",
    "youruser",
    "your",
    "name",
    "me",
    "example",
    "someone",
    "someuser",
    "xxx",
    "xxxx",
    "foo",
    "default",
];
/// Folders that hold projects, so that the project is one level further down.
const SHELVES: [&str; 17] = [
    "documents",
    "desktop",
    "downloads",
    "projects",
    "project",
    "dev",
    "developer",
    "development",
    "code",
    "src",
    "work",
    "workspace",
    "git",
    "repos",
    "github",
    "sites",
    "library",
];
/// A path below a home folder that stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) system: System,
    pub(super) user: String,
    /// The parts behind the user's name.
    pub(super) parts: Vec<String>,
    pub(super) range: Range<usize>,
}

/// Whose way of laying out home folders it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    Mac,
    Linux,
    Windows,
}

impl Home {
    /// Whether the account stands for the reader's own.
    pub(super) fn is_placeholder(&self) -> bool {
        let lower = self.user.to_ascii_lowercase();
        let plain: String = lower.chars().filter(char::is_ascii_alphabetic).collect();
        let asks = lower.starts_with("your") || lower.starts_with("change") || plain.contains("username");
        asks || PLACEHOLDERS.contains(&plain.as_str())
    }

    /// The home folder with the project below it: what one mend removes.
    pub(super) fn project(&self) -> String {
        let is_shelf = self
            .parts
            .first()
            .is_some_and(|part| SHELVES.contains(&part.to_ascii_lowercase().as_str()));
        let root = match self.system {
            System::Mac => "/Users",
            System::Linux => "/home",
            System::Windows => "C:/Users",
        };
        let mut path = format!("{root}/{}", self.user);
        for part in self.parts.iter().take(if is_shelf { 2 } else { 1 }) {
            path.push('/');
            path.push_str(part);
        }
        path
    }
}

/// All paths below home folders in a text, in order.
pub(super) fn find(text: &str) -> Vec<Home> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((start, behind, system)) = next_root(text, at) {
        at = behind;
        let rest = text.get(behind..).unwrap_or_default();
        // A path that is the whole text can hold spaces; one inside other text ends at the first.
        let is_whole = start == 0;
        let ends = |character: char| {
            place::ends_path(character) || character.is_whitespace() && (!is_whole || character != ' ')
        };
        let mut end = behind + rest.find(ends).unwrap_or(rest.len());
        let mut path = text.get(behind..end).unwrap_or_default();
        if is_whole && end < text.len() {
            // Words follow that belong to no path: a command line.
            path = path.split(' ').next().unwrap_or(path);
        }
        path = path.trim_end_matches(['.', ' ', '*']);
        end = behind + path.len();
        let mut parts = path
            .split(['/', '\\'])
            .filter(|part| !part.is_empty())
            .map(str::to_owned);
        let Some(user) = parts.next().filter(|user| is_account(user)) else {
            continue;
        };
        found.push(Home {
            system,
            user,
            parts: parts.collect(),
            range: start..end,
        });
        at = end;
    }
    found
}

/// The next place at or behind `from` where homes lie: where it begins, where it ends, and whose it is.
fn next_root(text: &str, from: usize) -> Option<(usize, usize, System)> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        let here = at + rest.find(['/', '\\'])?;
        let rest = text.get(here..)?;
        let drive = here.checked_sub(2).filter(|start| is_drive(text, *start));
        let root = if let Some(start) = drive {
            let name = rest.trim_start_matches(['/', '\\']);
            let slashes = rest.len() - name.len();
            name.strip_prefix("Users")
                .filter(|name| slashes <= 2 && name.starts_with(['/', '\\']))
                .map(|name| {
                    (
                        start,
                        text.len() - name.trim_start_matches(['/', '\\']).len(),
                        System::Windows,
                    )
                })
        } else if !place::begins_path(text, here) {
            None
        } else if rest.starts_with("/Users/") {
            Some((here, here + "/Users/".len(), System::Mac))
        } else if rest.starts_with("/home/") {
            Some((here, here + "/home/".len(), System::Linux))
        } else {
            None
        };
        if root.is_some() {
            return root;
        }
        at = here + 1;
    }
}

fn is_drive(text: &str, start: usize) -> bool {
    let bytes = text.as_bytes();
    bytes.get(start).is_some_and(u8::is_ascii_alphabetic)
        && bytes.get(start + 1) == Some(&b':')
        && start
            .checked_sub(1)
            .is_none_or(|before| !bytes[before].is_ascii_alphanumeric())
}

/// Whether a name can be an account.
fn is_account(name: &str) -> bool {
    let is_word = name.bytes().all(|byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b' ') || !byte.is_ascii()
    });
    is_word && name.chars().any(|letter| letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_are_found_in_texts() {
        for (text, path, project) in [
            ("/Users/ada/rec", "/Users/ada/rec", "/Users/ada/rec"),
            (
                "/Users/ada/rec/logs/a.log",
                "/Users/ada/rec/logs/a.log",
                "/Users/ada/rec",
            ),
            (
                "/Users/ada/Documents/rec/x",
                "/Users/ada/Documents/rec/x",
                "/Users/ada/Documents/rec",
            ),
            ("cp -r /Users/ada/rec/* .", "/Users/ada/rec/", "/Users/ada/rec"),
            (
                "PYTHONPATH=/Users/ada/rec python x.py",
                "/Users/ada/rec",
                "/Users/ada/rec",
            ),
            (
                "PATH=/bin:/Users/ada/bin:/usr/bin",
                "/Users/ada/bin",
                "/Users/ada/bin",
            ),
            (
                "file:///Users/ada/rec/index.html",
                "/Users/ada/rec/index.html",
                "/Users/ada/rec",
            ),
            (
                "Directory: /Users/ada/rec. Then",
                "/Users/ada/rec",
                "/Users/ada/rec",
            ),
            ("/Users/Shared/data", "/Users/Shared/data", "/Users/Shared/data"),
            (
                "/Users/ada/My Rec/a b",
                "/Users/ada/My Rec/a b",
                "/Users/ada/My Rec",
            ),
            ("/home/ada/rec", "/home/ada/rec", "/home/ada/rec"),
            (r"C:\Users\ada\rec\x", r"C:\Users\ada\rec\x", "C:/Users/ada/rec"),
            (
                r"open C:\\Users\\ada\\rec",
                r"C:\\Users\\ada\\rec",
                "C:/Users/ada/rec",
            ),
            ("D:/Users/ada/rec", "D:/Users/ada/rec", "C:/Users/ada/rec"),
        ] {
            let found = find(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!(&text[found[0].range.clone()], path, "{text}");
            assert_eq!(found[0].project(), project, "{text}");
        }
        assert_eq!(find("/Users/ada/a:/Users/bob/b").len(), 2);
    }

    #[test]
    fn other_paths_are_no_homes() {
        for text in [
            "",
            "/Users/",
            "/Users",
            "/home/",
            "/home/$USER/rec",
            "/home/{user}/rec",
            "/home/<user>/rec",
            "/Users/42",
            "/Users/{id}",
            "https://example.com/Users/ada",
            "https://api.example.com/v1/users/5",
            "/api/home/ada",
            "/users/ada",
            "~/rec",
            r"C:\Program Files\x",
            "abc:/home",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
    }

    #[test]
    fn some_accounts_stand_for_the_readers_own() {
        for (text, expected) in [
            ("/Users/username/rec", true),
            ("/Users/YOUR_NAME/rec", true),
            ("/Users/your-name/rec", true),
            ("/home/me/rec", true),
            (r"C:\Users\CHANGE_USERNAME\rec", true),
            ("/Users/ada/rec", false),
            ("/Users/mel/rec", false),
        ] {
            assert_eq!(find(text)[0].is_placeholder(), expected, "{text}");
        }
    }

    #[test]
    fn long_texts_take_linear_time() {
        for piece in ["/Users/", "/Users/ada ", "C:\\", "/", "/home/a:"] {
            find(&piece.repeat(100_000));
        }
    }
}
