//! Lines of a schedule: "switch on at 3 s", "call 20.5–46 s".

use std::ops::Range;

use toml::Spanned;

use super::activity::{DEEDS, Deed};
use super::check::{nearest, one_line};
use super::page::Page;
use crate::error::Result;

/// What a line says.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) deed: Deed,
    pub(super) from_s: f64,
    /// `None` if only its beginning is said.
    pub(super) to_s: Option<f64>,
    /// Where its beginning and its end are written.
    pub(super) from_place: Range<usize>,
    pub(super) to_place: Range<usize>,
}

/// Units of time in seconds.
const UNITS: [(&str, f64); 13] = [
    ("ms", 1e-3),
    ("s", 1.0),
    ("sec", 1.0),
    ("second", 1.0),
    ("seconds", 1.0),
    ("m", 60.0),
    ("min", 60.0),
    ("minute", 60.0),
    ("minutes", 60.0),
    ("h", 3600.0),
    ("hour", 3600.0),
    ("hours", 3600.0),
    ("", 0.0),
];
const EXAMPLE: &str = "\"call 20.5-46 s\"";

/// Reads a line: a deed, its beginning, and perhaps its end (after a dash, "to" or "until") or its length (after "for").
pub(super) fn read(page: &Page, text: &Spanned<&str>) -> Result<Line> {
    let mut words = Words { text: text.get_ref(), at: 0 };
    let inside = place_inside(page, text);
    line(&mut words).map_err(|wrong| page.unusable(inside(wrong.at..wrong.at), &wrong.what)).map(|mut line| {
        line.from_place = inside(line.from_place);
        line.to_place = inside(line.to_place);
        line
    })
}

/// From places in a text's content to places on the page: where escapes stand in between, the text's beginning.
fn place_inside(page: &Page, text: &Spanned<&str>) -> impl Fn(Range<usize>) -> Range<usize> + use<> {
    let span = text.span();
    let plain = page.text.get(span.start + 1..span.end - 1) == Some(*text.get_ref());
    move |inside| if plain { span.start + 1 + inside.start..span.start + 1 + inside.end } else { span.clone() }
}

struct Wrong {
    at: usize,
    what: String,
}

fn line(words: &mut Words) -> std::result::Result<Line, Wrong> {
    let deed = deed(words)?;
    let _ = words.take_word("at") || words.take_word("from");
    let from_at = words.at;
    let (mut from_s, from_unit) = time(words)?;
    let from_place = from_at..words.at;
    words.skip_space();
    let until =
        ["-", "–", "—", "−"].iter().any(|dash| words.take(dash)) || words.take_word("to") || words.take_word("until");
    let lasts = !until && words.take_word("for");
    words.skip_space();
    let to_at = words.at;
    let to_s = if until || lasts {
        let (to_s, unit) = time(words)?;
        if unit == 0.0 {
            return Err(words.wrong(format!("a unit is missing: s, min or ms, as in {EXAMPLE}")));
        }
        if from_unit == 0.0 {
            // "20.5–46 s": one unit for both.
            from_s *= unit;
        }
        Some(if lasts { from_s + to_s } else { to_s })
    } else if from_unit == 0.0 {
        return Err(words.wrong(format!("a unit is missing: s, min or ms, as in {EXAMPLE}")));
    } else {
        None
    };
    let to_place = if to_s.is_some() { to_at..words.at } else { from_place.clone() };
    words.skip_space();
    if !words.rest().is_empty() {
        return Err(words.wrong(format!("\"{}\" is not understood: a line is as {EXAMPLE}", one_line(words.rest()))));
    }
    Ok(Line { deed, from_s, to_s, from_place, to_place })
}

fn deed(words: &mut Words) -> std::result::Result<Deed, Wrong> {
    words.skip_space();
    for (name, deed) in DEEDS.iter().filter_map(|name| Some((name, Deed::named(name)?))) {
        if words.take_word(name) {
            return Ok(deed);
        }
    }
    let said = words.rest();
    let end = said.find(|c: char| c.is_ascii_digit()).unwrap_or(said.len());
    let said = said[..end].trim_end();
    let said = said.strip_suffix(" at").or_else(|| said.strip_suffix(" from")).unwrap_or(said);
    let hint = match nearest(said, DEEDS.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("allowed is \"{}\"", DEEDS.join("\", \"")),
    };
    Err(words.wrong(format!("a schedule has no \"{}\": {hint}", one_line(said))))
}

/// Numbers with units, as "2 min 30 s", in seconds, and the unit of the last: 0 if it has none.
fn time(words: &mut Words) -> std::result::Result<(f64, f64), Wrong> {
    let mut total_s = 0.0;
    loop {
        words.skip_space();
        let digits = words.rest().find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(words.rest().len());
        let then = |mark: char| {
            let after = words.rest()[digits..].strip_prefix(mark)?.trim_start();
            after.starts_with(|c: char| c.is_ascii_digit()).then_some(&words.rest()[..digits])
        };
        if digits == 0 && (then('-').is_some() || then('−').is_some()) {
            return Err(words.wrong("a time counts from the scene's start, from 0 up".to_owned()));
        }
        if then(':').is_some() {
            let what = "a time has no colon: write seconds or minutes, as in \"call 8 min - 18 min\"";
            return Err(words.wrong(what.to_owned()));
        }
        if then(',').is_some_and(|number| !number.is_empty()) {
            return Err(words.wrong(format!("a number has a point, not a comma, as in {EXAMPLE}")));
        }
        let Ok(number) = words.rest()[..digits].parse::<f64>() else {
            return Err(words.wrong(format!("a time is missing, as in {EXAMPLE}")));
        };
        words.at += digits;
        words.skip_space();
        let letters = words.rest().find(|c: char| !c.is_alphabetic()).unwrap_or(words.rest().len());
        let name = &words.rest()[..letters];
        let unit = match name {
            "to" | "until" | "for" => 0.0,
            name => match UNITS.iter().find(|(known, _)| *known == name) {
                Some((_, unit)) => {
                    words.at += letters;
                    *unit
                }
                None => return Err(words.wrong(format!("\"{}\" is no unit of time: s, min or ms", one_line(name)))),
            },
        };
        if unit == 0.0 {
            return if total_s == 0.0 {
                Ok((number, 0.0))
            } else {
                Err(words.wrong("a unit is missing: s, min or ms".to_owned()))
            };
        }
        total_s += number * unit;
        let more = words.rest().trim_start().starts_with(|c: char| c.is_ascii_digit());
        if !more {
            return Ok((total_s, unit));
        }
    }
}

/// A line as far as it is read.
struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn wrong(&self, what: String) -> Wrong {
        Wrong { at: self.at, what }
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn take(&mut self, what: &str) -> bool {
        let found = self.rest().starts_with(what);
        if found {
            self.at += what.len();
        }
        found
    }

    /// Takes `word` in capitals or not, if it ends there, and the space before it.
    fn take_word(&mut self, word: &str) -> bool {
        let rest = self.rest().trim_start();
        let found = rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
            && !rest[word.len()..].starts_with(char::is_alphanumeric);
        if found {
            self.at = self.text.len() - rest.len() + word.len();
        }
        found
    }
}
