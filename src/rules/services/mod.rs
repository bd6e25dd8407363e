//! Rules about the definitions of programs.

pub mod missing_entry_point;
