//! `glint render`: a picture of the waterfall with its bursts.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::SourceArgs;
use super::detect::DetectorArgs;
use super::progress::{self, run_to_the_end};
use crate::error::{Error, Result};
use crate::output::Output;
use crate::report::WaterfallView;
use crate::report::picture::{Picture, PictureOptions};

/// Draw the waterfall of a recording or scene, its bursts outlined, as a PNG picture
///
/// Needs no display. Each line of the waterfall is the strongest moment of its time, so that a burst of half a
/// millisecond keeps its level. The detector's view shows instead, at each place, how far the box of time and
/// frequency that stands out most is over the noise, bright where the detector reports a burst: so one sees why a burst
/// is framed where there is nothing to see in the power. The same input gives the same bytes.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    glint render scene:demo -o demo.png\n  \
    glint render capture.sigmf-meta -o print.png --light --size 2400x1600\n  \
    glint render scene:demo -o first-call.png --start 20 --duration 8\n    \
    glint render scene:demo -o seen-by-the-detector.png --view detector --start 17 --duration 4")]
pub struct Render {
    #[command(flatten)]
    source: SourceArgs,

    /// Write the picture to FILE; it appears under its name once it is whole
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Replace FILE if it exists
    #[arg(long)]
    force: bool,

    /// The form for print: black on white
    #[arg(long)]
    light: bool,

    /// Size of the picture in pixels
    #[arg(long, value_name = "WxH", default_value = "1600x900")]
    size: String,

    /// What the waterfall shows
    #[arg(long, value_enum, value_name = "VIEW", default_value_t = View::Power)]
    view: View,

    #[command(flatten)]
    detector: DetectorArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum View {
    /// Power
    Power,
    /// Boxes as the detector sums them, in dB over the noise
    Detector,
}

impl From<View> for WaterfallView {
    fn from(view: View) -> Self {
        match view {
            View::Power => WaterfallView::Power,
            View::Detector => WaterfallView::Detector,
        }
    }
}

impl Render {
    /// Runs the command.
    ///
    /// # Errors
    /// The source cannot be read or the picture not written.
    pub fn run(&self) -> Result<()> {
        let mut options = PictureOptions::default().sized(&self.size)?.showing(self.view.into());
        if self.light {
            options = options.light();
        }
        is_no_other_picture(&self.output)?;
        self.source.spare(&self.output)?;
        let mut output = Output::create(&self.output, self.force)?;
        let source = self.source.open()?;
        let deliver = Box::new(move |png: &[u8]| {
            output.write(png)?;
            output.finish()
        });
        let picture = Picture::new(options, deliver);
        run_to_the_end(source, self.detector.config(true), vec![Box::new(picture), progress::bar()])
    }
}

/// Extensions of pictures that are not written.
const OTHER_PICTURES: [&str; 11] = ["jpg", "jpeg", "svg", "gif", "webp", "bmp", "tif", "tiff", "avif", "pdf", "ppm"];

/// Refuses a name that promises another form than PNG.
fn is_no_other_picture(path: &Path) -> Result<()> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    match extension.is_some_and(|extension| OTHER_PICTURES.contains(&extension.as_str())) {
        true => Err(Error::Unusable(format!(
            "the picture {} would be a PNG: give a name that ends in .png",
            path.display()
        ))),
        false => Ok(()),
    }
}
