//! Every key and value of a scene against the tables in which keys are listed.

use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::DeValue;

use super::keys::{Choice, Key, Kind, Table, Usual, hertz, series};
use super::page::{Page, Section, number, pair, whole};
use crate::error::{Error, Result};

/// From this likeness on a name is taken for a mistyped other one.
const ALIKE: f64 = 0.75;

impl Section<'_> {
    /// That each key is one of this table's, each value of its key's kind, and nothing is missing or there twice over.
    pub(super) fn check(&self) -> Result<()> {
        for (name, value) in self.entries {
            match self.table.keys.iter().find(|key| key.name == name.get_ref()) {
                Some(key) => self.page.check(key, &key.kind, value)?,
                None => return Err(self.page.unusable(name.span(), &self.table.unknown(name.get_ref()))),
            }
        }
        let has = |name: &str| self.entries.contains_key(name);
        for Choice { of, needed } in self.table.choices {
            let mut there = of.iter().filter(|name| has(name));
            match (there.next(), there.next()) {
                (Some(first), Some(second)) => {
                    let what = format!("`{second}` beside `{first}`: {} has only one of them", self.table.head);
                    return Err(self.refuse(second, &what));
                }
                (None, _) if *needed => {
                    let of: Vec<String> = of.iter().map(|name| format!("`{name}`")).collect();
                    return Err(self.unusable(&format!("{} needs one of {}", self.table.head, of.join(", "))));
                }
                _ => {}
            }
        }
        let missing = |key: &&Key| key.usual == Usual::Needed && !has(key.name);
        match self.table.keys.iter().find(missing) {
            Some(Key { kind: Kind::Table(table), .. }) => {
                let needed = table.keys.iter().filter(|key| key.usual == Usual::Needed);
                let needed = series(needed.map(|key| format!("`{}`", key.name)), "and");
                Err(self.unusable(&format!("there is no {} table: a scene needs one, with {needed}", table.head)))
            }
            Some(Key { name, kind, .. }) => {
                let what = format!("{} needs `{name}`: {}", self.table.head, kind.allowed());
                Err(self.unusable(&what))
            }
            None => Ok(()),
        }
    }
}

impl Page<'_> {
    fn check(&self, key: &Key, kind: &Kind, value: &Spanned<DeValue>) -> Result<()> {
        let found = value.get_ref();
        let fits = match kind {
            Kind::Text | Kind::Phrase(..) => found.is_str(),
            Kind::Switch => found.is_bool(),
            Kind::Name(names) => found.as_str().is_some_and(|text| names.contains(&text)),
            Kind::Number(range) => number(found).is_some_and(|x| range.contains(x)),
            Kind::Whole(range) => whole(found).is_some_and(|n| range.contains(&n)),
            Kind::Listed(numbers, _) => number(found).is_some_and(|x| numbers.contains(&x)),
            Kind::Pair(range) => pair(value).is_some_and(|[a, b]| range.contains(a) && range.contains(b) && a <= b),
            Kind::List(kind, most) => return self.check_list(key, kind, *most, value),
            Kind::Table(table) => return self.check_table(key, table, value),
            Kind::Either(one, other) => {
                let kind = if suits(one, found) { one } else { other };
                return if suits(kind, found) { self.check(key, kind, value) } else { Err(self.wrong(key, value)) };
            }
        };
        if fits { Ok(()) } else { Err(self.wrong_kind(key, kind, value)) }
    }

    fn check_list(&self, key: &Key, kind: &Kind, most: usize, value: &Spanned<DeValue>) -> Result<()> {
        let Some(list) = value.get_ref().as_array() else {
            // A table that can be there several times may be there once.
            return match kind {
                Kind::Table(_) => self.check(key, kind, value),
                _ => Err(self.wrong(key, value)),
            };
        };
        if list.len() > most {
            return Err(
                self.unusable(value.span(), &format!("`{}` has {}, allowed is at most {most}", key.name, list.len()))
            );
        }
        list.iter().try_for_each(|element| self.check(key, kind, element))
    }

    fn check_table(&self, key: &Key, table: &'static Table, value: &Spanned<DeValue>) -> Result<()> {
        match value.get_ref() {
            DeValue::Table(entries) => Section { page: *self, table, entries, place: value.span() }.check(),
            DeValue::Array(list) if list.iter().all(|element| element.get_ref().is_table()) => {
                let what = format!("`{}` is there only once: write {}", key.name, table.head);
                Err(self.unusable(value.span(), &what))
            }
            _ => Err(self.wrong(key, value)),
        }
    }

    fn wrong(&self, key: &Key, value: &Spanned<DeValue>) -> Error {
        self.wrong_kind(key, &key.kind, value)
    }

    fn wrong_kind(&self, key: &Key, kind: &Kind, value: &Spanned<DeValue>) -> Error {
        let found = value.get_ref();
        let shown = match number(found) {
            Some(hz) if kind.unit() == Some("Hz") && hz.is_finite() => hertz(hz),
            _ => shown(found),
        };
        let mut what = format!("`{}` is {shown}, allowed is {}", key.name, kind.allowed());
        if let (Kind::Name(names), Some(text)) = (kind, value.get_ref().as_str())
            && let Some(near) = nearest(text, names.iter().copied())
        {
            what += &format!(": did you mean \"{near}\"?");
        }
        if let Some(meant) = meant(kind, found) {
            what += &format!(": did you mean {meant}?");
        }
        self.unusable(value.span(), &what)
    }
}

impl Table {
    fn unknown(&self, name: &str) -> String {
        let mut what = format!("{} has no key `{}`", self.head, one_line(name));
        match nearest(name, self.keys.iter().map(|key| key.name)) {
            Some(near) => what += &format!(": did you mean `{near}`?"),
            None => {
                let names: Vec<String> = self.keys.iter().map(|key| format!("`{}`", key.name)).collect();
                what += &format!(": its keys are {}", names.join(", "));
            }
        }
        what
    }
}

/// The number that was probably meant: without quotes and unit, or in hertz what was written in a multiple of it.
fn meant(kind: &Kind, found: &DeValue) -> Option<String> {
    let fits = |x: f64| match kind {
        Kind::Number(range) => range.contains(x),
        Kind::Whole(range) => x.fract() == 0.0 && x >= 0.0 && range.contains(&(x as u64)),
        Kind::Listed(numbers, _) => numbers.contains(&x),
        _ => false,
    };
    let in_hertz = kind.unit() == Some("Hz");
    let (digits, unit) = match found.as_str() {
        Some(text) => {
            let text = text.trim();
            let end = text.find(|c: char| !c.is_ascii_digit() && !"+-.,".contains(c)).unwrap_or(text.len());
            (text[..end].replace(',', "."), text[end..].trim().to_lowercase())
        }
        None => (number(found)?.to_string(), String::new()),
    };
    let exponents: &[i32] = match &unit[..] {
        "" if in_hertz => &[0, 6, 9, 3],
        "khz" if in_hertz => &[3],
        "mhz" if in_hertz => &[6],
        "ghz" if in_hertz => &[9],
        "" => &[0],
        unit if kind.unit().is_some_and(|of| of.to_lowercase() == unit) => &[0],
        _ => return None,
    };
    scaled(&digits, exponents, fits)
}

/// `digits` with the first of these exponents that makes them a number which fits.
fn scaled(digits: &str, exponents: &[i32], fits: impl Fn(f64) -> bool) -> Option<String> {
    let written = |exponent: &i32| if *exponent == 0 { digits.to_owned() } else { format!("{digits}e{exponent}") };
    exponents.iter().map(written).find(|text| text.len() < 30 && text.parse().is_ok_and(&fits))
}

/// What was probably meant by `x` hertz: so many kilohertz, megahertz or gigahertz that are `allowed`.
pub(super) fn meant_hertz(x: f64, allowed: &RangeInclusive<f64>) -> Option<String> {
    scaled(&x.to_string(), &[6, 9, 3], |hz| allowed.contains(&hz))
}

/// Whether a value is of the sort that a kind asks for, right or wrong.
fn suits(kind: &Kind, value: &DeValue) -> bool {
    match kind {
        Kind::Text | Kind::Name(_) | Kind::Phrase(..) => value.is_str(),
        Kind::Switch => value.is_bool(),
        Kind::Number(_) | Kind::Whole(_) | Kind::Listed(..) => value.is_integer() || value.is_float(),
        Kind::Pair(_) | Kind::List(..) => value.is_array(),
        Kind::Table(_) => value.is_table(),
        Kind::Either(one, other) => suits(one, value) || suits(other, value),
    }
}

/// The name most like `typed`, if it is like it at all.
pub(super) fn nearest<'n>(typed: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // Comparing takes the product of the lengths.
    if typed.len() > 100 {
        return None;
    }
    let typed = typed.to_lowercase();
    let alike = |name: &str| strsim::jaro_winkler(&typed, &name.to_lowercase());
    names
        .map(|name| (alike(name), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|best| best.1)
}

/// A value as a sentence shows it.
fn shown(value: &DeValue) -> String {
    match value {
        DeValue::String(text) => format!("\"{}\"", one_line(text)),
        DeValue::Integer(_) | DeValue::Float(_) => match number(value) {
            Some(x) if x != 0.0 && x.is_finite() && !(1e-6..1e15).contains(&x.abs()) => format!("{x:e}"),
            Some(x) => x.to_string(),
            None => "no number".to_owned(),
        },
        DeValue::Boolean(on) => on.to_string(),
        DeValue::Datetime(_) => "a date or time".to_owned(),
        DeValue::Array(list) => match &list[..] {
            [from, to] if number(from.get_ref()).is_some() && number(to.get_ref()).is_some() => {
                format!("[{}, {}]", shown(from.get_ref()), shown(to.get_ref()))
            }
            _ => "a list".to_owned(),
        },
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// A text of any kind, short enough and in one line.
pub(super) fn one_line(text: &str) -> String {
    const LONGEST: usize = 60;
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
