//! The code of rules that a `[match]` cannot express, and the one table that names them.

mod environment;
mod failing;
mod files;
mod imports;
mod lacking;
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
    ("circular-import", imports::circular_import::check),
    (
        "conflicting-requirements",
        requirements::conflicting_requirements::check,
    ),
    ("contradictory-programs", services::contradictory_programs::check),
    ("contradictory-roots", paths::contradictory_roots::check),
    ("ends-at-start", imports::ends_at_start::check),
    ("file-case", files::file_case::check),
    ("foreign-distribution", requirements::foreign_distribution::check),
    ("hardcoded-home-path", paths::hardcoded_home_path::check),
    ("hardcoded-ip", network::hardcoded_ip::check),
    ("home-root", paths::home_root::check),
    ("ignored-module", imports::ignored_module::check),
    ("macos-path", platform::macos_path::check),
    ("misplaced-root", paths::misplaced_root::check),
    ("missing-directory", files::missing_directory::check),
    ("missing-entry-point", services::missing_entry_point::check),
    ("missing-file", files::missing_file::check),
    ("missing-name", imports::missing_name::check),
    ("missing-requirement", requirements::missing_requirement::check),
    (
        "missing-system-library",
        requirements::missing_system_library::check,
    ),
    ("newer-syntax", imports::newer_syntax::check),
    ("port-conflict", ports::port_conflict::check),
    ("relative-command", services::relative_command::check),
    ("relative-path", paths::relative_path::check),
    ("replaced-path", services::replaced_path::check),
    ("stale-lock", requirements::stale_lock::check),
    ("standard-library", imports::standard_library::check),
    ("supervisor-refuses", services::supervisor_refuses::check),
    ("syntax-error", files::syntax_error::check),
    (
        "uninstallable-requirement",
        requirements::uninstallable_requirement::check,
    ),
    ("unit-refused", services::unit_refused::check),
    ("unset-variable", environment::unset_variable::check),
];
