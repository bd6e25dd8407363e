//! Rules about environment variables.

pub(super) mod unset_variable;
