//! Rules about distributions.

pub(super) mod conflicting_requirements;
pub(super) mod missing_requirement;
pub(super) mod uninstallable_requirement;
