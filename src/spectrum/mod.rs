//! Samples to rows of power: the last room that sees phase.
//!
//! A [`Chunker`](crate::spectrum::Chunker) cuts the stream into chunks whose borders depend on the sample index alone;
//! an [`Analyzer`](crate::spectrum::Analyzer) turns each into rows of power, so that any thread may take any chunk and
//! the rows are the same.

mod analyzer;
mod chunker;
mod grid;
mod rows;
mod stft;
mod window;

pub use analyzer::{Analyzer, Spectra};
pub use chunker::{Chunk, Chunker, Lost};
pub use grid::Grid;
pub use rows::DisplayRows;
pub use stft::{Scale, Stft};
pub use window::Window;
