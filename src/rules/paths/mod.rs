//! Rules of the category `paths`.

pub(super) mod hardcoded_home_path;
