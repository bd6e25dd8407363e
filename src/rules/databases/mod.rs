//! Connections to databases.

pub(super) mod hardcoded_db_credentials;
pub(super) mod hardcoded_db_host;
