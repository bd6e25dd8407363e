//! Rules of the category `files`.

pub(super) mod file_case;
pub(super) mod syntax_error;
