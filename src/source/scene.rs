//! A synthetic scene as a source: its samples are made as they are read.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{Options, Source, SourceKind, StreamInfo};
use crate::error::{Error, Result};
use crate::recording::cannot_open;
use crate::scene::{Renderer, Scene};
use crate::units::SampleIndex;

/// Whether `name` stands for a scene: `scene:NAME`, or the path of a file `NAME.scene.toml`.
pub(super) fn is_scene(name: &str) -> bool {
    name.starts_with("scene:") || name.ends_with(".scene.toml")
}

/// The scene that `source` stands for: `scene:NAME` is one that comes with the program, a path `NAME.scene.toml` one that
/// is written in that file.
///
/// # Errors
/// [`Error::Unusable`] if that is not what it looks like, if no such scene comes with the program or if the file holds no
/// scene, [`Error::Unreadable`] if the file cannot be read.
pub fn scene(source: impl AsRef<OsStr>) -> Result<Scene> {
    let path = Path::new(source.as_ref());
    let name = path.to_string_lossy();
    let known = || Scene::names().iter().map(|name| format!("scene:{name}")).collect::<Vec<_>>().join(", ");
    if let Some(named) = name.strip_prefix("scene:") {
        return Scene::named(named).ok_or_else(|| Error::Unusable(format!("there is no {name}: there is {}", known())));
    }
    if !is_scene(&name) {
        return Err(Error::Unusable(format!(
            "{name} is no scene: give one that comes with glint ({}), or a file whose name ends in .scene.toml",
            known()
        )));
    }
    /// More than any scene may have, so that what is no text at all is not read to its end.
    const ENOUGH: u64 = 2_000_000;
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| file.take(ENOUGH).read_to_end(&mut text));
    read.map_err(|error| cannot_open(path, &error))?;
    let text = String::from_utf8(text)
        .map_err(|_| Error::Unreadable(format!("{name} is not text, so it is no scene: choose another file")))?;
    Scene::from_toml(&text, &name)
}

/// A scene's samples, made as they are read.
pub struct SceneSource {
    info: StreamInfo,
    renderer: Renderer,
    next: u64,
    /// One past the last sample to be made.
    end: u64,
}

impl SceneSource {
    /// The samples of `scene`, which the user calls `name`; `options` may choose a part of it.
    ///
    /// # Errors
    /// [`Error::Unusable`] if an option does not fit a scene, or nothing is left of it.
    pub fn new(scene: &Scene, name: &str, options: &Options) -> Result<Self> {
        let refused = [
            ("--sample-format", options.format.is_some()),
            ("--rate", options.sample_rate.is_some()),
            ("--center", options.center.is_some()),
            ("--skip-bytes", options.skip_bytes > 0),
            ("--swap-iq", options.swap_iq),
        ];
        if let Some((option, _)) = refused.iter().find(|(_, given)| *given) {
            return Err(Error::Unusable(format!("{name} says itself what it is: leave out {option}")));
        }
        let (tuning, total) = (scene.tuning(), scene.length());
        let (first, longest) = options.span(tuning.sample_rate)?;
        if first >= total {
            return Err(Error::Unusable(format!(
                "{name} is {} s long, so nothing comes after {} s: give less with --start",
                total as f64 / tuning.sample_rate.0,
                options.start_s
            )));
        }
        let length = longest.map_or(total - first, |longest| longest.min(total - first));
        Ok(SceneSource {
            info: StreamInfo {
                name: name.to_owned(),
                kind: SourceKind::Scene,
                tuning,
                format: scene.format(),
                first: SampleIndex(first),
                length: Some(length),
                start_time: None,
                actions: scene.actions().to_vec(),
            },
            renderer: scene.renderer(),
            next: first,
            end: first + length,
        })
    }
}

impl Source for SceneSource {
    fn info(&self) -> &StreamInfo {
        &self.info
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(SampleIndex, usize)> {
        let size = self.info.format.bytes_per_sample();
        let samples = ((bytes.len() / size) as u64).min(self.end - self.next);
        let (first, count) = (SampleIndex(self.next), samples as usize * size);
        self.renderer.render(first, &mut bytes[..count]);
        self.next += samples;
        Ok((first, count))
    }

    fn may_wait(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iq::SampleBlock;

    fn all(options: &Options, room: usize) -> (SampleIndex, Vec<u8>) {
        let mut source = SceneSource::new(&scene("scene:demo").unwrap(), "scene:demo", options).unwrap();
        let mut block = SampleBlock { first: SampleIndex(0), bytes: Vec::with_capacity(room) };
        let mut bytes = Vec::new();
        while source.read_block(&mut block).unwrap() {
            bytes.extend(&block.bytes);
        }
        (source.info().first, bytes)
    }

    #[test]
    fn a_part_of_a_scene_is_that_part_of_the_whole_whatever_the_blocks() {
        let part = |start_s, duration_s, room| {
            all(&Options { start_s, duration_s: Some(duration_s), ..Options::default() }, room)
        };
        let (first, whole) = part(1.0, 0.01, 100_000);
        let size = whole.len() / 24_000;
        assert_eq!((first, whole.len()), (SampleIndex(2_400_000), 24_000 * size));
        let (first, end) = part(1.005, 0.005, 1001);
        assert_eq!((first, end), (SampleIndex(2_412_000), whole[12_000 * size..].to_vec()));
    }

    #[test]
    fn options_that_do_not_fit_a_scene_are_refused() {
        let demo = scene("scene:demo").unwrap();
        let swapped = Options { swap_iq: true, ..Options::default() };
        assert_eq!(
            SceneSource::new(&demo, "scene:demo", &swapped).err().expect("refused").to_string(),
            "scene:demo says itself what it is: leave out --swap-iq"
        );
    }

    #[test]
    fn what_is_no_scene_is_refused_with_what_is_one() {
        let said = |name: &str| scene(name).expect_err("refused").to_string();
        assert!(said("scene:nowhere").starts_with("there is no scene:nowhere: there is scene:demo"));
        let [before, after] = ["a.cu8 is no scene: give one that comes with glint (scene:demo", "ends in .scene.toml"];
        assert!(said("a.cu8").starts_with(before) && said("a.cu8").ends_with(after), "{}", said("a.cu8"));
        assert_eq!(said("none.scene.toml"), "there is no file none.scene.toml: check the name");
    }
}
