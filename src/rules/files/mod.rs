//! Rules of the category `files`.

pub(super) mod file_case;
pub(super) mod missing_directory;
pub(super) mod missing_file;
pub(super) mod syntax_error;
