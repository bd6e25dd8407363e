//! Rules about the definitions of programs.

pub(super) mod missing_entry_point;
