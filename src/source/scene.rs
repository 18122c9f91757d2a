//! A synthetic scene as a source: its samples are made as they are read.

use std::fs;
use std::path::Path;

use super::{Options, Source, SourceKind, StreamInfo};
use crate::error::{Error, Result};
use crate::iq::SampleBlock;
use crate::recording::cannot_open;
use crate::scene::{Renderer, Scene};
use crate::units::SampleIndex;

/// The scene of this `name`, one that comes with the program.
///
/// # Errors
/// [`Error::Unusable`] if there is none, or if an option does not fit a scene.
pub(super) fn named(name: &str, options: &Options) -> Result<Box<dyn Source>> {
    let scene = Scene::named(name).ok_or_else(|| {
        let names: Vec<String> = Scene::names().iter().map(|name| format!("scene:{name}")).collect();
        Error::Unusable(format!("there is no scene:{name}: there is {}", names.join(", ")))
    })?;
    Ok(Box::new(SceneSource::new(scene, format!("scene:{name}"), options)?))
}

/// The scene written in the file at `path`.
///
/// # Errors
/// [`Error::Unreadable`] if the file cannot be read, [`Error::Unusable`] if it is no scene or an option does not fit
/// it.
pub(super) fn from_file(path: &Path, options: &Options) -> Result<Box<dyn Source>> {
    let name = path.to_string_lossy().into_owned();
    let text = fs::read_to_string(path).map_err(|error| cannot_open(path, &error))?;
    let scene = Scene::from_toml(&text, &name)?;
    Ok(Box::new(SceneSource::new(scene, name, options)?))
}

struct SceneSource {
    info: StreamInfo,
    renderer: Renderer,
    next: u64,
    /// One past the last sample to be made.
    end: u64,
}

impl SceneSource {
    fn new(scene: Scene, name: String, options: &Options) -> Result<Self> {
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
                name,
                kind: SourceKind::Scene,
                tuning,
                format: scene.format(),
                first: SampleIndex(first),
                length: Some(length),
                start_time: None,
                actions: scene.actions().to_vec(),
                truth: scene.truth().to_vec(),
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

    fn read(&mut self, block: &mut SampleBlock) -> Result<bool> {
        let size = self.info.format.bytes_per_sample();
        let room = (block.bytes.capacity() / size).max(1) as u64;
        let samples = room.min(self.end - self.next);
        block.first = SampleIndex(self.next);
        block.bytes.resize(samples as usize * size, 0);
        self.renderer.render(block.first, &mut block.bytes);
        self.next += samples;
        Ok(samples > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(options: &Options, room: usize) -> (SampleIndex, Vec<u8>) {
        let mut source = named("demo", options).unwrap();
        let mut block = SampleBlock { first: SampleIndex(0), bytes: Vec::with_capacity(room) };
        let mut bytes = Vec::new();
        while source.read(&mut block).unwrap() {
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
        let said = |name: &str, options: Options| named(name, &options).err().expect("refused").to_string();
        assert_eq!(
            said("demo", Options { swap_iq: true, ..Options::default() }),
            "scene:demo says itself what it is: leave out --swap-iq"
        );
        assert!(said("nowhere", Options::default()).starts_with("there is no scene:nowhere: there is scene:demo"));
    }
}
