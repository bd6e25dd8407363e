//! Rules about the definitions of programs.

pub(super) mod contradictory_programs;
pub(super) mod detached_command;
mod folder;
pub(super) mod missing_entry_point;
pub(super) mod missing_log_directory;
pub(super) mod relative_command;
pub(super) mod replaced_path;
pub(super) mod shell_in_command;
pub(super) mod supervisor_refuses;
pub(super) mod unit_refused;
pub(super) mod unit_type;
