//! Patterns of paths, as people write them in settings.

use crate::source::Span;
use globset::{GlobBuilder, GlobMatcher};

/// A pattern of paths relative to the root. Without a `/` it matches a name at any depth; a folder
/// that it matches stands for everything in it.
#[derive(Debug, Clone)]
pub struct PathGlob {
    matcher: GlobMatcher,
    written: String,
    span: Option<Span>,
}

impl PathGlob {
    /// Understands a pattern.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn new(pattern: &str) -> Result<Self, String> {
        let trimmed = pattern.trim_start_matches("./").trim_end_matches('/');
        let anchored = match trimmed.strip_prefix('/') {
            Some(rest) => rest.to_owned(),
            None if trimmed.contains('/') => trimmed.to_owned(),
            None => format!("**/{trimmed}"),
        };
        let glob = GlobBuilder::new(&anchored)
            .literal_separator(true)
            .build()
            .map_err(|error| format!("`{pattern}` is no pattern of paths: {}", error.kind()))?;
        Ok(Self {
            matcher: glob.compile_matcher(),
            written: pattern.to_owned(),
            span: None,
        })
    }

    /// The same pattern, which stands there in the tree's own file of settings; nowhere in it.
    #[must_use]
    pub fn at(self, span: Option<Span>) -> Self {
        Self { span, ..self }
    }

    /// Where it stands in the tree's own file of settings; nothing of one that stands elsewhere.
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// As it was written.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether it matches the file at `path` or a folder that holds it.
    pub fn matches(&self, path: &str) -> bool {
        let mut at = Some(path);
        while let Some(path) = at {
            if self.matcher.is_match(path) {
                return true;
            }
            at = path.rsplit_once('/').map(|(folder, _)| folder);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_names_for_paths_and_for_folders() {
        for (pattern, path, expected) in [
            ("tests", "backend/tests/test_a.py", true),
            ("tests", "backend/attests/a.py", false),
            ("*.md", "docs/a.md", true),
            ("docs/", "docs/a.md", true),
            ("/docs", "docs/a.md", true),
            ("/docs", "web/docs/a.md", false),
            ("backend/*.py", "backend/api/a.py", false),
            ("backend/**/*.py", "backend/api/a.py", true),
            ("./backend/old", "backend/old/x/y.py", true),
        ] {
            let glob = PathGlob::new(pattern).unwrap();
            assert_eq!(glob.matches(path), expected, "{pattern} {path}");
        }
        assert!(PathGlob::new("a[").unwrap_err().contains("`a[`"));
    }
}
