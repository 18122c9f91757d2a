//! `glint score`: detections held against truth.

use std::path::PathBuf;

use super::number;
use crate::error::Result;
use crate::output::Output;
use crate::score::{Asked, Comparison, PlotFile, json, plot, text};

/// Hold detections against truth: what was found, what was false, how near the physical limit
///
/// TRUTH is SigMF metadata whose annotations state every burst, such as glint synth writes. DETECTIONS are the JSON
/// Lines of glint detect, or SigMF annotations of any program, of the same recording.
///
/// A detection and a burst belong together if they share at least half of the shorter one's time and half of the
/// narrower one's width. Each has at most one partner; the pair whose boxes are most alike (intersection over union) is
/// taken first. Truth with glint:kind "other" is energy that is no burst to be found: a detection of it is neither
/// right nor wrong. Truth with glint:kind "action", or without frequency edges, is left out.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    glint score scene.sigmf-meta bursts.jsonl\n  \
    glint detect scene.sigmf-meta --all-events | glint score scene.sigmf-meta - --plot score.svg\n  \
    glint score scene.sigmf-meta other-program.sigmf-meta --json")]
pub struct Score {
    /// The truth: NAME.sigmf-meta, with or without its samples
    #[arg(value_name = "TRUTH")]
    truth: PathBuf,

    /// The detections: JSON Lines or SigMF metadata; - for standard input
    #[arg(value_name = "DETECTIONS")]
    detections: PathBuf,

    /// Write every figure as one JSON object
    #[arg(long)]
    json: bool,

    /// Draw probability of detection over SNR, with the physical limit, as FILE.svg or FILE.png
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,

    /// The plot's form for print: black on white
    #[arg(long, requires = "plot")]
    light: bool,

    /// Replace FILE if it exists
    #[arg(long, requires = "plot")]
    force: bool,

    /// Score from this second of the recording on
    #[arg(long, value_name = "S", value_parser = number::seconds, allow_hyphen_values = true)]
    from: Option<f64>,

    /// Score up to this second of the recording
    #[arg(long, value_name = "S", value_parser = number::positive_seconds, allow_hyphen_values = true)]
    to: Option<f64>,

    /// State the physical limit for so many false alarms an hour in the band (unless stated: what the detections
    /// state, else 1)
    #[arg(long, value_name = "X", value_parser = number::alarms_per_hour, allow_hyphen_values = true)]
    false_alarms_per_hour: Option<f64>,
}

impl Score {
    /// Runs the command.
    ///
    /// # Errors
    /// One of the files cannot be read, the two do not belong together, or the plot cannot be written.
    pub fn run(&self) -> Result<()> {
        let asked = Asked { from_s: self.from, to_s: self.to, false_alarms_per_hour: self.false_alarms_per_hour };
        let plot_to = match &self.plot {
            Some(path) => Some((PlotFile::of(path)?, Output::create(path, self.force)?)),
            None => None,
        };
        let comparison = Comparison::read(&self.truth, &self.detections, &asked)?;
        let score = comparison.score();
        let report = if self.json { json(&comparison, &score) } else { text(&comparison, &score) };
        if let Some((file, mut output)) = plot_to {
            output.write(plot(&comparison, &score, file, self.light)?)?;
            output.finish()?;
        }
        Output::standard().write(report)
    }
}
