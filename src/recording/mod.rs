//! Recordings on disk: which file holds the samples, where they begin, and what is stated about them; and new ones,
//! which are SigMF.
//!
//! What is stated is never trusted: a value that cannot be right stays here as the sentence that says so, and matters
//! only if the user gives no better one (an option beats the header, the header beats the name).

mod marks;
mod name;
mod sigmf;

pub use marks::{Marks, annotations, annotations_in};
pub use name::{FromName, from_name};
pub use sigmf::{About, Annotation, PairWriter};

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::iq::SampleFormat;
use crate::units::Hertz;

/// Formats glint reads, for sentences.
pub const FORMATS: &str = "cu8, cs8 (ci8), cs16 (ci16_le) and cf32 (cf32_le)";

/// A recording and what it states about itself, before any option of the user's.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The file that holds the samples.
    pub data: PathBuf,
    /// How samples are stored; `None` when nothing says it, an error when what is stated cannot be read.
    pub format: Result<Option<SampleFormat>>,
    /// Samples per second; an error when what is stated cannot be right.
    pub sample_rate: Result<Option<Hertz>>,
    /// Centre frequency; an error when there is more than one.
    pub center: Result<Option<Hertz>>,
    /// Bytes before the first sample.
    pub header_bytes: u64,
    /// Bytes after the last sample.
    pub trailing_bytes: u64,
    /// Time stated for a sample: its index, and when it was taken.
    pub stamp: Option<(u64, jiff::Timestamp)>,
    /// What is marked in it, in order of start.
    pub annotations: Vec<Annotation>,
}

impl Recording {
    /// Looks at `path`: reads the metadata beside it or its name, but no sample.
    ///
    /// # Errors
    /// [`Error::Unreadable`] if there is no such file, if it is a folder or of a kind that is not read, or if its
    /// metadata is broken or half of a pair is missing.
    pub fn look(path: &Path) -> Result<Self> {
        let shown = path.display();
        let what = fs::metadata(path).map_err(|error| cannot_open(path, &error))?;
        if what.is_dir() {
            return Err(Error::Unreadable(format!("{shown} is a folder: name one recording in it")));
        }
        match extension(path).as_str() {
            "sigmf-meta" => sigmf::look(path, &path.with_extension("sigmf-data")),
            "sigmf-data" => {
                let meta = path.with_extension("sigmf-meta");
                if !meta.exists() {
                    return Err(Error::Unreadable(format!(
                        "{shown} has no {} beside it to say what it is: put it there, or give the file the extension \
                         of its sample format, such as .cs16",
                        file_name(&meta)
                    )));
                }
                sigmf::look(&meta, path)
            }
            kind @ ("sigmf" | "sigmf-collection" | "wav") => Err(Error::Unreadable(format!(
                "{shown} is a .{kind} file, which glint does not read: give a SigMF pair (.sigmf-meta with \
                 .sigmf-data) or raw samples in {FORMATS}"
            ))),
            _ => Ok(Self::raw(path)),
        }
    }

    /// Raw samples: all that is known stands in the name.
    fn raw(path: &Path) -> Self {
        let found = from_name(&file_name(path));
        Recording {
            data: path.to_owned(),
            format: Ok(found.format),
            sample_rate: Ok(found.sample_rate),
            center: Ok(found.center),
            header_bytes: 0,
            trailing_bytes: 0,
            stamp: None,
            annotations: Vec::new(),
        }
    }
}

/// Whether a sample rate can be one: 1 kHz to 1 GHz.
pub fn rate_is_plausible(rate: f64) -> bool {
    (1e3..=1e9).contains(&rate)
}

/// Whether a centre frequency can be one: 0 Hz (baseband) to 1 THz.
pub fn center_is_plausible(center: f64) -> bool {
    (0.0..=1e12).contains(&center)
}

/// The sentence for a file that could not be opened.
pub fn cannot_open(path: &Path, error: &std::io::Error) -> Error {
    let shown = path.display();
    Error::Unreadable(match error.kind() {
        ErrorKind::NotFound => format!("there is no file {shown}: check the name"),
        ErrorKind::PermissionDenied => {
            format!("{shown} may not be read by you: change its permissions")
        }
        _ => format!("{shown} cannot be opened ({error}): check the path"),
    })
}

/// The extension in lower case, empty when there is none.
fn extension(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// The last part of a path, for sentences.
fn file_name(path: &Path) -> String {
    path.file_name().map(OsStr::to_string_lossy).unwrap_or_default().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &Path, folder: &Path) -> String {
        let sentence = Recording::look(path).expect_err("refused").to_string();
        sentence.replace(&format!("{}/", folder.display()), "")
    }

    #[test]
    fn what_is_no_recording_is_refused_with_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("day")).unwrap();
        for name in ["a.wav", "a.sigmf", "lonely.sigmf-data"] {
            fs::write(at(name), [0; 8]).unwrap();
        }
        let said: Vec<String> = ["none.cu8", "day", "a.wav", "a.sigmf", "lonely.sigmf-data"]
            .map(|name| refusal(&at(name), folder.path()))
            .to_vec();
        assert_eq!(
            said,
            [
                "there is no file none.cu8: check the name",
                "day is a folder: name one recording in it",
                "a.wav is a .wav file, which glint does not read: give a SigMF pair (.sigmf-meta with .sigmf-data) or \
                 raw samples in cu8, cs8 (ci8), cs16 (ci16_le) and cf32 (cf32_le)",
                "a.sigmf is a .sigmf file, which glint does not read: give a SigMF pair (.sigmf-meta with \
                 .sigmf-data) or raw samples in cu8, cs8 (ci8), cs16 (ci16_le) and cf32 (cf32_le)",
                "lonely.sigmf-data has no lonely.sigmf-meta beside it to say what it is: put it there, or give the \
                 file the extension of its sample format, such as .cs16",
            ]
        );
    }

    #[test]
    fn a_raw_file_is_what_its_name_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("g001_868.3M_1024k.cu8");
        fs::write(&path, [0; 8]).unwrap();
        let found = Recording::look(&path).unwrap();
        assert_eq!(found.data, path);
        assert_eq!(found.format, Ok(Some(SampleFormat::Cu8)));
        assert_eq!(found.sample_rate, Ok(Some(Hertz(1_024_000.0))));
        assert_eq!(found.center, Ok(Some(Hertz(868_300_000.0))));
    }
}
