//! Rules of the category `network`.

pub(super) mod exposed_bind;
pub(super) mod hardcoded_ip;

mod address;
