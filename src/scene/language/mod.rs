//! The scene language: TOML to a checked description.
//!
//! Every key stands in a table of keys, once: what it may be, what is usual where it is left out, what it is for. The
//! tables are what a scene is checked against, what the JSON Schema for editors is made of, and what `docs/scenes.md`
//! lists. Whatever is wrong is said in one sentence with line, column, key and what is allowed.

mod activity;
mod channel;
mod check;
mod emitters;
mod handset;
pub(super) mod keys;
mod network;
mod page;
mod receiver;
mod schedule;
mod schema;
mod shapes;
mod syntax;

use std::ops::RangeInclusive;

use toml::de::DeTable;

pub(super) use schema::json_schema;

use crate::error::Result;
use crate::iq::SampleFormat;
use crate::scene::description::{Description, Strength};
use keys::{Choice, Kind, Table, hertz, needed, number, optional, usually};
use page::{Page, Section};

/// More text than any scene needs, and little enough to hold whatever is in it.
const LONGEST_TEXT: usize = 1_000_000;
/// Handsets and emitters of each kind, at most.
const MOST_HANDSETS: usize = 200;
const MOST_EMITTERS: usize = 100;

/// A whole scene.
pub(super) const DOCUMENT: Table = Table {
    head: "a scene",
    about: "A synthetic uplink with known truth.",
    keys: &[
        needed("scene", Kind::Table(&SCENE), "What is recorded."),
        needed("receiver", Kind::Table(&receiver::RECEIVER), "What hears it."),
        optional(
            "handset",
            Kind::List(&Kind::Table(&handset::HANDSET), MOST_HANDSETS),
            "Handsets and what is done with them.",
        ),
        optional("carrier", Kind::List(&Kind::Table(&emitters::CARRIER), MOST_EMITTERS), "Unmodulated carriers."),
        optional(
            "downlink",
            Kind::List(&Kind::Table(&emitters::DOWNLINK), MOST_EMITTERS),
            "Base stations in time division.",
        ),
        optional(
            "hump",
            Kind::List(&Kind::Table(&emitters::HUMP), MOST_EMITTERS),
            "Lasting noise over part of the band.",
        ),
        optional("impulses", Kind::List(&Kind::Table(&emitters::IMPULSES), MOST_EMITTERS), "Short wideband pulses."),
        optional(
            "scattered",
            Kind::List(&Kind::Table(&emitters::SCATTERED), MOST_EMITTERS),
            "Single bursts for measuring a detector.",
        ),
    ],
    choices: &[],
};

/// `[scene]`. An hour at most: longer ones show nothing more.
const SCENE: Table = Table {
    head: "[scene]",
    about: "What is recorded.",
    keys: &[
        needed("title", Kind::Text, "Its name for people, and the description of a recording of it (SigMF)."),
        usually(
            "seed",
            Kind::Whole(0..=i64::MAX as u64),
            "0",
            "Another seed gives other noise, bits, fading and pauses.",
        ),
        needed("duration_s", number(0.001, 3600.0, "s"), "From start to end."),
        needed("sample_rate_hz", number(250e3, 61.44e6, "Hz"), "Samples per second, and so the width of the band."),
        needed("center_hz", number(1e6, 6e9, "Hz"), "The middle of the band."),
        usually(
            "format",
            Kind::Name(&["cu8", "ci8", "ci16_le", "cf32_le"]),
            "\"cu8\"",
            "How samples are rounded and stored: 8 bits unsigned (an RTL-SDR) or signed (a HackRF), 16 bits, floats.",
        ),
    ],
    choices: &[],
};

/// Reads and checks `text`; `name` is what errors call it.
pub(super) fn read(text: &str, name: &str) -> Result<Description> {
    let page = Page { text, name };
    if text.len() > LONGEST_TEXT {
        let what = format!("the text is {:.1} MB long, allowed is 1 MB", text.len() as f64 / 1e6);
        return Err(page.unusable(0..0, &what));
    }
    let document = DeTable::parse(text).map_err(|e| {
        let (place, what) = syntax::wrong(text, e.span().unwrap_or(0..0), e.message());
        page.unusable(place, &what)
    })?;
    describe(&page.open(&DOCUMENT, &document)?)
}

/// What every part of a scene needs to know of the whole.
struct Band {
    center_hz: f64,
    sample_rate_hz: f64,
    duration_s: f64,
    seed: u64,
}

impl Band {
    fn half_hz(&self) -> f64 {
        0.5 * self.sample_rate_hz
    }

    /// `key` as an offset from the centre: the middle of something `width_hz` wide of which some lies in the band.
    fn offset(&self, section: &Section, key: &str, width_hz: f64) -> Result<Option<f64>> {
        let reach = self.half_hz() + 0.5 * width_hz;
        self.within(section, key, reach, "so that some of it lies in the band")
    }

    /// `key` as an offset from the centre: the middle of something `width_hz` wide that lies in the band.
    fn whole_offset(&self, section: &Section, key: &str, width_hz: f64) -> Result<Option<f64>> {
        let reach = self.half_hz() - 0.5 * width_hz;
        self.within(section, key, reach, "so that all of it fits the band")
    }

    fn within(&self, section: &Section, key: &str, reach: f64, why: &str) -> Result<Option<f64>> {
        let allowed = self.center_hz - reach..=self.center_hz + reach;
        let absolute_hz = within_hertz(section, key, allowed, &format!(", {why}"))?;
        Ok(absolute_hz.map(|hertz| hertz - self.center_hz))
    }
}

fn describe(document: &Section) -> Result<Description> {
    let scene = document.section("scene").ok_or_else(|| document.unusable("[scene] is missing"))?;
    let receiver = document.section("receiver").ok_or_else(|| document.unusable("[receiver] is missing"))?;
    let band = Band {
        center_hz: scene.needed("center_hz"),
        sample_rate_hz: scene.needed("sample_rate_hz"),
        duration_s: scene.needed("duration_s"),
        seed: scene.whole("seed").unwrap_or(0),
    };
    let format = match scene.text("format") {
        Some("ci8") => SampleFormat::Ci8,
        Some("ci16_le") => SampleFormat::Ci16Le,
        Some("cf32_le") => SampleFormat::Cf32Le,
        _ => SampleFormat::Cu8,
    };
    let receiver = receiver::read(&receiver, &band, format)?;
    let handsets = document.sections("handset");
    Ok(Description {
        title: scene.text("title").unwrap_or_default().to_owned(),
        seed: band.seed,
        duration_s: band.duration_s,
        sample_rate_hz: band.sample_rate_hz,
        center_hz: band.center_hz,
        format,
        handsets: (0..).zip(&handsets).map(|(n, handset)| handset::read(handset, n, &band)).collect::<Result<_>>()?,
        emitters: emitters::read(document, &band, receiver.flat_hz)?,
        receiver,
    })
}

/// `key`'s number, if it is there and within what other keys allow.
fn within(section: &Section, key: &str, allowed: RangeInclusive<f64>, unit: &str) -> Result<Option<f64>> {
    match section.number(key) {
        Some(x) if !allowed.contains(&x) => {
            let (low, high) = (allowed.start(), allowed.end());
            Err(section.refuse(key, &format!("`{key}` is {x}, allowed is {low} to {high} {unit}")))
        }
        x => Ok(x),
    }
}

/// [`within`] for a frequency or a width; `why` follows the range.
fn within_hertz(section: &Section, key: &str, allowed: RangeInclusive<f64>, why: &str) -> Result<Option<f64>> {
    match section.number(key) {
        Some(x) if !allowed.contains(&x) => {
            let (low, high) = (hertz(*allowed.start()), hertz(*allowed.end()));
            let mut what = format!("`{key}` is {}, allowed is {low} to {high}{why}", hertz(x));
            if let Some(meant) = check::meant_hertz(x, &allowed) {
                what += &format!(": did you mean {meant}?");
            }
            Err(section.refuse(key, &what))
        }
        x => Ok(x),
    }
}

/// A level at the receiver, before its filter.
const LEVEL: Kind = number(-140.0, 40.0, "dBFS");
/// Signal over noise in the burst's own width.
const SNR: Kind = number(-30.0, 120.0, "dB");
const LEVEL_ABOUT: &str = "Level at the receiver; a tone of amplitude 1 has 0 dBFS.";
const SNR_ABOUT: &str = "Level over the receiver's noise in the burst's own nominal width.";
/// A strength is said in one of two ways.
const STRENGTH: Choice = Choice { of: &["snr_db", "level_dbfs"], needed: true };

/// What `snr_db` or `level_dbfs` says, by these or other names.
fn strength(section: &Section, snr_db: &str, level_dbfs: &str) -> Option<Strength> {
    let snr = section.number(snr_db).map(|db| Strength::OverNoise(linear(db)));
    snr.or_else(|| section.number(level_dbfs).map(|db| Strength::Power(linear(db))))
}

/// The power of a level, or the ratio of a number of decibels.
fn linear(db: f64) -> f64 {
    libm::pow(10.0, db / 10.0)
}
