//! Rules about distributions.

pub(super) mod missing_requirement;
