//! Rules about ports.

pub mod port_conflict;
