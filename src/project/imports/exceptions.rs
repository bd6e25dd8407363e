//! Which exceptions a failed step raises, and who catches them.

use super::super::failure::When;

/// What a failed step raises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::project) enum Exception {
    ModuleNotFound,
    Import,
    Attribute,
    Key,
    Syntax,
    Exit,
    /// Another one, by name.
    Other(String),
}

impl Exception {
    /// The exception of this class.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "ModuleNotFoundError" => Self::ModuleNotFound,
            "ImportError" => Self::Import,
            "AttributeError" => Self::Attribute,
            "KeyError" => Self::Key,
            "SyntaxError" => Self::Syntax,
            "SystemExit" => Self::Exit,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The names by which it can be caught on purpose, its own class first.
    fn names(&self) -> &[&str] {
        match self {
            Self::ModuleNotFound => &["ModuleNotFoundError", "ImportError"],
            Self::Import => &["ImportError"],
            Self::Attribute => &["AttributeError"],
            Self::Key => &["KeyError", "LookupError"],
            Self::Syntax => &["SyntaxError"],
            Self::Exit => &["SystemExit"],
            Self::Other(_) => &[],
        }
    }

    /// How a clause that names these exceptions takes it; nothing when it does not.
    pub(super) fn caught_by(&self, catches: &[String]) -> Option<When> {
        let has = |wanted: &str| catches.iter().any(|name| name == wanted);
        let by_name = match self {
            Self::Other(name) => has(name),
            known => known.names().iter().any(|name| has(name)),
        };
        if by_name {
            return Some(When::Expected);
        }
        let is_broad = has("BaseException") || (has("Exception") && *self != Self::Exit);
        is_broad.then_some(When::Hidden)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_catch_by_class() {
        let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let missing = Exception::ModuleNotFound;
        assert_eq!(missing.caught_by(&of(&["ImportError"])), Some(When::Expected));
        assert_eq!(
            missing.caught_by(&of(&["KeyError", "Exception"])),
            Some(When::Hidden)
        );
        assert_eq!(missing.caught_by(&of(&["KeyError"])), None);
        assert_eq!(Exception::Import.caught_by(&of(&["ModuleNotFoundError"])), None);
        assert_eq!(Exception::Exit.caught_by(&of(&["Exception"])), None);
        assert_eq!(
            Exception::Exit.caught_by(&of(&["BaseException"])),
            Some(When::Hidden)
        );
    }
}
