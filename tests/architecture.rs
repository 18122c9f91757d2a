//! The design's invariants, as far as a test can hold them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules in the order in which `src/lib.rs` lists them, upstream first.
fn rooms() -> Vec<String> {
    let lib = fs::read_to_string("src/lib.rs").expect("src/lib.rs is there");
    lib.lines().filter_map(|l| Some(l.strip_prefix("pub mod ")?.trim_end_matches(';').to_owned())).collect()
}

/// Source files by room, as paths and texts without comments.
fn sources() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let mut by_room: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of src") {
            let path = entry.expect("an entry of src").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let room = room_of(&path);
                by_room.entry(room).or_default().push((path.clone(), code(&path)));
            }
        }
    }
    by_room
}

fn room_of(path: &Path) -> String {
    let first = path.strip_prefix("src").expect("a path under src").components().next().expect("a component");
    first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The file's lines without comment lines and without its unit tests, which may do as they like.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file is text");
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|l| !l.trim_start().starts_with("//")).map(|l| format!("{l}\n")).collect()
}

/// Rooms that a text names by `crate::room`, also within `crate::{a, b}`.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let name = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        if let Some(list) = rest.strip_prefix('{') {
            let list = &list[..list.find("};").unwrap_or(list.len())];
            let mut depth = 0;
            let mut begins = true;
            for (i, c) in list.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => begins = true,
                    c if begins && c.is_alphabetic() => {
                        found.push(name(&list[i..]));
                        begins = false;
                    }
                    _ => {}
                }
            }
        } else {
            found.push(name(rest));
        }
    }
    found
}

#[test]
fn a_module_imports_only_modules_listed_above_it() {
    let rooms = rooms();
    assert!(rooms.len() > 8, "src/lib.rs lists its modules: {rooms:?}");
    let place = |room: &str| rooms.iter().position(|r| r == room);
    let mut checked = 0;
    let mut wrong = Vec::new();
    for (room, files) in sources() {
        let Some(here) = place(&room) else {
            assert!(room == "lib" || room == "main", "src/lib.rs does not list {room}");
            continue;
        };
        for (path, text) in files {
            for import in imports(&text) {
                let Some(there) = place(&import) else { continue };
                checked += 1;
                if there > here {
                    wrong.push(format!("{} imports {import}", path.display()));
                }
            }
        }
    }
    assert!(checked > 50, "only {checked} imports found");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_complex_sample_travels_past_spectrum() {
    let rooms = rooms();
    let spectrum = rooms.iter().position(|r| r == "spectrum").expect("there is a spectrum");
    let sources = sources();
    assert!(sources["spectrum"].iter().any(|(_, text)| text.contains("Complex")), "spectrum knows complex samples");
    let mut wrong = Vec::new();
    for room in &rooms[spectrum + 1..] {
        for (path, text) in &sources[room] {
            if text.contains("Complex") || text.contains("num_complex") || text.contains("rustfft") {
                wrong.push(path.display().to_string());
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn threads_are_started_by_the_pipeline_alone() {
    // The window's file dialog blocks, so it waits for the system on a thread of its own; it sees no samples. And the
    // window starts its pipeline from a thread of low priority, which the pipeline's threads take over.
    let allowed = ["src/pipeline/mod.rs", "src/ui/open.rs", "src/ui/app.rs"];
    let mut wrong = Vec::new();
    for (path, text) in sources().into_values().flatten() {
        let starts =
            ["thread::spawn", "thread::scope", "thread::Builder", "rayon"].iter().any(|way| text.contains(way));
        if starts && !allowed.iter().any(|a| path == Path::new(a)) {
            wrong.push(path.display().to_string());
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_pipeline_takes_one_source() {
    let text = code(Path::new("src/pipeline/mod.rs"));
    let start = text.split("pub fn start(").nth(1).expect("Pipeline::start").split(')').next().expect("its arguments");
    assert_eq!(start.matches("dyn Source").count(), 1, "{start}");
    assert!(!start.contains("Vec<Box<dyn Source>>"), "{start}");
}

#[test]
fn nothing_calls_anything_safe_or_names_an_opponent() {
    let forbidden = ["unsafe to", "is safe", "are safe", "threat", "attack", "suspect"];
    let mut wrong = Vec::new();
    for (path, text) in sources().into_values().flatten() {
        for line in text.lines().filter(|l| l.contains('"')) {
            let lower = line.to_lowercase();
            if forbidden.iter().any(|word| lower.contains(word)) {
                wrong.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn front_doors_do_not_reach_back_and_files_stay_small() {
    let mut wrong = Vec::new();
    for (path, text) in sources().into_values().flatten() {
        if path.ends_with("mod.rs") && text.contains("super::") {
            wrong.push(format!("{} uses super::", path.display()));
        }
        let lines = fs::read_to_string(&path).expect("a source file is text").lines().count();
        if lines > 560 {
            wrong.push(format!("{} has {lines} lines", path.display()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
