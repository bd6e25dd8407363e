//! The code of rules that a `[match]` cannot express, and the one table that names them.

pub mod ports;

use crate::rule::Check;

/// Each check beside the id of its page.
pub const CHECKS: &[(&str, Check)] = &[("port-conflict", ports::port_conflict::check)];
