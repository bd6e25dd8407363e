//! Rules about the definitions of programs.

pub(super) mod contradictory_programs;
pub(super) mod debug_server;
pub(super) mod detached_command;
mod folder;
pub(super) mod launchd_only;
pub(super) mod log_settings;
pub(super) mod missing_entry_point;
pub(super) mod missing_log_directory;
pub(super) mod missing_user;
pub(super) mod open_supervisor;
pub(super) mod orphaned_children;
pub(super) mod other_supervisor;
pub(super) mod relative_command;
pub(super) mod relative_directory;
pub(super) mod replaced_path;
pub(super) mod restart_policy;
pub(super) mod runs_as_root;
pub(super) mod section_in_fragment;
pub(super) mod shell_in_command;
pub(super) mod state_in_tmp;
pub(super) mod superseded_config;
pub(super) mod supervisor_refuses;
pub(super) mod uninstalled_unit;
pub(super) mod unit_not_enabled;
pub(super) mod unit_refused;
pub(super) mod unit_type;
pub(super) mod unknown_program;
