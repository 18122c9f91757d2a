//! Whether there is a screen, and what the window needs of the system, asked before the window is made: what is
//! missing is said in words, where the window's own libraries would panic or give a number.

use crate::error::{Error, Result};

/// Libraries that the window loads on X11 when it opens, with Debian's packages.
#[cfg(target_os = "linux")]
const X11: [(&str, &str); 6] = [
    ("libX11.so.6", "libx11-6"),
    ("libX11-xcb.so.1", "libx11-xcb1"),
    ("libXcursor.so.1", "libxcursor1"),
    ("libXi.so.6", "libxi6"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    ("libGL.so.1", "libgl1"),
];

/// The same on Wayland.
#[cfg(target_os = "linux")]
const WAYLAND: [(&str, &str); 3] = [
    ("libwayland-client.so.0", "libwayland-client0"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
    ("libEGL.so.1", "libegl1"),
];

/// Whether a window can be opened.
///
/// # Errors
/// [`Error::NoDisplay`], with a sentence that says what is missing and which commands need no screen.
#[cfg(target_os = "linux")]
pub(super) fn check() -> Result<()> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let wayland = set("WAYLAND_DISPLAY") || set("WAYLAND_SOCKET");
    check_with(wayland, set("DISPLAY"), loads)
}

/// On other systems the window system is part of the system.
#[cfg(not(target_os = "linux"))]
pub(super) fn check() -> Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn check_with(wayland: bool, x11: bool, loads: impl Fn(&str) -> bool) -> Result<()> {
    if !wayland && !x11 {
        return Err(no_display("There is no display to open a window on"));
    }
    let missing = |needed: &[(&str, &str)]| -> Vec<(String, String)> {
        let lacking = needed.iter().filter(|(library, _)| !loads(library));
        lacking.map(|&(library, package)| (library.into(), package.into())).collect()
    };
    // The window tries Wayland first and X11 when that fails.
    let lacking = match (wayland, x11) {
        (true, true) => {
            let lacking = missing(&WAYLAND);
            if lacking.is_empty() { lacking } else { missing(&X11) }
        }
        (true, false) => missing(&WAYLAND),
        (false, _) => missing(&X11),
    };
    if lacking.is_empty() {
        return Ok(());
    }
    let (libraries, packages): (Vec<String>, Vec<String>) = lacking.into_iter().unzip();
    Err(no_display(&format!(
        "The window needs {}, which this system lacks (on Debian: apt install {})",
        libraries.join(", "),
        packages.join(" ")
    )))
}

/// The sentence for everything that keeps the window from opening.
pub(super) fn no_display(what: &str) -> Error {
    Error::NoDisplay(format!("{what}: `glint render` makes a picture and `glint detect` a list without one."))
}

/// Whether the system's loader finds a library.
#[cfg(target_os = "linux")]
fn loads(library: &str) -> bool {
    // SAFETY: a foreign library runs its initialisers when it is loaded, which nothing can check; these are the
    // libraries of the window system, and the window is about to load the same ones itself.
    #[allow(unsafe_code)]
    unsafe {
        libloading::Library::new(library).is_ok()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn sentence(wayland: bool, x11: bool, lacking: &[&str]) -> String {
        match check_with(wayland, x11, |library| !lacking.contains(&library)) {
            Ok(()) => "fine".into(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn without_a_display_one_sentence_names_the_commands_that_need_none() {
        assert_eq!(
            sentence(false, false, &[]),
            "There is no display to open a window on: `glint render` makes a picture and `glint detect` a list \
             without one."
        );
    }

    #[test]
    fn a_missing_library_is_named_with_its_package() {
        let words = sentence(false, true, &["libxkbcommon-x11.so.0", "libGL.so.1"]);
        assert!(words.contains("libxkbcommon-x11.so.0, libGL.so.1"), "{words}");
        assert!(words.contains("apt install libxkbcommon-x11-0 libgl1"), "{words}");
    }

    #[test]
    fn either_window_system_is_enough() {
        assert_eq!(sentence(false, true, &[]), "fine");
        assert_eq!(sentence(true, false, &["libX11.so.6"]), "fine");
        assert_eq!(sentence(true, true, &["libwayland-client.so.0"]), "fine");
        assert!(sentence(true, false, &["libEGL.so.1"]).contains("libEGL.so.1"));
    }

    #[test]
    fn a_library_that_is_nowhere_does_not_load() {
        assert!(!loads("libthere-is-no-such-thing.so.7"));
    }
}
