//! Rules about distributions.

pub mod missing_requirement;
