//! glint shows, on a waterfall, how detectable a handset's uplink bursts are.
//!
//! Samples come in, become power, power becomes bursts, bursts become understanding. Each arrow is one
//! module, and data flows one way: a module imports only modules listed above it here.
//!
//! What is deliberately absent, and checked as far as a test can by `tests/architecture.rs`:
//!
//! 1. **One way.** No module imports one listed below it.
//! 2. **Phase ends at [`spectrum`].** No complex sample travels past it; there is no demodulator of any kind.
//! 3. **One receiver.** A pipeline takes one source. No direction finding, no geolocation, no combining of
//!    receivers, no identity of device or subscriber.
//! 4. **Forward only.** Nothing goes from a received burst to a distance or a place, and nothing says "safe".
//! 5. **Nothing is lost in silence.** Every sample of a file is analysed, or the command fails or says which
//!    were not numbers; live, every loss is counted and shown.
#![warn(missing_docs)]

/// Quantities that are silently mixed up unless they are types.
pub mod units;

/// What can go wrong, by what the user can do about it.
pub mod error;

/// Where results are written: standard output, or a file that appears under its name only once it is whole.
pub mod output;

/// Detection theory: threshold and false alarms, probability of detection, the physical limit, intervals.
pub mod theory;

/// Uplink allocations of handsets and their duplex partners.
pub mod bands;

/// Sample formats, tuning, blocks of samples.
pub mod iq;

/// Recordings on disk: what they are, where their samples begin; and new ones.
pub mod recording;

/// Synthetic uplinks with known truth.
pub mod scene;

/// Where samples come from.
pub mod source;

/// Which of the processor's instructions hot loops may use.
pub mod simd;

/// Samples to rows of power: the last room that sees phase.
pub mod spectrum;

/// Rows of power to bursts.
pub mod detect;

/// Threads, channels, losses, shutdown; the [`pipeline::Sink`] trait.
pub mod pipeline;

/// What is written for people and programs: JSON Lines, CSV, SigMF annotations, pictures; the truth of scenes.
pub mod report;

/// Detections against truth, and against the physical limit.
pub mod score;

/// The Monte Carlo campaign that holds the detector against theory.
pub mod verify;

/// The window.
#[cfg(feature = "gui")]
pub mod ui;

/// One file a command; thin.
pub mod cli;
