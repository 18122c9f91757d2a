//! What is on the air besides handsets that somebody uses.

use super::keys::{Kind, Range, Table, hertz, needed, number, optional, usually};
use super::network::resource_blocks;
use super::page::{Element, Section};
use super::{Band, LEVEL, LEVEL_ABOUT, SNR, SNR_ABOUT, STRENGTH, linear, shapes, strength};
use crate::error::Result;
use crate::scene::description::{Emitter, EmitterKind, Scattered, Span, Strength};
use crate::scene::waveform::lte::BLOCK_HZ;
const HERTZ: Range = Range { low: 1e6, high: 6e9, unit: "Hz" };
const TIME: Kind = number(0.0, 3600.0, "s");
const FROM: &str = "When it begins.";
const TO: &str = "When it ends.";

pub(super) const CARRIER: Table = Table {
    head: "[[carrier]]",
    about: "An unmodulated carrier.",
    keys: &[
        needed("frequency_hz", Kind::Number(HERTZ), "Where it is, within the band."),
        needed("level_dbfs", LEVEL, LEVEL_ABOUT),
        usually("from_s", TIME, "0", FROM),
        usually("to_s", TIME, "the end", TO),
    ],
    choices: &[],
};

pub(super) const DOWNLINK: Table = Table {
    head: "[[downlink]]",
    about: "A base station in time division: its downlink on the handsets' own frequency, silent in their subframes.",
    keys: &[
        needed("carrier_hz", Kind::Number(HERTZ), "Its middle; some of it must lie in the band."),
        needed(
            "bandwidth_hz",
            Kind::Listed(&[1.4e6, 3e6, 5e6, 10e6, 15e6, 20e6], "Hz"),
            "6, 15, 25, 50, 75 or 100 resource blocks of 180 kHz.",
        ),
        usually(
            "configuration",
            Kind::Whole(0..=6),
            "2",
            "LTE's uplink-downlink configuration: which subframes are whose.",
        ),
        optional("snr_db", SNR, SNR_ABOUT),
        optional("level_dbfs", LEVEL, LEVEL_ABOUT),
        usually("from_s", TIME, "0", FROM),
        usually("to_s", TIME, "the end", TO),
    ],
    choices: &[STRENGTH],
};

pub(super) const HUMP: Table = Table {
    head: "[[hump]]",
    about: "Lasting noise over part of the band: a leaking cable, a wideband signal out of sight of its pauses.",
    keys: &[
        needed("middle_hz", Kind::Number(HERTZ), "Its middle; some of it must lie in the band."),
        needed("width_hz", number(5e3, 61.44e6, "Hz"), "Its width, flat."),
        optional("snr_db", SNR, SNR_ABOUT),
        optional("level_dbfs", LEVEL, LEVEL_ABOUT),
        usually("from_s", TIME, "0", FROM),
        usually("to_s", TIME, "the end", TO),
    ],
    choices: &[STRENGTH],
};

pub(super) const IMPULSES: Table = Table {
    head: "[[impulses]]",
    about: "Short pulses as wide as the band, at random times: ignition, switches, fences.",
    keys: &[
        needed("per_s", number(0.01, 1000.0, "per second"), "How often, on average."),
        needed("duration_us", number(1.0, 1000.0, "µs"), "How long each is."),
        optional("snr_db", SNR, "Level over the receiver's noise in the whole band."),
        optional("level_dbfs", LEVEL, LEVEL_ABOUT),
        usually("from_s", TIME, "0", FROM),
        usually("to_s", TIME, "the end", TO),
    ],
    choices: &[STRENGTH],
};

pub(super) const SCATTERED: Table = Table {
    head: "[[scattered]]",
    about: "Single bursts for measuring a detector: at random times that keep apart, frequencies and levels.",
    keys: &[
        needed("bursts", Kind::List(&shapes::SHAPE, 32), "Their kinds, taken in turn."),
        needed("per_s", number(0.01, 1000.0, "per second"), "How many: one in each of equal stretches of time."),
        needed(
            "snr_db",
            Kind::Either(&SNR, &Kind::Pair(Range { low: -30.0, high: 120.0, unit: "dB" })),
            "Level over the receiver's noise in the burst's own width: one, or from and to, drawn evenly in decibels.",
        ),
        usually(
            "band_hz",
            Kind::Pair(HERTZ),
            "the flat part of the receiver's band",
            "From and to: where they lie, edges and all.",
        ),
        usually("from_s", TIME, "0", FROM),
        usually("to_s", TIME, "the end", TO),
    ],
    choices: &[],
};

/// All emitters; `flat_hz` is how far the receiver is flat.
pub(super) fn read(document: &Section, band: &Band, flat_hz: f64) -> Result<Vec<Emitter>> {
    type Read<'a> = &'a dyn Fn(&Section) -> Result<EmitterKind>;
    let kinds: [(&str, Read); 5] = [
        ("carrier", &|section| carrier(section, band)),
        ("downlink", &|section| downlink(section, band)),
        ("hump", &|section| hump(section, band)),
        ("impulses", &|section| impulses(section, band)),
        ("scattered", &|section| scattered(section, band, flat_hz)),
    ];
    let mut emitters = Vec::new();
    for (key, read) in kinds {
        for section in document.sections(key) {
            emitters.push(Emitter { kind: read(&section)?, span: span(&section, band)? });
        }
    }
    Ok(emitters)
}

fn span(section: &Section, band: &Band) -> Result<Span> {
    let from_s = super::within(section, "from_s", 0.0..=band.duration_s, "s")?.unwrap_or(0.0);
    if let Some(to_s) = section.number("to_s").filter(|to_s| *to_s < from_s) {
        return Err(section.refuse("to_s", &format!("`to_s` is {to_s}, which lies before the beginning at {from_s} s")));
    }
    let to_s = super::within(section, "to_s", from_s..=band.duration_s, "s")?.unwrap_or(band.duration_s);
    Ok(Span { from_s, to_s })
}

fn level(section: &Section) -> Strength {
    strength(section, "snr_db", "level_dbfs").expect("the table was checked, and it asks for one of the two")
}

fn carrier(section: &Section, band: &Band) -> Result<EmitterKind> {
    let offset_hz = band.whole_offset(section, "frequency_hz", 0.0)?.unwrap_or(0.0);
    Ok(EmitterKind::Carrier { offset_hz, power: linear(section.needed("level_dbfs")) })
}

fn downlink(section: &Section, band: &Band) -> Result<EmitterKind> {
    let resource_blocks = resource_blocks(section.needed("bandwidth_hz"));
    let offset_hz = band.offset(section, "carrier_hz", resource_blocks as f64 * BLOCK_HZ)?;
    let configuration = section.whole("configuration").unwrap_or(2) as usize;
    let offset_hz = offset_hz.unwrap_or(0.0);
    Ok(EmitterKind::Downlink { offset_hz, resource_blocks, configuration, strength: level(section) })
}

fn hump(section: &Section, band: &Band) -> Result<EmitterKind> {
    let width_hz = super::within_hertz(section, "width_hz", 0.0..=band.sample_rate_hz, ": no wider than the band")?;
    let width_hz = width_hz.unwrap_or(0.0);
    let offset_hz = band.offset(section, "middle_hz", width_hz)?.unwrap_or(0.0);
    Ok(EmitterKind::Hump { offset_hz, width_hz, strength: level(section) })
}

fn impulses(section: &Section, band: &Band) -> Result<EmitterKind> {
    /// Samples of one that still has a level of its own.
    const LEAST_SAMPLES: f64 = 4.0;
    let least_us = 1e6 * LEAST_SAMPLES / band.sample_rate_hz;
    super::within(section, "duration_us", least_us..=1000.0, "µs: at least 4 samples")?;
    let (per_s, duration_s) = (section.needed("per_s"), 1e-6 * section.needed("duration_us"));
    Ok(EmitterKind::Impulses { per_s, duration_s, strength: level(section) })
}

fn scattered(section: &Section, band: &Band, flat_hz: f64) -> Result<EmitterKind> {
    let mut shapes = Vec::new();
    for element in section.elements("bursts") {
        shapes.push(match element {
            Element::Text(name) => shapes::named(section, &name)?,
            Element::Section(measures) => shapes::measured(&measures)?,
        });
    }
    if shapes.is_empty() {
        return Err(section.refuse("bursts", "`bursts` is empty, allowed is at least one"));
    }
    let offsets_hz = match section.pair("band_hz") {
        None => [-flat_hz, flat_hz],
        Some(edges) => {
            let half = band.half_hz();
            let (low, high) = (band.center_hz - half, band.center_hz + half);
            if edges[0] < low || high < edges[1] {
                let ([from, to], low, high) = (edges.map(hertz), hertz(low), hertz(high));
                let what = format!("`band_hz` is [{from}, {to}], allowed is {low} to {high}, which is the band");
                return Err(section.refuse("band_hz", &what));
            }
            edges.map(|hertz| hertz - band.center_hz)
        }
    };
    let room = offsets_hz[1] - offsets_hz[0];
    let widest = shapes.iter().map(|shape| shape.nominal_width_hz()).fold(0.0, f64::max);
    if widest > room {
        let place = if section.has("band_hz") { "band_hz" } else { "bursts" };
        let (widest, room) = (hertz(widest), hertz(room));
        let what = format!("the widest of these bursts is {widest} wide, and they have {room}");
        return Err(section.refuse(place, &what));
    }
    let longest_s = shapes.iter().map(|shape| shape.duration_s()).fold(0.0, f64::max);
    // Half of each stretch stays free.
    let most = (0.5 / longest_s).floor();
    super::within(section, "per_s", 0.0..=most, "per second, so that they keep apart")?;
    let snr_db = section.pair("snr_db").or_else(|| section.number("snr_db").map(|db| [db; 2])).unwrap_or_default();
    Ok(EmitterKind::Scattered(Scattered { shapes, per_s: section.needed("per_s"), snr_db, offsets_hz }))
}
