//! Rules about distributions.

pub(super) mod conflicting_requirements;
pub(super) mod foreign_distribution;
pub(super) mod missing_db_driver;
pub(super) mod missing_requirement;
pub(super) mod missing_system_library;
pub(super) mod stale_lock;
pub(super) mod uninstallable_requirement;
