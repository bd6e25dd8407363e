//! Rules of the category `network`.

pub(super) mod developer_host;
pub(super) mod exposed_bind;
pub(super) mod hardcoded_ip;
pub(super) mod local_origins;
pub(super) mod localhost_in_page;

mod address;
mod naming;
