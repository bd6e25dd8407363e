//! Which exceptions a failed step raises, and who catches them.

use super::super::failure::When;
use super::Run;

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

/// An exception on its way to whoever catches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::project) struct Raised {
    pub(super) exception: Exception,
    /// The module that an `ImportError` names (`ImportError.name`).
    pub(super) module: Option<String>,
    /// The failure that began it, by its number.
    pub(super) failure: Option<usize>,
}

impl Raised {
    /// One that the code raises by itself.
    pub(super) fn by_hand(exception: Exception) -> Self {
        Self {
            exception,
            module: None,
            failure: None,
        }
    }
}

/// What a `try` around a statement catches.
pub(super) enum Catcher<'a> {
    /// The exceptions that each of its clauses names, and whether the clause ends the program itself: what
    /// that one takes is not caught.
    Clauses(Vec<(&'a [String], bool)>),
    /// `runpy` takes it for a missing package when an `ImportError` names this package, or one around it, and
    /// looks for the package again (`runpy._get_module_details`).
    Runpy(String),
}

impl Catcher<'_> {
    /// The exceptions that its clauses name, of those that go on with the program.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        let clauses = match self {
            Self::Clauses(clauses) => clauses.as_slice(),
            Self::Runpy(_) => &[],
        };
        let going_on = clauses.iter().filter(|(_, ends)| !ends);
        going_on.flat_map(|(names, _)| names.iter())
    }

    /// How it takes an exception; nothing when it does not.
    pub(super) fn takes(&self, raised: &Raised) -> Option<When> {
        match self {
            Self::Clauses(clauses) => {
                let mut clauses = clauses.iter();
                let (when, ends) =
                    clauses.find_map(|(clause, ends)| Some((raised.exception.caught_by(clause)?, ends)))?;
                (!ends).then_some(when)
            }
            Self::Runpy(package) => {
                let module = raised.module.as_deref()?;
                let rest = package.strip_prefix(module)?;
                (rest.is_empty() || rest.starts_with('.')).then_some(When::Expected)
            }
        }
    }
}

impl Run<'_> {
    /// Who catches an exception: the innermost `try` around the statement that does, and how.
    pub(super) fn catcher_of(&self, raised: &Raised) -> Option<When> {
        self.catchers
            .iter()
            .rev()
            .find_map(|catcher| catcher.takes(raised))
    }
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
