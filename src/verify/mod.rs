//! The Monte Carlo campaign that holds the detector against theory.
//!
//! A campaign is a list of units: short scenes with fixed seeds, rendered, looked through and written down
//! with what was sent and what was found, by the detector and by a plain threshold per bin. Units of one kind are pooled and scored as one long recording. What is written down
//! is kept in a file, so that a campaign may be stopped and taken up again.

mod campaign;
mod plain;
mod results;
mod tables;
mod unit;

pub use campaign::{Campaign, Pool};
pub use results::Results;
pub use tables::{curves, tables};
pub use unit::{Outcome, Purpose, Unit};
