//! `glint watch`: the window.

use std::ffi::OsString;

use clap::Parser;

use super::SourceOptions;
use super::detect::DetectorArgs;
use crate::error::Result;

/// Show a recording or a scene in a window
///
/// The spectrum with its noise floor and threshold, a waterfall with every burst outlined, and what was done beside
/// what was seen. The whole file is analysed ahead; playing moves through what was found. The key ? lists the keys.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    glint watch                            the demonstration\n  \
    glint watch capture.sigmf-meta\n  \
    glint watch g001_868.3M_1024k.cu8 --start 10 --duration 60")]
pub struct Watch {
    /// What to look at, as `glint detect` takes it
    #[arg(value_name = "SOURCE", default_value = "scene:demo")]
    source: OsString,

    #[command(flatten)]
    options: SourceOptions,

    #[command(flatten)]
    detector: DetectorArgs,
}

/// The command alone on its line, for its defaults.
#[derive(Debug, clap::Parser)]
struct Alone {
    #[command(flatten)]
    watch: Watch,
}

impl Watch {
    /// The window on the demonstration, everything as it is by itself: what `glint` alone does.
    pub fn demonstration() -> Self {
        Alone::parse_from(["glint"]).watch
    }

    /// Runs the command.
    ///
    /// # Errors
    /// The source cannot be read, or there is no screen.
    #[cfg(feature = "gui")]
    pub fn run(&self) -> Result<()> {
        let mut config = self.detector.config(true);
        if config.threads == 0 {
            // One core is the window's.
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            config.threads = cores.saturating_sub(1).max(1);
        }
        crate::ui::run(crate::ui::Opened {
            source: crate::source::open(&self.source, &self.options.raise())?,
            config,
            open: Box::new(|path| crate::source::open(path, &crate::source::Options::default())),
        })
    }

    /// Says that this program has no window.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(feature = "gui"))]
    pub fn run(&self) -> Result<()> {
        Err(crate::error::Error::NoDisplay(
            "This glint was built without its window (feature gui): `glint render` makes a picture and `glint detect` \
             a list."
                .into(),
        ))
    }
}
