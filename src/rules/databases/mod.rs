//! Connections to databases.

pub(super) mod db_settings_disagree;
pub(super) mod hardcoded_db_credentials;
pub(super) mod hardcoded_db_host;
pub(super) mod missing_schema;
pub(super) mod open_database;
pub(super) mod scattered_db_connections;
