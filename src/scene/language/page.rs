//! The text being read: what is wrong where, and values by their keys.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{Kind, Table};
use crate::error::{Error, Result};

/// The text being read, for saying where something is.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) text: &'a str,
    pub(super) name: &'a str,
}

/// A table that is being read, all of whose values are of the right kind.
#[derive(Clone)]
pub(super) struct Section<'a> {
    pub(super) page: Page<'a>,
    pub(super) table: &'static Table,
    pub(super) entries: &'a DeTable<'a>,
    pub(super) place: Range<usize>,
}

impl<'a> Page<'a> {
    /// The error of `what` is wrong at `place`.
    pub(super) fn unusable(&self, place: Range<usize>, what: &str) -> Error {
        let before = self.text.get(..place.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Error::Unusable(format!("{}, line {line}, column {column}: {what}", self.name))
    }

    /// The whole scene, once every key and every value's kind and range is checked against `table`.
    pub(super) fn open(self, table: &'static Table, document: &'a Spanned<DeTable<'a>>) -> Result<Section<'a>> {
        let section = Section { page: self, table, entries: document.get_ref(), place: 0..0 };
        section.check()?;
        Ok(section)
    }
}

impl<'a> Section<'a> {
    fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        debug_assert!(self.table.keys.iter().any(|k| k.name == key), "{} lists `{key}`", self.table.head);
        self.entries.get(key)
    }

    fn sub(&self, table: &'static Table, value: &'a Spanned<DeValue<'a>>) -> Option<Section<'a>> {
        let entries = value.get_ref().as_table()?;
        Some(Section { page: self.page, table, entries, place: value.span() })
    }

    /// The error of `what` is wrong with this table.
    pub(super) fn unusable(&self, what: &str) -> Error {
        self.page.unusable(self.place.clone(), what)
    }

    /// The error of `key`'s value being something that other keys do not allow.
    pub(super) fn refuse(&self, key: &str, what: &str) -> Error {
        self.page.unusable(self.place_of(key), what)
    }

    /// Where the value of `key` stands, or this table if it is left out.
    pub(super) fn place_of(&self, key: &str) -> Range<usize> {
        self.value(key).map_or_else(|| self.place.clone(), Spanned::span)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.value(key).and_then(|value| number(value.get_ref()))
    }

    pub(super) fn whole(&self, key: &str) -> Option<u64> {
        self.value(key).and_then(|value| whole(value.get_ref()))
    }

    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.value(key).and_then(|value| value.get_ref().as_str())
    }

    pub(super) fn switch(&self, key: &str) -> Option<bool> {
        self.value(key).and_then(|value| value.get_ref().as_bool())
    }

    /// From and to.
    pub(super) fn pair(&self, key: &str) -> Option<[f64; 2]> {
        self.value(key).and_then(pair)
    }

    /// What stands in a list; of a single value, that one.
    fn listed(&self, key: &str) -> &'a [Spanned<DeValue<'a>>] {
        match self.value(key) {
            None => &[],
            Some(value) => value.get_ref().as_array().map_or(std::slice::from_ref(value), |list| &list[..]),
        }
    }

    pub(super) fn numbers(&self, key: &str) -> Vec<Spanned<f64>> {
        self.listed(key).iter().filter_map(|v| Some(Spanned::new(v.span(), number(v.get_ref())?))).collect()
    }

    pub(super) fn pairs(&self, key: &str) -> Vec<Spanned<[f64; 2]>> {
        self.listed(key).iter().filter_map(|v| Some(Spanned::new(v.span(), pair(v)?))).collect()
    }

    pub(super) fn texts(&self, key: &str) -> Vec<Spanned<&'a str>> {
        self.listed(key).iter().filter_map(|v| Some(Spanned::new(v.span(), v.get_ref().as_str()?))).collect()
    }

    /// The table that `key` is.
    pub(super) fn section(&self, key: &str) -> Option<Section<'a>> {
        self.sections(key).pop()
    }

    /// The tables that `key` has.
    pub(super) fn sections(&self, key: &str) -> Vec<Section<'a>> {
        let Some(table) = self.inner(key) else { return Vec::new() };
        self.listed(key).iter().filter_map(|value| self.sub(table, value)).collect()
    }

    /// The texts and tables of a list, in its order.
    pub(super) fn elements(&self, key: &str) -> Vec<Element<'a>> {
        let table = self.inner(key);
        let element = |value: &'a Spanned<DeValue<'a>>| match value.get_ref().as_str() {
            Some(text) => Some(Element::Text(Spanned::new(value.span(), text))),
            None => self.sub(table?, value).map(Element::Section),
        };
        self.listed(key).iter().filter_map(element).collect()
    }

    /// The number of a key that must be there.
    pub(super) fn needed(&self, key: &str) -> f64 {
        self.number(key).expect("the table was checked, and it says that this number must be there")
    }

    /// The kind of table that `key` may be made of.
    fn inner(&self, key: &str) -> Option<&'static Table> {
        self.table.keys.iter().find(|k| k.name == key)?.kind.table()
    }
}

/// What a list may have.
pub(super) enum Element<'a> {
    Text(Spanned<&'a str>),
    Section(Section<'a>),
}

impl Kind {
    /// The table that a value of this kind is or may be made of.
    pub(super) fn table(&self) -> Option<&'static Table> {
        match self {
            Kind::Table(table) => Some(table),
            Kind::List(kind, _) => kind.table(),
            Kind::Either(one, other) => one.table().or_else(|| other.table()),
            _ => None,
        }
    }
}

/// Any number.
pub(super) fn number(value: &DeValue) -> Option<f64> {
    match value {
        // All of an integer's digits, as the nearest number there is.
        DeValue::Integer(n) if n.radix() == 10 => n.as_str().parse().ok(),
        DeValue::Integer(n) => u64::from_str_radix(n.as_str(), n.radix()).ok().map(|n| n as f64),
        DeValue::Float(x) => x.as_str().parse().ok(),
        _ => None,
    }
}

/// A whole number from 0 up.
pub(super) fn whole(value: &DeValue) -> Option<u64> {
    match value {
        DeValue::Integer(n) => u64::from_str_radix(n.as_str(), n.radix()).ok(),
        _ => None,
    }
}

pub(super) fn pair(value: &Spanned<DeValue>) -> Option<[f64; 2]> {
    match &value.get_ref().as_array()?[..] {
        [from, to] => Some([number(from.get_ref())?, number(to.get_ref())?]),
        _ => None,
    }
}
