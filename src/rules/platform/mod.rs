//! Rules of the category `platform`.

pub(super) mod macos_path;
