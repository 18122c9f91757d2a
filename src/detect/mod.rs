//! Rows of power to bursts.
//!
//! The method: the noise floor is a slow shape per bin ([`floor`](crate::detect::floor), learnt span by span from what
//! is quiet) times a fast gain common to all bins (`gain`, `level`). Rows of cells are divided by it (`segment`), and the
//! mean power of the boxes of a bank of shapes is compared with thresholds that a stated rate of false alarms asks for
//! (`shapes`, `threshold`): coarsely everywhere (`screen`), exactly where that leaves a chance (`lattice`). What is
//! narrower than a cell is looked for the same way bin by bin in what is left over (`search`, `detector`). Where something
//! stands out, the best box is trimmed and grown to the burst's own extent (`grow`), masked with its skirts, and the
//! stretch searched again (`extract`); what a strong burst only spills is told from bursts (`spill`). Edges are then
//! measured at full resolution, in time (`edges`) and frequency (`profile`), users that follow each other or lie side by
//! side told apart (`split`, `refine`), mirror images taken out (`image`), and pieces of long emissions joined (`track`).
//!
//! The input is power alone, and what is decided depends on a stated span of past rows, counted from the recording's
//! first sample.

mod best_boxes;
mod burst;
mod detector;
mod edges;
mod extract;
pub mod floor;
mod folded;
pub mod gain;
mod grow;
mod image;
mod judged;
pub mod lattice;
mod level;
mod profile;
mod quiet;
mod refine;
mod screen;
mod search;
mod segment;
pub mod shapes;
mod sliding;
mod spill;
mod split;
pub mod threshold;
mod track;

pub use best_boxes::BestBox;
pub use burst::{Burst, Event};
pub use detector::{Config, Detector, Output};
pub use judged::JudgedRows;
