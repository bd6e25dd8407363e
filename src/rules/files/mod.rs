//! Rules of the category `files`.

pub(super) mod syntax_error;
