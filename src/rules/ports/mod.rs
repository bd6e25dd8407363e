//! Rules about ports.

pub(super) mod bypassed_firewall;
pub(super) mod closed_port;
pub(super) mod ephemeral_port;
pub(super) mod needless_opening;
pub(super) mod nobody_listens;
pub(super) mod open_internal_port;
pub(super) mod port_conflict;
pub(super) mod privileged_port;
pub(super) mod repeated_port;
mod server;
pub(super) mod shared_port;
pub(super) mod taken_port;
pub(super) mod unlisted_port;
pub(super) mod unused_port;
