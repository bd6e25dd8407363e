//! Rules of the category `network`.

pub(super) mod hardcoded_ip;

mod address;
