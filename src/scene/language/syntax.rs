//! What is wrong with a text that is no TOML, in plain words.

use std::ops::Range;

use super::DOCUMENT;
use super::check::one_line;
use super::keys::{Kind, Table};

/// Units that keys end in and how people write them beside a number.
const UNITS: [(&str, &str, &[&str]); 7] = [
    ("_dbfs", "dBFS", &["dbfs"]),
    ("_db", "dB", &["db"]),
    ("_ms", "milliseconds", &["ms"]),
    ("_us", "microseconds", &["us", "µs"]),
    ("_kmh", "km/h", &["km/h", "kmh"]),
    ("_hz", "hertz", &["hz"]),
    ("_s", "seconds", &["s", "sec", "second", "seconds"]),
];
/// Other units of time that people write.
const OTHERS: [&str; 8] = ["m", "min", "minute", "minutes", "h", "hour", "hours", "msec"];
/// Exponents of multiples of hertz.
const MULTIPLES: [(&str, &str); 3] = [("khz", "e3"), ("mhz", "e6"), ("ghz", "e9")];

/// Where `text` is wrong and what, by the reader's `message` and the place it gives.
pub(super) fn wrong(text: &str, place: Range<usize>, message: &str) -> (Range<usize>, String) {
    let there = text.get(place.clone()).unwrap_or("");
    let first = message.split(", expected").next().unwrap_or("");
    if first == "duplicate key" {
        return (place.clone(), twice(text, place.start, there));
    }
    if let Some(wrong) = Value::before(text, place.start).and_then(|value| value.wrong()) {
        return wrong;
    }
    let what = match first {
        "missing comma between array elements" | "unclosed array" => {
            "a comma is missing here, or the `]` that ends the list".to_owned()
        }
        "missing comma between key-value pairs" | "unclosed inline table" => {
            "a comma is missing here, or the `}` that ends the table in one line".to_owned()
        }
        "unclosed table" => "the head of a table is not closed: `]` is missing".to_owned(),
        "unclosed array table" => "the head of a table is not closed: `]]` is missing".to_owned(),
        "extra comma in array" | "extra comma in inline table" => "this comma is one too many".to_owned(),
        "extra assignment between key-value pairs" => "a comma is missing before this key and value".to_owned(),
        "extra `=`" => "this `=` is one too many".to_owned(),
        "string values must be quoted" => "this is no value: a text stands in quotes, a number alone".to_owned(),
        "key with no value" => "a key needs `=` and a value".to_owned(),
        "invalid basic string" | "invalid literal string" => {
            "a text is not closed: the quote at its end is missing".to_owned()
        }
        "cannot recurse further; max recursion depth met" | "recursion limit" => {
            "there are too many brackets within brackets".to_owned()
        }
        _ => format!("this is no TOML: {}", message.lines().collect::<Vec<_>>().join(", ")),
    };
    (place, what)
}

/// That a key is there twice; tables of which there may be several are headed otherwise.
fn twice(text: &str, at: usize, key: &str) -> String {
    let mut what = format!("`{}` is there twice", one_line(key));
    let head = format!("[[{}]]", line_of(text, at).1.trim().trim_matches(|c| c == '[' || c == ']'));
    if line_of(text, at).1.trim_start().starts_with('[') && has_head(&DOCUMENT, &head) {
        what += &format!(": head each of them {head}");
    }
    what
}

/// Whether a table of this head is the one given, or within it.
fn has_head(table: &Table, head: &str) -> bool {
    let within = |kind: &Kind| kind.table().is_some_and(|table| has_head(table, head));
    table.head == head || table.keys.iter().any(|key| within(&key.kind))
}

/// The line around `at`: where it begins, and its text.
fn line_of(text: &str, at: usize) -> (usize, &str) {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line = text.get(start..).unwrap_or("").lines().next().unwrap_or("");
    (start, line)
}

/// What stands after a key and `=`.
struct Value<'a> {
    key: &'a str,
    /// Up to the end of the line or a comment.
    text: &'a str,
    at: usize,
}

impl<'a> Value<'a> {
    /// The value that begins last before `at` in its line.
    fn before(text: &'a str, at: usize) -> Option<Self> {
        let (start, line) = line_of(text, at);
        let equals = line.get(..at - start).unwrap_or(line).rfind('=')?;
        let before = line[..equals].trim_end();
        let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let key = &before[before.trim_end_matches(is_bare).len()..];
        let after = &line[equals + 1..];
        let text = after.trim_start();
        let at = start
            + equals
            + 1
            + if text.is_empty() { usize::from(!after.is_empty()) } else { after.len() - text.len() };
        let text = text.split('#').next().unwrap_or("").trim_end();
        (!key.is_empty()).then_some(Value { key, text, at })
    }

    fn wrong(&self) -> Option<(Range<usize>, String)> {
        let Value { key, text, at } = *self;
        let what = if text.is_empty() || text.starts_with(['}', ']', ',']) {
            format!("a value is missing after `{} =`", one_line(key))
        } else if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
            self.wrong_number()?
        } else if text.starts_with(char::is_alphabetic) {
            let word = text[..text.find([',', '}', ']']).unwrap_or(text.len())].trim_end();
            match word.to_lowercase().as_str() {
                small @ ("true" | "false") if small != word => format!("write {small} in small letters"),
                "true" | "false" | "nan" | "inf" => return None,
                _ if word.contains(['"', '\'', '=']) => return None,
                _ => format!("a text stands in quotes: `{} = \"{}\"`", one_line(key), one_line(word)),
            }
        } else {
            return None;
        };
        Some((at..at, what))
    }

    /// A number with a comma, or with its unit.
    fn wrong_number(&self) -> Option<String> {
        let Value { key, text, .. } = *self;
        let end = |text: &str| text.find(|c: char| !c.is_ascii_digit() && !"+-._eE".contains(c)).unwrap_or(text.len());
        let whole = &text[..end(text)];
        if let Some(rest) = text[whole.len()..].strip_prefix(',')
            && rest.starts_with(|c: char| c.is_ascii_digit())
        {
            let fraction = &rest[..end(rest)];
            let number = format!("{whole}.{fraction}");
            number.parse::<f64>().ok()?;
            let key = one_line(key);
            return Some(format!("a number has a point, not a comma: `{key} = {}`", one_line(&number)));
        }
        let number = whole.trim_end_matches(['e', 'E']);
        number.replace('_', "").parse::<f64>().ok()?;
        let word = text[number.len()..].trim_start();
        let word = &word[..word.find(|c: char| !c.is_alphabetic() && c != '/').unwrap_or(word.len())];
        if word.is_empty() {
            return None;
        }
        let (suffix, unit, spelt) = UNITS.into_iter().find(|(suffix, ..)| key.ends_with(suffix))?;
        let small = word.to_lowercase();
        let is_unit = UNITS.iter().flat_map(|(.., spelt)| spelt.iter()).chain(&OTHERS).any(|name| *name == small);
        let multiple = MULTIPLES.iter().find(|(name, _)| *name == small && suffix == "_hz");
        let written = match multiple {
            _ if spelt.contains(&&small[..]) => number.to_owned(),
            Some((_, exponent)) if !number.contains(['e', 'E']) => format!("{number}{exponent}"),
            _ if is_unit || multiple.is_some() => {
                return Some(format!("a number stands without its unit: `{}` is in {unit}", one_line(key)));
            }
            _ => return None,
        };
        let key = one_line(key);
        Some(format!("a number stands without its unit, which the key names: `{key} = {}`", one_line(&written)))
    }
}
