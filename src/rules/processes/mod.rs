//! Rules about how processes are found and ended.

pub(super) mod broad_kill;
pub(super) mod process_pattern;
