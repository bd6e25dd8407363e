//! `audit`: if this tree is put on that server, what will not work, why, and how is it mended?
//!
//! ```text
//! tree ──walk──▶ documents ──extract──▶ facts ──join──▶ project ──rules──▶ findings ──▶ readiness ──▶ report
//! ```
//!
//! `ARCHITECTURE.md` tells what lives where and who may use whom.

pub mod baseline;
pub mod catalog;
pub mod cli;
pub mod document;
pub mod engine;
pub mod expression;
pub mod facts;
pub mod finding;
pub mod formats;
pub mod knowledge;
pub mod page;
pub mod pattern;
pub mod project;
pub mod readiness;
pub mod report;
pub mod rule;
pub mod rules;
pub mod settings;
pub mod source;
pub mod suppress;
pub mod target;
pub mod tree;
