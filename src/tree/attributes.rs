//! Which files git stores with its own line ends, whatever the disk holds.

use super::{Listing, Tree};
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The lines of all `.gitattributes` that speak of line ends, and `core.autocrlf`.
#[derive(Debug, Default)]
pub struct Attributes {
    /// Folder, pattern, and whether what it names is text. The last one that fits counts.
    rules: Vec<(String, Gitignore, bool)>,
    /// Whether git takes files for text of itself.
    is_automatic: bool,
}

impl Attributes {
    /// Those of a tree.
    pub fn read(tree: &dyn Tree, listing: &Listing) -> Self {
        let mut attributes = Self::default();
        let is_one = |path: &str| path == ".gitattributes" || path.ends_with("/.gitattributes");
        let mut files: Vec<&str> = listing
            .files
            .iter()
            .map(|entry| entry.path.as_str())
            .filter(|path| is_one(path))
            .collect();
        // What stands nearer to a file counts more.
        files.sort_by_key(|path| path.matches('/').count());
        for file in files {
            let text = tree.read(file).unwrap_or_default();
            let folder = file.strip_suffix(".gitattributes").unwrap_or("");
            for line in String::from_utf8_lossy(&text).lines() {
                attributes.rules.extend(rule(folder, line));
            }
        }
        let config = tree.read(".git/config").unwrap_or_default();
        attributes.is_automatic = String::from_utf8_lossy(&config).lines().any(|line| {
            let line = line.to_ascii_lowercase().replace([' ', '\t'], "");
            matches!(line.as_str(), "autocrlf=true" | "autocrlf=input")
        });
        attributes
    }

    /// Whether git turns the line ends of this file into its own when it is committed.
    pub fn normalises(&self, path: &str) -> bool {
        let fits = |(folder, pattern, is_text): &(String, Gitignore, bool)| {
            let inside = path.strip_prefix(folder.as_str())?;
            pattern
                .matched_path_or_any_parents(inside, false)
                .is_ignore()
                .then_some(*is_text)
        };
        self.rules
            .iter()
            .rev()
            .find_map(fits)
            .unwrap_or(self.is_automatic)
    }
}

/// One line, when it speaks of line ends.
fn rule(folder: &str, line: &str) -> Option<(String, Gitignore, bool)> {
    let mut words = line.split_whitespace();
    let pattern = words.next().filter(|first| !first.starts_with(['#', '!', '[']))?;
    let is_text = words.fold(None, |known, word| match word {
        // With `eol=crlf` git stores its own line ends too, and writes the others on every machine.
        "text" | "text=auto" | "eol=lf" | "crlf" => Some(true),
        "-text" | "binary" | "-crlf" | "eol=crlf" => Some(false),
        _ => known,
    })?;
    let mut builder = GitignoreBuilder::new("");
    builder.add_line(None, pattern).ok()?;
    Some((folder.to_owned(), builder.build().ok()?, is_text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Memory;

    #[test]
    fn the_last_line_that_fits_counts() {
        let tree = Memory::new([
            (
                ".gitattributes",
                "# x\n* text=auto\n*.bat eol=crlf\n/raw/** -text\n",
            ),
            ("raw/.gitattributes", "*.sh text eol=lf\n"),
            ("a.sh", ""),
        ]);
        let attributes = Attributes::read(&tree, &tree.list());
        for (path, expected) in [
            ("a.sh", true),
            ("x/b.sh", true),
            ("x/b.bat", false),
            ("raw/b.txt", false),
            ("raw/x/b.sh", true),
        ] {
            assert_eq!(attributes.normalises(path), expected, "{path}");
        }
        assert!(!Attributes::default().normalises("a.sh"));
    }
}
