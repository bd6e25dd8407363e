//! Distributions that a document has installed.

use crate::source::Span;

/// One requirement (PEP 508), or a part of a requirements file that stands for some.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// The distribution's name as written.
    pub name: String,
    /// The version specifiers as written, such as `==2.3.1`; empty when there are none.
    pub specifiers: String,
    /// The environment marker as written, such as `sys_platform == "darwin"`.
    pub marker: Option<String>,
    /// Extras, as written.
    pub extras: Vec<String>,
    /// Where it stands.
    pub span: Span,
    /// Who asks for it.
    pub origin: Origin,
}

/// Who asks for a distribution, and so whether the server gets it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A requirements file, or the main dependencies of a project.
    Main,
    /// An optional group: an extra, a dependency group, `requirements-dev.txt`.
    Group(String),
    /// conda's `environment.yml`: conda brings what is built, and the libraries with it; pip has no say.
    Conda,
    /// A command that installs it: `pip install x` in a deploy script or Dockerfile.
    Command,
    /// A constraints file: it only says which version, should something else ask for it.
    Constraint,
}

/// A distribution's name in the one form that all spellings share (PEP 503): lower case, `-` for
/// runs of `-`, `_` and `.`.
pub fn normalize(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(&part.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn names_have_one_form() {
        assert_eq!(normalize("Foo.Bar__baz"), "foo-bar-baz");
        assert_eq!(normalize("psycopg2-binary"), "psycopg2-binary");
    }
}
