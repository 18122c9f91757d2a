//! The window opens on a screen that is only memory, and its waterfall moves.
#![cfg(feature = "gui")]

mod support;

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long the window may take to open and draw: Mesa draws in software, on cores that other tests use too.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn the_window_opens_on_the_demonstration_and_its_waterfall_moves() {
    if support::left_out().iter().any(|left_out| left_out.tests == "window.rs") {
        return;
    }
    let screen = Screen::open();
    let mut glint = screen.run(&["watch", "scene:demo"]);

    let opened = Instant::now();
    let first = loop {
        let picture = screen.middle();
        if colours(&picture) > 100 {
            break picture;
        }
        assert!(glint.0.try_wait().unwrap().is_none(), "glint ended by itself");
        assert!(opened.elapsed() < PATIENCE, "only {} colours where the waterfall is", colours(&picture));
        sleep(Duration::from_millis(200));
    };
    let drawn = Instant::now();
    while differing(&first, &screen.middle()) < first.len() / 10 {
        assert!(glint.0.try_wait().unwrap().is_none(), "glint ended by itself");
        assert!(drawn.elapsed() < PATIENCE, "the waterfall stands still");
        sleep(Duration::from_millis(200));
    }
}

/// A process that ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// An X server whose screen is a file.
struct Screen {
    display: String,
    pixels: PathBuf,
    _server: Running,
    _folder: tempfile::TempDir,
}

impl Screen {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-fbdir"])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The server picks a free display and says which once it is ready.
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let server = Running(server);
        assert!(!number.trim().is_empty(), "Xvfb did not start");
        Screen {
            display: format!(":{}", number.trim()),
            pixels: folder.path().join("Xvfb_screen0"),
            _server: server,
            _folder: folder,
        }
    }

    fn run(&self, arguments: &[&str]) -> Running {
        let glint = Command::new(env!("CARGO_BIN_EXE_glint"))
            .args(arguments)
            .env("DISPLAY", &self.display)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            .spawn()
            .unwrap();
        Running(glint)
    }

    /// The pixels in the middle half of the screen, in both directions: there the waterfall is. The file is an X
    /// window dump: a header of big-endian words, a palette, lines of four-byte pixels.
    fn middle(&self) -> Vec<[u8; 4]> {
        let dump = std::fs::read(&self.pixels).unwrap();
        let word = |index: usize| u32::from_be_bytes(dump[4 * index..][..4].try_into().unwrap()) as usize;
        let (header, width, height, line, palette) = (word(0), word(4), word(5), word(12), word(19));
        let pixels = &dump[header + 12 * palette..];
        let rows = pixels.chunks(line).skip(height / 4).take(height / 2);
        rows.flat_map(|row| row.as_chunks().0[width / 4..width * 3 / 4].to_vec()).collect()
    }
}

fn colours(picture: &[[u8; 4]]) -> usize {
    picture.iter().collect::<HashSet<_>>().len()
}

/// How many pixels are not the same in both.
fn differing(one: &[[u8; 4]], other: &[[u8; 4]]) -> usize {
    assert_eq!(one.len(), other.len());
    (0..one.len()).filter(|&at| one[at] != other[at]).count()
}
