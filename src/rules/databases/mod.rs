//! Connections to databases.

pub(super) mod db_settings_disagree;
pub(super) mod hardcoded_db_credentials;
pub(super) mod hardcoded_db_host;
pub(super) mod missing_schema;
