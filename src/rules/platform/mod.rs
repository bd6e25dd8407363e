//! Rules of the category `platform`.

pub(super) mod bsd_flag;
pub(super) mod macos_command;
pub(super) mod macos_path;
pub(super) mod missing_command;
mod said;
