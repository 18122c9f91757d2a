//! `glint verify`: the campaign that holds the detector against theory.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::progress;
use crate::error::{Error, Result};
use crate::output::Output;
use crate::score::PlotFile;
use crate::verify::{Campaign, Purpose, Results, curves, tables};

/// Measure the detector against theory: how weak a burst may be, how well it is measured, how many false alarms
///
/// Scenes with known truth and fixed seeds are rendered, looked through and scored: bursts of each kind around
/// the physical limit and 10 dB over the noise, and noise alone, flat, rippled, drifting and spurred, at 10 000 to 1 false
/// alarm an hour. Samples have 8 bits at 2.4 MS/s; the detector knows nothing beforehand.
///
/// What is done is kept in the file of results: stopped with Ctrl-C, the campaign goes on from there the next time. Results
/// of another detector in the same file would be mixed with these: name another file after changing it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    glint verify --short                                  a minute or two: a first impression\n  \
    glint verify --results campaign.jsonl                 the whole campaign, two hours or more\n  \
    glint verify --results campaign.jsonl --scale 0.2     a fifth of it\n  \
    glint verify --scenes scenes --scale 0.05             the scenes alone, for other programs")]
pub struct Verify {
    /// Keep what is done in FILE, and begin with what it has
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,

    /// So many times the bursts and the hours of noise
    #[arg(long, value_name = "X", default_value = "1", value_parser = scale)]
    scale: f64,

    /// The short form that the tests run, instead of the whole campaign
    #[arg(long, conflicts_with = "scale")]
    short: bool,

    /// Write the tables to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Draw the curves, with the physical limit in each: FILE.svg or FILE.png
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,

    /// The curves' form for print: black on white
    #[arg(long, requires = "plot")]
    light: bool,

    /// Write the scenes with bursts around and over the limit to FOLDER, for other programs, and do nothing else: `glint synth`
    /// makes their samples, and the file of results has what was found in each, by the name of its file
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["results", "output", "plot"])]
    scenes: Option<PathBuf>,

    /// Replace FILE if it exists
    #[arg(long)]
    force: bool,
}

impl Verify {
    /// Runs the command.
    ///
    /// # Errors
    /// The results cannot be read or kept, or the tables not written.
    pub fn run(&self) -> Result<()> {
        let campaign = if self.short { Campaign::short() } else { Campaign::whole(self.scale) };
        if let Some(folder) = &self.scenes {
            return self.write_scenes(&campaign, folder);
        }
        let mut output = match &self.output {
            Some(path) => Output::create(path, self.force)?,
            None => Output::standard(),
        };
        let plot_to = match &self.plot {
            Some(path) => Some((PlotFile::of(path)?, Output::create(path, self.force)?)),
            None => None,
        };
        let mut results = match &self.results {
            Some(path) => Results::in_file(path)?,
            None => Results::default(),
        };
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        progress::on_ctrl_c(move || stopped.store(true, Ordering::Relaxed));

        let (mut done, mut total) = (0.0, 0.0);
        for unit in &campaign.units {
            let seconds = unit.seconds()?;
            total += seconds;
            done += if results.get(&unit.key()).is_some() { seconds } else { 0.0 };
        }
        let bar = progress::steps(Some(total as u64));
        bar.set_position(done as u64);
        bar.reset_eta();
        for unit in campaign.units.iter() {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            if results.get(&unit.key()).is_some() {
                continue;
            }
            bar.set_message(unit.group.clone());
            results.add(unit, unit.run()?)?;
            done += unit.seconds()?;
            bar.set_position(done as u64);
        }
        bar.finish_and_clear();
        let pools = campaign.pools(&results);
        output.write(tables(&pools))?;
        output.finish()?;
        if let Some((file, mut output)) = plot_to
            && let Some(bytes) = curves(&pools, file, self.light)?
        {
            output.write(bytes)?;
            output.finish()?;
        }
        eprintln!("{:.2} of {:.2} hours of signal looked through", done / 3600.0, total / 3600.0);
        Ok(())
    }

    fn write_scenes(&self, campaign: &Campaign, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder).map_err(|error| {
            Error::CannotWrite(format!("{} cannot be made ({error}): name another folder", folder.display()))
        })?;
        for unit in campaign.units.iter().filter(|unit| unit.purpose == Purpose::Sensitivity) {
            let mut output = Output::create(&folder.join(format!("{}.scene.toml", unit.key())), self.force)?;
            output.write(&unit.scene)?;
            output.finish()?;
        }
        Ok(())
    }
}

fn scale(text: &str) -> std::result::Result<f64, String> {
    match text.parse() {
        Ok(scale) if (0.001..=100.0).contains(&scale) => Ok(scale),
        _ => Err("a scale is a number from 0.001 to 100".to_owned()),
    }
}
