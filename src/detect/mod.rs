//! Rows of power to bursts.
//!
//! The method: the noise floor is a slow shape per bin ([`floor`](crate::detect::floor), learnt span by span) times a
//! fast gain common to all bins (`gain`). Rows are divided by it, neighbouring bins summed to cells, and the mean power of every box of a
//! bank of shapes, at every position, is compared with a threshold that a stated rate of false alarms asks for
//! (`lattice`, `threshold`). Where boxes stand out, the best is grown to the burst's own extent, masked with its
//! skirts, and the stretch searched again (`extract`); its edges are then measured at full resolution (`refine`), and
//! pieces of long emissions joined (`track`).
//!
//! The input is power alone, and what is decided depends on a stated span of past rows, counted from the recording's
//! first sample.

mod burst;
mod detector;
mod extract;
pub mod floor;
mod gain;
mod judged;
pub mod lattice;
mod refine;
mod segment;
pub mod shapes;
mod sliding;
pub mod threshold;
mod track;

pub use burst::{Burst, Event};
pub use detector::{Config, Detector, Output};
pub use judged::JudgedRows;
