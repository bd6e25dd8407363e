//! Rules of the category `paths`.

pub(super) mod contradictory_roots;
pub(super) mod hardcoded_home_path;
pub(super) mod home_root;
mod homes;
pub(super) mod misplaced_root;
pub(super) mod relative_path;
