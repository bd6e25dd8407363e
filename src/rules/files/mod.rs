//! Rules of the category `files`.

pub(super) mod bash_in_sh;
pub(super) mod crlf_line_endings;
pub(super) mod file_case;
pub(super) mod missing_directory;
pub(super) mod missing_file;
pub(super) mod missing_run_bit;
pub(super) mod shipped_debris;
pub(super) mod syntax_error;
pub(super) mod wrong_shebang;
