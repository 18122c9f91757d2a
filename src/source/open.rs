//! From what the user typed to a source.

use std::ffi::OsStr;
use std::path::Path;

use super::{Options, SceneSource, Source, file, scene, stdin};
use crate::error::{Error, Result};
use crate::recording::FORMATS;

/// Opens `source`: `scene:NAME`, a path, or `-` for standard input.
///
/// # Errors
/// [`Error::Unusable`] if an option is missing or cannot be, [`Error::Unreadable`] if the source cannot be read.
pub fn open(source: impl AsRef<OsStr>, options: &Options) -> Result<Box<dyn Source>> {
    let source = source.as_ref();
    let name = source.to_string_lossy();
    options.check()?;
    if name == "-" {
        return stdin::open(options);
    }
    if scene::is_scene(&name) {
        return Ok(Box::new(SceneSource::new(&scene::scene(source)?, &name, options)?));
    }
    let is_radio = ["soapy:", "rtl_tcp:"].iter().any(|kind| name.starts_with(kind));
    if is_radio || name.contains("://") {
        return Err(Error::Unusable(format!(
            "{name} is no kind of source that glint reads: give a scene (scene:demo), a SigMF pair (.sigmf-meta with \
             .sigmf-data), raw samples in {FORMATS}, or - for raw samples on standard input"
        )));
    }
    if options.format.is_none()
        && let Some(stem) = name.strip_suffix(".toml")
    {
        return Err(Error::Unusable(format!(
            "{name} is no recording, and a scene's name ends in .scene.toml: name it {stem}.scene.toml"
        )));
    }
    file::open(Path::new(source), options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Hertz;

    #[test]
    fn what_is_no_source_is_refused_with_what_is_one() {
        let said = |source: &str, options: &Options| {
            let error = open(source, options).err().expect("refused");
            (error.exit_status(), error.to_string())
        };
        let kinds = "is no kind of source that glint reads: give a scene (scene:demo), a SigMF pair (.sigmf-meta with \
                     .sigmf-data), raw samples in cu8, cs8 (ci8), cs16 (ci16_le) and cf32 (cf32_le), or - for raw \
                     samples on standard input";
        for source in ["rtl_tcp://localhost:1234", "soapy:driver=rtlsdr", "https://example.org/a.cu8"] {
            assert_eq!(said(source, &Options::default()), (2, format!("{source} {kinds}")));
        }
        assert_eq!(
            said("-", &Options::default()),
            (
                2,
                "standard input says neither its sample format nor its sample rate: add both, such as \
                 --sample-format cu8 --rate 2.4M"
                    .to_owned()
            )
        );
        assert_eq!(
            said("mine.toml", &Options::default()),
            (
                2,
                "mine.toml is no recording, and a scene's name ends in .scene.toml: name it mine.scene.toml".to_owned()
            )
        );
        let wrong = Options { sample_rate: Some(Hertz(f64::NAN)), ..Options::default() };
        assert_eq!(
            said("a.cu8", &wrong),
            (2, "a sample rate of NaN Hz cannot be: --rate takes 1 kHz to 1 GHz".to_owned())
        );
    }
}
