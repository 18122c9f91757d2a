//! Where results are written: standard output, or a file that appears under its name only once it is whole.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Name and version of the program, as what it writes states them.
pub const PROGRAM: &str = concat!("glint ", env!("CARGO_PKG_VERSION"));

/// Where a result is written.
///
/// A file is written under another name beside its own and takes its own in [`finish`](Output::finish); dropped
/// before, it leaves nothing. What is no plain file (a device, a named pipe) is written as it is.
#[derive(Debug)]
pub struct Output {
    place: Place,
    /// The place in sentences.
    name: String,
}

#[derive(Debug)]
enum Place {
    /// Standard output or a device: every line at once.
    Direct(Box<dyn Device>),
    File {
        file: BufWriter<File>,
        at: Temporary,
        to: PathBuf,
        replace: bool,
    },
}

/// What [`Place::Direct`] writes to.
trait Device: Write + Send + std::fmt::Debug {}
impl<W: Write + Send + std::fmt::Debug> Device for W {}

/// A file that goes when it is dropped, unless it got another name by then.
#[derive(Debug)]
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // It is gone already if it was renamed; and there is nobody to tell if it cannot be removed.
        let _ = fs::remove_file(&self.0);
    }
}

impl Output {
    /// Standard output.
    pub fn standard() -> Self {
        Output { place: Place::Direct(Box::new(io::stdout())), name: "standard output".to_owned() }
    }

    /// The file at `path`; one that exists is refused unless it may be replaced (`force`).
    ///
    /// # Errors
    /// [`Error::CannotWrite`] if it exists, is a folder, or nothing can be written there.
    pub fn create(path: &Path, force: bool) -> Result<Self> {
        let name = path.display().to_string();
        let cannot = |error: io::Error| cannot_write(&name, &error);
        match fs::metadata(path) {
            Ok(what) if what.is_dir() => {
                return Err(Error::CannotWrite(format!("{name} is a folder: name a file in it")));
            }
            Ok(what) if !what.is_file() => {
                let file = OpenOptions::new().write(true).open(path).map_err(cannot)?;
                return Ok(Output { place: Place::Direct(Box::new(file)), name });
            }
            Ok(_) if !force => return Err(exists(&name)),
            Ok(_) | Err(_) => {}
        }
        // Through a link, so that the file it leads to is replaced and not the link.
        let to = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let Some(file_name) = to.file_name() else {
            return Err(Error::CannotWrite(format!("{name} is not the name of a file: give one with -o")));
        };
        let mut beside = OsString::from(".");
        beside.push(file_name);
        beside.push(format!(".{}.part", std::process::id()));
        let at = to.with_file_name(beside);
        let file = OpenOptions::new().write(true).create_new(true).open(&at).map_err(cannot)?;
        let place = Place::File { file: BufWriter::new(file), at: Temporary(at), to, replace: force };
        Ok(Output { place, name })
    }

    /// Writes `text`; on standard output it is there when this returns.
    ///
    /// # Errors
    /// [`Error::ReaderGone`] if the reader closed the pipe, [`Error::CannotWrite`] for everything else.
    pub fn write(&mut self, text: impl AsRef<[u8]>) -> Result<()> {
        let text = text.as_ref();
        let written = match &mut self.place {
            Place::Direct(place) => place.write_all(text).and_then(|()| place.flush()),
            Place::File { file, .. } => file.write_all(text),
        };
        written.map_err(|error| cannot_write(&self.name, &error))
    }

    /// The end: a file gets its name.
    ///
    /// # Errors
    /// [`Error::CannotWrite`] if what is left cannot be written or the name was taken meanwhile.
    pub fn finish(self) -> Result<()> {
        self.written()?.map_or(Ok(()), Whole::take_name)
    }

    /// The end of two files that belong together: both get their names, or neither does.
    ///
    /// # Errors
    /// Those of [`finish`](Output::finish).
    pub fn finish_both(first: Output, second: Output) -> Result<()> {
        let (first, second) = (first.written()?, second.written()?);
        let named = first.as_ref().map(|first| first.to.clone());
        first.map_or(Ok(()), Whole::take_name)?;
        second.map_or(Ok(()), Whole::take_name).inspect_err(|_| {
            // There is nobody to tell if it cannot be removed either.
            named.map(fs::remove_file);
        })
    }

    /// Writes what is left; a file then waits for its name.
    fn written(self) -> Result<Option<Whole>> {
        let cannot = |error: io::Error| cannot_write(&self.name, &error);
        match self.place {
            Place::Direct(mut place) => place.flush().map_err(cannot).map(|()| None),
            Place::File { file, at, to, replace } => {
                file.into_inner().map_err(|error| cannot(error.into_error()))?;
                if !replace && to.exists() {
                    return Err(exists(&self.name));
                }
                Ok(Some(Whole { at, to, name: self.name }))
            }
        }
    }
}

/// A file that has everything but its name.
struct Whole {
    at: Temporary,
    to: PathBuf,
    /// The file in sentences.
    name: String,
}

impl Whole {
    fn take_name(self) -> Result<()> {
        fs::rename(&self.at.0, &self.to).map_err(|error| cannot_write(&self.name, &error))
    }
}

fn exists(name: &str) -> Error {
    Error::CannotWrite(format!("{name} exists already: choose another name, or replace it with --force"))
}

/// The error for a write that failed, where it has one.
fn cannot_write(name: &str, error: &io::Error) -> Error {
    Error::CannotWrite(match error.kind() {
        ErrorKind::BrokenPipe => return Error::ReaderGone,
        ErrorKind::NotFound => {
            format!("{name} cannot be written, as its folder does not exist: make it first")
        }
        ErrorKind::PermissionDenied => {
            format!("{name} may not be written by you: choose another place")
        }
        ErrorKind::StorageFull => {
            format!("{name} cannot be written, as there is no room left: make room")
        }
        _ => format!("{name} cannot be written ({error}): choose another place"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<T: std::fmt::Debug>(result: Result<T>, folder: &Path) -> String {
        result.expect_err("refused").to_string().replace(&format!("{}/", folder.display()), "")
    }

    fn names(folder: &Path) -> Vec<OsString> {
        let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_has_its_name_only_once_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("o.jsonl");
        let mut output = Output::create(&path, false).unwrap();
        output.write("one\n").unwrap();
        assert!(!path.exists());
        output.write("two\n").unwrap();
        output.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        assert_eq!(names(folder.path()), ["o.jsonl"]);
    }

    #[test]
    fn an_output_dropped_before_its_end_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut output = Output::create(&folder.path().join("o.jsonl"), false).unwrap();
        output.write("half").unwrap();
        drop(output);
        assert_eq!(names(folder.path()), [] as [&str; 0]);
    }

    #[test]
    fn of_two_files_that_belong_together_none_appears_without_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let pair = || {
            let both = ["a", "b"].map(|name| Output::create(&path(name), false).unwrap());
            both.map(|mut output| output.write("x").map(|()| output).unwrap())
        };
        let [first, second] = pair();
        fs::write(path("b"), "somebody else's").unwrap();
        assert_eq!(
            said(Output::finish_both(first, second), folder.path()),
            "b exists already: choose another name, or replace it with --force"
        );
        assert_eq!(names(folder.path()), ["b"]);

        fs::remove_file(path("b")).unwrap();
        let [first, second] = pair();
        // A folder in the way is seen no sooner than when the file takes its name.
        let second = Output { place: forced(second.place), ..second };
        fs::create_dir(path("b")).unwrap();
        assert!(said(Output::finish_both(first, second), folder.path()).starts_with("b cannot be written ("));
        assert_eq!(names(folder.path()), ["b"]);

        fs::remove_dir(path("b")).unwrap();
        let [first, second] = pair();
        Output::finish_both(first, second).unwrap();
        assert_eq!(names(folder.path()), ["a", "b"]);
    }

    fn forced(place: Place) -> Place {
        match place {
            Place::File { file, at, to, .. } => Place::File { file, at, to, replace: true },
            direct => direct,
        }
    }

    #[test]
    fn a_file_that_exists_is_kept_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("o.jsonl");
        fs::write(&path, "old").unwrap();
        let sentence = "o.jsonl exists already: choose another name, or replace it with --force";
        assert_eq!(said(Output::create(&path, false), folder.path()), sentence);
        let output = Output::create(&path, true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        output.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "");

        let path = folder.path().join("new.jsonl");
        let output = Output::create(&path, false).unwrap();
        fs::write(&path, "somebody else's").unwrap();
        assert_eq!(
            said(output.finish(), folder.path()),
            "new.jsonl exists already: choose another name, or replace it with --force"
        );
        assert_eq!(names(folder.path()), ["new.jsonl", "o.jsonl"]);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_refused_with_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plain"), "").unwrap();
        let said = |name: &str| said(Output::create(&folder.path().join(name), true), folder.path());
        assert_eq!(said("day/o.jsonl"), "day/o.jsonl cannot be written, as its folder does not exist: make it first");
        assert_eq!(
            said("plain/o.jsonl"),
            "plain/o.jsonl cannot be written (Not a directory (os error 20)): choose another place"
        );
        let here = Output::create(folder.path(), true).unwrap_err().to_string();
        assert_eq!(here, format!("{} is a folder: name a file in it", folder.path().display()));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_one_sentence_and_a_closed_pipe_none() {
        let full = Output::create(Path::new("/dev/full"), false).unwrap().write("x").unwrap_err();
        assert_eq!(full.to_string(), "/dev/full cannot be written, as there is no room left: make room");
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut output = Output { place: Place::Direct(Box::new(writer)), name: "pipe".to_owned() };
        assert_eq!(output.write("x"), Err(Error::ReaderGone));
        assert_eq!(Error::ReaderGone.exit_status(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_kept_and_the_file_it_leads_to_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let mut output = Output::create(&link, true).unwrap();
        output.write("new").unwrap();
        output.finish().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }
}
