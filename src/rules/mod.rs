//! The code of rules that a `[match]` cannot express, and the one table that names them.

mod command;
mod databases;
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
mod processes;
mod requirements;
mod secrets;
mod services;
mod settings;

use crate::rule::Check;

/// Each check beside the id of its page.
pub const CHECKS: &[(&str, Check)] = &[
    ("bash-in-sh", files::bash_in_sh::check),
    ("bsd-flag", platform::bsd_flag::check),
    ("broken-import", imports::broken_import::check),
    ("broad-kill", processes::broad_kill::check),
    ("bypassed-firewall", ports::bypassed_firewall::check),
    ("circular-import", imports::circular_import::check),
    ("committed-env-file", secrets::committed_env_file::check),
    ("committed-secret", secrets::committed_secret::check),
    ("closed-port", ports::closed_port::check),
    (
        "conflicting-requirements",
        requirements::conflicting_requirements::check,
    ),
    (
        "contradictory-environment",
        services::contradictory_environment::check,
    ),
    ("contradictory-programs", services::contradictory_programs::check),
    ("credentials-in-url", secrets::credentials_in_url::check),
    ("crlf-line-endings", files::crlf_line_endings::check),
    ("db-settings-disagree", databases::db_settings_disagree::check),
    ("debug-server", services::debug_server::check),
    ("detached-command", services::detached_command::check),
    ("developer-host", network::developer_host::check),
    ("django-settings", services::django_settings::check),
    ("contradictory-roots", paths::contradictory_roots::check),
    ("excluded-program", settings::excluded_program::check),
    ("ends-at-start", imports::ends_at_start::check),
    ("exposed-bind", network::exposed_bind::check),
    ("ephemeral-port", ports::ephemeral_port::check),
    ("file-case", files::file_case::check),
    ("foreign-distribution", requirements::foreign_distribution::check),
    (
        "hardcoded-db-credentials",
        databases::hardcoded_db_credentials::check,
    ),
    ("hardcoded-db-host", databases::hardcoded_db_host::check),
    ("hardcoded-home-path", paths::hardcoded_home_path::check),
    ("hardcoded-ip", network::hardcoded_ip::check),
    ("hardcoded-secret", secrets::hardcoded_secret::check),
    ("home-root", paths::home_root::check),
    ("ignored-module", imports::ignored_module::check),
    ("ignored-unit-setting", services::ignored_unit_setting::check),
    ("launchd-only", services::launchd_only::check),
    ("local-origins", network::local_origins::check),
    ("localhost-in-page", network::localhost_in_page::check),
    ("log-settings", services::log_settings::check),
    ("macos-command", platform::macos_command::check),
    ("macos-path", platform::macos_path::check),
    ("missing-command", platform::missing_command::check),
    ("missing-db-driver", requirements::missing_db_driver::check),
    ("missing-entry-point", services::missing_entry_point::check),
    ("missing-log-directory", services::missing_log_directory::check),
    ("misplaced-root", paths::misplaced_root::check),
    ("missing-directory", files::missing_directory::check),
    ("missing-file", files::missing_file::check),
    ("missing-name", imports::missing_name::check),
    ("missing-requirement", requirements::missing_requirement::check),
    ("missing-run-bit", files::missing_run_bit::check),
    ("missing-schema", databases::missing_schema::check),
    (
        "missing-system-library",
        requirements::missing_system_library::check,
    ),
    ("missing-user", services::missing_user::check),
    ("needless-opening", ports::needless_opening::check),
    ("newer-syntax", imports::newer_syntax::check),
    ("nobody-listens", ports::nobody_listens::check),
    ("open-database", databases::open_database::check),
    ("open-internal-port", ports::open_internal_port::check),
    ("open-supervisor", services::open_supervisor::check),
    ("orphaned-children", services::orphaned_children::check),
    ("other-supervisor", services::other_supervisor::check),
    ("port-conflict", ports::port_conflict::check),
    ("privileged-port", ports::privileged_port::check),
    ("process-pattern", processes::process_pattern::check),
    ("relative-command", services::relative_command::check),
    ("relative-directory", services::relative_directory::check),
    ("relative-path", paths::relative_path::check),
    ("repeated-port", ports::repeated_port::check),
    ("replaced-path", services::replaced_path::check),
    ("restart-policy", services::restart_policy::check),
    ("runs-as-root", services::runs_as_root::check),
    (
        "scattered-db-connections",
        databases::scattered_db_connections::check,
    ),
    ("section-in-fragment", services::section_in_fragment::check),
    ("shared-port", ports::shared_port::check),
    ("shell-in-command", services::shell_in_command::check),
    ("shipped-debris", files::shipped_debris::check),
    ("stale-lock", requirements::stale_lock::check),
    ("standard-library", imports::standard_library::check),
    ("state-in-tmp", services::state_in_tmp::check),
    ("superseded-config", services::superseded_config::check),
    ("supervisor-refuses", services::supervisor_refuses::check),
    ("syntax-error", files::syntax_error::check),
    ("taken-port", ports::taken_port::check),
    ("uninstalled-unit", services::uninstalled_unit::check),
    (
        "uninstallable-requirement",
        requirements::uninstallable_requirement::check,
    ),
    ("unit-not-enabled", services::unit_not_enabled::check),
    ("unit-refused", services::unit_refused::check),
    ("unit-type", services::unit_type::check),
    ("unknown-program", services::unknown_program::check),
    (
        "contradictory-variable",
        environment::contradictory_variable::check,
    ),
    ("drifting-variable", environment::drifting_variable::check),
    ("unloaded-env-file", environment::unloaded_env_file::check),
    ("unread-variable", environment::unread_variable::check),
    ("unlisted-port", ports::unlisted_port::check),
    ("unset-variable", environment::unset_variable::check),
    ("unused-port", ports::unused_port::check),
    ("wrong-shebang", files::wrong_shebang::check),
];
