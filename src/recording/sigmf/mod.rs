//! SigMF recordings (the SigMF specification, version 1.2): a pair of files, metadata and samples.

mod read;
mod write;

pub(super) use read::{Global, Meta, look};
pub use write::{About, PairWriter};

/// Something marked in a recording. Samples count from the recording's first one; frequencies are absolute, or
/// offsets when the recording has no centre.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Annotation {
    /// First sample.
    pub start: u64,
    /// Number of samples; 0 when it is not stated.
    pub count: u64,
    /// Lower and upper edge, in hertz; `None` unless both are stated, in this order.
    pub edges: Option<(f64, f64)>,
    /// Short name.
    pub label: Option<String>,
    /// `glint:kind`: `action` for what people did, `burst` for what a detector found, `other` for what was really sent
    /// and is no burst of a handset, nothing for a burst that was really sent.
    pub kind: Option<String>,
    /// `glint:snr_db`: signal over noise between the edges.
    pub snr_db: Option<f64>,
    /// `glint:level_dbfs`: power while it lasts.
    pub level_dbfs: Option<f64>,
    /// `glint:cut_start`: it began before the recording.
    pub cut_start: bool,
    /// `glint:cut_end`: it went on after the recording.
    pub cut_end: bool,
    /// `glint:center_hz`: centre of its power, as the edges absolute or an offset.
    pub center_hz: Option<f64>,
    /// `glint:part`: which part of a longer emission this is, from 1.
    pub part: Option<u32>,
    /// `glint:more`: another part follows.
    pub more: bool,
}
