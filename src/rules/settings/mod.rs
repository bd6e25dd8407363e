//! Rules about what the settings leave out.

pub(super) mod excluded_program;
