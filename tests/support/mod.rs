//! What tests need of a machine beyond Rust, asked in one place: the tests leave themselves out by it, and
//! `left_out` says so.

use std::fmt;
use std::path::{Path, PathBuf};

/// Tests that cannot run here.
pub struct LeftOut {
    /// The file under `tests/`.
    pub tests: &'static str,
    why: String,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tests/{}: {}", self.tests, self.why)
    }
}

/// Every test file that this machine leaves out.
pub fn left_out() -> Vec<LeftOut> {
    let mut left_out = Vec::new();
    if let Some(why) = window() {
        left_out.push(LeftOut { tests: "window.rs", why });
    }
    left_out
}

/// Why the window cannot be tested, if so: it opens on a screen that is only memory, drawn by Mesa in software.
fn window() -> Option<String> {
    if !cfg!(feature = "gui") {
        return Some("built without the window (feature gui)".into());
    }
    let lacking: Vec<&str> = [
        ("xvfb", program("Xvfb")),
        ("libx11-6", library("libX11.so.6")),
        ("libx11-xcb1", library("libX11-xcb.so.1")),
        ("libxcursor1", library("libXcursor.so.1")),
        ("libxi6", library("libXi.so.6")),
        ("libxkbcommon-x11-0", library("libxkbcommon-x11.so.0")),
        ("libgl1", library("libGL.so.1")),
        ("libgl1-mesa-dri", library("dri/swrast_dri.so")),
    ]
    .into_iter()
    .filter_map(|(package, there)| (!there).then_some(package))
    .collect();
    (!lacking.is_empty()).then(|| format!("needs what these Debian packages bring: {}", lacking.join(" ")))
}

/// Whether a program is on the path.
fn program(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// Whether a library is where Linux keeps them: a folder for all, or one for each kind of machine.
fn library(name: &str) -> bool {
    ["/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib"]
        .iter()
        .flat_map(|folder| [PathBuf::from(folder), Path::new(folder).join(machine())])
        .any(|folder| folder.join(name).exists())
}

/// Debian's name for the folder of this kind of machine.
fn machine() -> String {
    format!("{}-linux-gnu", std::env::consts::ARCH)
}
