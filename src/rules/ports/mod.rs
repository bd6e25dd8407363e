//! Rules about ports.

pub(super) mod port_conflict;
