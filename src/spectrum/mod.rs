//! Samples to rows of power: the last room that sees phase.
//!
//! A [`Chunker`](crate::spectrum::Chunker) cuts the stream into chunks whose borders depend on the sample index alone;
//! an [`Analyzer`](crate::spectrum::Analyzer) turns each into rows of power, so that any thread may take any chunk and
//! the rows are the same. What the detector keeps of a row is power summed to cells; where it has found something it
//! asks [`Recall`](crate::spectrum::Recall) for the rows' bins, and gets power again.

mod analyzer;
mod chunker;
mod frames;
mod grid;
mod power;
mod recall;
mod rows;
mod stft;
mod window;

pub use analyzer::{Analyzer, Spectra};
pub use chunker::{Chunk, Chunker, Lost};
pub use grid::{BINS_PER_CELL, BLOCK_ROWS, GROUP_ROWS, Grid};
pub use recall::Recall;
pub use rows::DisplayRows;
pub use stft::{Scale, Stft};
pub use window::Window;
