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

#[cfg(test)]
mod tests {
    use crate::catalog;

    #[test]
    fn every_check_has_a_page() {
        let rules = catalog::rules().unwrap();
        for (id, _) in super::CHECKS {
            assert!(rules.iter().any(|rule| rule.meta.id == *id), "{id}");
        }
    }
}
