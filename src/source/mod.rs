//! Where samples come from: recordings, scenes, standard input. One trait; a simulator is just another front end.

mod file;
mod open;
mod options;
mod raw;
mod scene;
mod stdin;

pub use open::open;
pub use options::Options;
pub use scene::{SceneSource, scene};

use crate::error::Result;
use crate::iq::{SampleBlock, SampleFormat, Tuning};
use crate::scene::Action;
use crate::units::SampleIndex;

/// What kind of source this is, for the words on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A file.
    Recording,
    /// A synthetic scene with known truth.
    Scene,
    /// Raw samples on standard input.
    StandardInput,
}

/// What is known of a stream before its first sample.
#[derive(Clone, Debug)]
pub struct StreamInfo {
    /// The source as the user gave it: `scene:demo`, a path, `-`.
    pub name: String,
    /// What kind of source it is.
    pub kind: SourceKind,
    /// Centre and rate.
    pub tuning: Tuning,
    /// How samples are stored in blocks.
    pub format: SampleFormat,
    /// Index of the first sample that will be delivered (after `--start`).
    pub first: SampleIndex,
    /// Number of samples that will be delivered, when it is known beforehand.
    pub length: Option<u64>,
    /// Time of sample 0, when the recording says it.
    pub start_time: Option<jiff::Timestamp>,
    /// What people did, in order of start; empty when unknown.
    pub actions: Vec<Action>,
}

/// Who sets the pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// The analysis: the source waits, and nothing is lost.
    Replay,
    /// The air: the source never waits; blocks that nobody takes in time are dropped and counted.
    Live,
}

/// A stream of samples.
pub trait Source: Send {
    /// What is known of the stream before its first sample.
    fn info(&self) -> &StreamInfo;

    /// Who sets the pace.
    fn pace(&self) -> Pace {
        Pace::Replay
    }

    /// Whether a read may wait for samples that come when they come, or never. A source that never makes anyone wait is read
    /// straight into what is analysed, without a thread of its own.
    fn may_wait(&self) -> bool {
        true
    }

    /// Fills `bytes`, which has room for at least one sample, with the next samples: as many whole ones as fit, or as are
    /// there. Gives the index of the first and how many bytes they are, none at the end.
    ///
    /// # Errors
    /// A source that fails or ends inside a sample first delivers every whole sample it has, then the error.
    fn read(&mut self, bytes: &mut [u8]) -> Result<(SampleIndex, usize)>;

    /// Fills `block` with the next samples, at most as many whole ones as fit in `block.bytes`' capacity (at least
    /// one), and sets `block.first`. `Ok(false)` at the end, with `block.bytes` empty.
    ///
    /// # Errors
    /// As [`Source::read`].
    fn read_block(&mut self, block: &mut SampleBlock) -> Result<bool> {
        let size = self.info().format.bytes_per_sample();
        let room = (block.bytes.capacity() / size).max(1) * size;
        block.bytes.resize(room, 0);
        let (first, count) = match self.read(&mut block.bytes) {
            Ok(read) => read,
            Err(error) => {
                block.bytes.clear();
                return Err(error);
            }
        };
        block.first = first;
        block.bytes.truncate(count);
        Ok(count > 0)
    }
}
