//! Who listens to a pipeline.

use std::sync::Arc;

use crate::detect::{Event, JudgedRows};
use crate::error::Result;
use crate::source::StreamInfo;
use crate::spectrum::DisplayRows;

/// How far the analysis is and what it has met, counted from the stream's first sample.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Samples analysed.
    pub samples: u64,
    /// Samples lost: dropped, or not numbers.
    pub lost: u64,
    /// Samples with a component at full scale.
    pub clipped: u64,
    /// Waterfall rows that a slow viewer did not take; only live.
    pub rows_dropped: u64,
    /// Largest magnitude of a component so far, full scale 1.
    pub peak: f32,
}

/// The whole run, told once at its end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Final counts.
    pub progress: Progress,
    /// Seconds of signal analysed.
    pub seconds: f64,
    /// Detector's rows made.
    pub rows: u64,
    /// Bursts found; parts of one emission count once.
    pub bursts: u64,
    /// False alarms an hour, as set.
    pub false_alarms_per_hour: f64,
}

/// What a sink is told before the first row.
#[derive(Clone, Debug)]
pub struct RunInfo {
    /// The stream.
    pub stream: StreamInfo,
    /// False alarms an hour, as set.
    pub false_alarms_per_hour: f64,
    /// Shortest burst, in seconds, that surely has one whole frame inside.
    pub shortest_whole_s: f64,
}

/// Receives what a pipeline finds. It is called on a thread that the pipeline owns, with a channel of its own; the
/// rows arrive in order, and so do the events, but an event arrives up to 300 ms of signal after its row.
///
/// An error stops the run and is returned by [`Pipeline::join`](super::Pipeline::join).
pub trait Sink: Send {
    /// Called once, before everything else.
    ///
    /// # Errors
    /// The sink cannot go on.
    fn begin(&mut self, _run: &RunInfo) -> Result<()> {
        Ok(())
    }

    /// Rows for the waterfall.
    ///
    /// # Errors
    /// The sink cannot go on.
    fn rows(&mut self, _rows: &Arc<DisplayRows>) -> Result<()> {
        Ok(())
    }

    /// What the detector summed.
    ///
    /// # Errors
    /// The sink cannot go on.
    fn judged(&mut self, _rows: &Arc<JudgedRows>) -> Result<()> {
        Ok(())
    }

    /// How far the analysis is: with every chunk of samples, but no more than a hundred times a second.
    ///
    /// # Errors
    /// The sink cannot go on.
    fn progress(&mut self, _progress: &Progress) -> Result<()> {
        Ok(())
    }

    /// A burst or another event, in order of the bursts' ends.
    ///
    /// # Errors
    /// The sink cannot go on.
    fn event(&mut self, _event: &Event) -> Result<()> {
        Ok(())
    }

    /// Called once, after everything else, also when the source failed or the run was stopped.
    ///
    /// # Errors
    /// The sink could not finish.
    fn end(&mut self, _summary: &Summary) -> Result<()> {
        Ok(())
    }
}
