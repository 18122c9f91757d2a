//! The vocabulary of the tables in which the language's keys are listed: once for reading, for the schema and for the docs.

use std::ops::RangeInclusive;

/// A table of a scene: `[receiver]`, `[[handset]]`.
#[derive(Debug)]
pub(in crate::scene) struct Table {
    /// As it is headed in a scene.
    pub(in crate::scene) head: &'static str,
    pub(in crate::scene) about: &'static str,
    pub(in crate::scene) keys: &'static [Key],
    /// Keys of which only one may be there.
    pub(in crate::scene) choices: &'static [Choice],
}

/// Keys that say the same in different ways.
#[derive(Debug)]
pub(in crate::scene) struct Choice {
    pub(in crate::scene) of: &'static [&'static str],
    /// Whether one of them must be there.
    pub(in crate::scene) needed: bool,
}

/// A key.
#[derive(Debug)]
pub(in crate::scene) struct Key {
    pub(in crate::scene) name: &'static str,
    pub(in crate::scene) kind: Kind,
    pub(in crate::scene) usual: Usual,
    pub(in crate::scene) about: &'static str,
}

/// What holds where a key is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::scene) enum Usual {
    /// It must not be left out.
    Needed,
    /// Nothing: one of a choice, or something that is not there.
    Nothing,
    /// This, in words.
    Is(&'static str),
}

/// What a key may be.
#[derive(Debug)]
pub(in crate::scene) enum Kind {
    Text,
    /// One of these texts.
    Name(&'static [&'static str]),
    Switch,
    Number(Range),
    Whole(RangeInclusive<u64>),
    /// One of these numbers.
    Listed(&'static [f64], &'static str),
    /// From and to, in this order.
    Pair(Range),
    /// At most so many.
    List(&'static Kind, usize),
    /// A text of its own grammar: what to write, and an expression for the schema.
    Phrase(&'static str, &'static str),
    Table(&'static Table),
    /// One or the other.
    Either(&'static Kind, &'static Kind),
}

/// Numbers with a unit, both ends among them.
#[derive(Clone, Copy, Debug)]
pub(in crate::scene) struct Range {
    pub(in crate::scene) low: f64,
    pub(in crate::scene) high: f64,
    /// Empty for a plain number.
    pub(in crate::scene) unit: &'static str,
}

pub(super) const fn range(low: f64, high: f64, unit: &'static str) -> Range {
    Range { low, high, unit }
}

pub(super) const fn number(low: f64, high: f64, unit: &'static str) -> Kind {
    Kind::Number(range(low, high, unit))
}

/// A key that must be there.
pub(super) const fn needed(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, usual: Usual::Needed, about }
}

/// A key that may be left out for nothing.
pub(super) const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, usual: Usual::Nothing, about }
}

/// A key that may be left out for what is usual.
pub(super) const fn usually(name: &'static str, kind: Kind, usual: &'static str, about: &'static str) -> Key {
    Key { name, kind, usual: Usual::Is(usual), about }
}

impl Range {
    pub(super) fn contains(&self, x: f64) -> bool {
        (self.low..=self.high).contains(&x)
    }

    /// As it stands in a sentence: `0 to 3 dB`.
    pub(in crate::scene) fn words(&self) -> String {
        match self.unit {
            "Hz" => format!("{} to {}", hertz(self.low), hertz(self.high)),
            unit => format!("{} to {}{}", self.low, self.high, with_unit(unit)),
        }
    }
}

/// A frequency or a width as people say it: 896.8 MHz.
pub(super) fn hertz(hz: f64) -> String {
    // Thousandths of a hertz are all that arithmetic leaves.
    let hz = if hz.abs() < 1e12 { (hz * 1e3).round() / 1e3 } else { hz };
    match hz.abs() {
        0.0 => "0".to_owned(),
        size if size < 1e3 => format!("{hz} Hz"),
        size if size < 1e6 => format!("{} kHz", hz / 1e3),
        size if size < 1e9 => format!("{} MHz", hz / 1e6),
        size if size < 1e12 => format!("{} GHz", hz / 1e9),
        _ => format!("{hz:e} Hz"),
    }
}

fn with_unit(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!(" {unit}") }
}

impl Kind {
    /// The unit of its numbers, if they have one.
    pub(in crate::scene) fn unit(&self) -> Option<&'static str> {
        let unit = match self {
            Kind::Number(range) | Kind::Pair(range) => range.unit,
            Kind::Listed(_, unit) => unit,
            Kind::List(kind, _) => return kind.unit(),
            Kind::Either(one, other) => return one.unit().or_else(|| other.unit()),
            _ => "",
        };
        (!unit.is_empty()).then_some(unit)
    }

    /// What is allowed, as it stands in a sentence after "allowed is".
    pub(in crate::scene) fn allowed(&self) -> String {
        match self {
            Kind::Text => "a text in quotes".to_owned(),
            Kind::Name(names) => any_of(names.iter().map(|name| format!("\"{name}\""))),
            Kind::Switch => "true or false".to_owned(),
            Kind::Number(range) => range.words(),
            Kind::Whole(range) if *range.end() == i64::MAX as u64 => {
                format!("a whole number from {} up", range.start())
            }
            Kind::Whole(range) => format!("a whole number from {} to {}", range.start(), range.end()),
            Kind::Listed(numbers, "Hz") => any_of(numbers.iter().copied().map(hertz)),
            Kind::Listed(numbers, unit) => {
                format!("{}{}", any_of(numbers.iter().map(f64::to_string)), with_unit(unit))
            }
            Kind::Pair(range) => format!("[from, to], in this order, within {}", range.words()),
            Kind::List(kind, most) => match kind {
                Kind::Table(table) => format!("a {} table, or at most {most} of them", table.head),
                kind => format!("a list of at most {most}, each {}", kind.allowed()),
            },
            Kind::Phrase(words, _) => (*words).to_owned(),
            Kind::Table(table) if table.head.starts_with('[') => format!("a {} table", table.head),
            Kind::Table(table) => table.head.to_owned(),
            Kind::Either(one, other) => format!("{} or {}", one.allowed(), other.allowed()),
        }
    }
}

fn any_of(words: impl Iterator<Item = String>) -> String {
    series(words, "or")
}

/// Words as a sentence lists them, `joint` before the last.
pub(super) fn series(words: impl Iterator<Item = String>, joint: &str) -> String {
    let words: Vec<String> = words.collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {joint} {last}", rest.join(", ")),
        None => String::new(),
    }
}
