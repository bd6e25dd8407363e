//! Rules about environment variables.

pub(super) mod contradictory_variable;
pub(super) mod drifting_variable;
pub(super) mod unloaded_env_file;
pub(super) mod unread_variable;
pub(super) mod unset_variable;
