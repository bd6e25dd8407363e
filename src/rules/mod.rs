//! The code of rules that a `[match]` cannot express, and the one table that names them.

mod environment;
mod failing;
mod files;
mod imports;
mod network;
mod paths;
mod place;
mod platform;
mod ports;
mod requirements;
mod services;

use crate::rule::Check;

/// Each check beside the id of its page.
pub const CHECKS: &[(&str, Check)] = &[
    ("broken-import", imports::broken_import::check),
    ("bypassed-firewall", ports::bypassed_firewall::check),
    ("circular-import", imports::circular_import::check),
    ("closed-port", ports::closed_port::check),
    (
        "conflicting-requirements",
        requirements::conflicting_requirements::check,
    ),
    ("contradictory-programs", services::contradictory_programs::check),
    ("ends-at-start", imports::ends_at_start::check),
    ("ephemeral-port", ports::ephemeral_port::check),
    ("file-case", files::file_case::check),
    ("foreign-distribution", requirements::foreign_distribution::check),
    ("hardcoded-home-path", paths::hardcoded_home_path::check),
    ("hardcoded-ip", network::hardcoded_ip::check),
    ("ignored-module", imports::ignored_module::check),
    ("macos-path", platform::macos_path::check),
    ("missing-entry-point", services::missing_entry_point::check),
    ("missing-name", imports::missing_name::check),
    ("missing-requirement", requirements::missing_requirement::check),
    (
        "missing-system-library",
        requirements::missing_system_library::check,
    ),
    ("needless-opening", ports::needless_opening::check),
    ("newer-syntax", imports::newer_syntax::check),
    ("nobody-listens", ports::nobody_listens::check),
    ("open-internal-port", ports::open_internal_port::check),
    ("port-conflict", ports::port_conflict::check),
    ("privileged-port", ports::privileged_port::check),
    ("relative-command", services::relative_command::check),
    ("repeated-port", ports::repeated_port::check),
    ("replaced-path", services::replaced_path::check),
    ("shared-port", ports::shared_port::check),
    ("stale-lock", requirements::stale_lock::check),
    ("standard-library", imports::standard_library::check),
    ("supervisor-refuses", services::supervisor_refuses::check),
    ("syntax-error", files::syntax_error::check),
    ("taken-port", ports::taken_port::check),
    (
        "uninstallable-requirement",
        requirements::uninstallable_requirement::check,
    ),
    ("unit-refused", services::unit_refused::check),
    ("unlisted-port", ports::unlisted_port::check),
    ("unset-variable", environment::unset_variable::check),
    ("unused-port", ports::unused_port::check),
];
