//! The code of rules that a `[match]` cannot express, and the one table that names them.

mod files;
mod network;
mod paths;
mod place;
mod platform;

use crate::rule::Check;

/// Each check beside the id of its page.
pub const CHECKS: &[(&str, Check)] = &[
    ("hardcoded-home-path", paths::hardcoded_home_path::check),
    ("hardcoded-ip", network::hardcoded_ip::check),
    ("macos-path", platform::macos_path::check),
    ("syntax-error", files::syntax_error::check),
];
