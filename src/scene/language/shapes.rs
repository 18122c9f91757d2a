//! Single bursts by name or by measure.

use toml::Spanned;

use super::check::{nearest, one_line};
use super::keys::{Choice, Kind, Range, Table, optional, usually};
use super::page::Section;
use crate::error::{Error, Result};
use crate::scene::waveform::Shape;
use crate::scene::waveform::lte::can_be_precoded;

/// Burst names that say it all.
const NAMED: [(&str, Shape); 5] = [
    ("GSM normal burst", Shape::GsmNormal),
    ("GSM access burst", Shape::GsmAccess),
    ("LTE PRACH", Shape::Prach),
    ("LTE PUCCH", Shape::Pucch),
    ("WCDMA RACH preamble", Shape::WcdmaPreamble),
];
/// Names with a number of resource blocks.
const PUSCH: &str = "LTE PUSCH";
const SRS: &str = "LTE SRS";

/// A burst's name or its measures.
pub(super) const SHAPE: Kind = Kind::Either(
    &Kind::Phrase(
        "the name of a burst, as \"GSM access burst\" or \"LTE PUSCH 6 RB\"",
        "^(GSM normal burst|GSM access burst|LTE PRACH|LTE PUCCH|WCDMA RACH preamble|LTE (PUSCH|SRS) [0-9]+ RB)$",
    ),
    &Kind::Table(&MEASURED),
);

const MEASURED: Table = Table {
    head: "a burst by its measures",
    about: "A burst by its measures.",
    keys: &[
        optional(
            "lte_pusch_rb",
            Kind::Whole(1..=100),
            "LTE's shared channel, so many resource blocks of 180 kHz wide.",
        ),
        usually("slots", Kind::Whole(1..=20), "2", "Its length in slots of 0.5 ms."),
        optional("noise_hz", WIDTH, "Noise, flat over this width."),
        optional("keyed_hz", WIDTH, "A keyed carrier (random QPSK) of this width."),
        optional(
            "duration_us",
            Kind::Number(Range { low: 20.0, high: 10_000.0, unit: "µs" }),
            "Length of noise or of a keyed carrier.",
        ),
    ],
    choices: &[Choice { of: &["lte_pusch_rb", "noise_hz", "keyed_hz"], needed: true }],
};

const WIDTH: Kind = Kind::Number(Range { low: 5e3, high: 20e6, unit: "Hz" });
/// Width times duration that makes a burst wider than its own ramps.
const LEAST_AREA: f64 = 4.0;

/// Numbers of resource blocks that the shared channel may have and how a sentence says it.
fn is_transformable(blocks: usize) -> bool {
    blocks <= 100 && can_be_precoded(blocks)
}
const TRANSFORMABLE: &str = "1 to 100, a product of 2, 3 and 5 alone";

/// Numbers of resource blocks that a sounding reference symbol may have (TS 36.211 §5.5.3), and how a sentence says it.
fn is_sounding(blocks: usize) -> bool {
    (4..=96).contains(&blocks) && blocks.is_multiple_of(4)
}
const SOUNDING: &str = "4 to 96, a multiple of 4";

/// The burst of this name.
pub(super) fn named(section: &Section, name: &Spanned<&str>) -> Result<Shape> {
    let text = *name.get_ref();
    let unusable = |what: &str| section.page.unusable(name.span(), what);
    if let Some((_, shape)) = NAMED.iter().find(|(known, _)| *known == text) {
        return Ok(*shape);
    }
    for (start, can_be, numbers) in
        [(PUSCH, is_transformable as fn(usize) -> bool, TRANSFORMABLE), (SRS, is_sounding, SOUNDING)]
    {
        let Some(rest) = text.strip_prefix(start) else { continue };
        let number = rest.strip_prefix(' ').and_then(|rest| rest.strip_suffix(" RB")).and_then(|n| n.parse().ok());
        return match number.filter(|n| can_be(*n)) {
            Some(resource_blocks) if start == PUSCH => Ok(Shape::Pusch { resource_blocks, slots: 2 }),
            Some(resource_blocks) => Ok(Shape::Srs { resource_blocks }),
            None => Err(unusable(&format!(
                "\"{}\" needs a number of resource blocks, as \"{start} 8 RB\": {numbers}",
                one_line(text)
            ))),
        };
    }
    let names = || NAMED.iter().map(|(name, _)| *name).chain(["LTE PUSCH 6 RB", "LTE SRS 8 RB"]);
    let hint = match nearest(text, names()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("allowed is \"{}\"", names().collect::<Vec<_>>().join("\", \"")),
    };
    Err(unusable(&format!("there is no burst \"{}\": {hint}", one_line(text))))
}

/// The burst of these measures.
pub(super) fn measured(section: &Section) -> Result<Shape> {
    let belongs = |key: &str, to: &str| section.refuse(key, &format!("`{key}` belongs only to {to}"));
    if let Some(resource_blocks) = section.whole("lte_pusch_rb") {
        if !is_transformable(resource_blocks as usize) {
            let what = format!("`lte_pusch_rb` is {resource_blocks}, allowed is {TRANSFORMABLE}");
            return Err(section.refuse("lte_pusch_rb", &what));
        }
        if section.has("duration_us") {
            return Err(belongs("duration_us", "`noise_hz` and `keyed_hz`"));
        }
        let slots = section.whole("slots").unwrap_or(2) as usize;
        return Ok(Shape::Pusch { resource_blocks: resource_blocks as usize, slots });
    }
    if section.has("slots") {
        return Err(belongs("slots", "`lte_pusch_rb`"));
    }
    let duration_us =
        section.number("duration_us").ok_or_else(|| section.unusable("this burst needs `duration_us`"))?;
    let duration_s = 1e-6 * duration_us;
    let long_enough = |width_hz: f64| -> Result<f64> {
        let least_us = 1e6 * LEAST_AREA / width_hz;
        if duration_us >= least_us { Ok(width_hz) } else { Err(too_short(section, least_us)) }
    };
    match (section.number("noise_hz"), section.number("keyed_hz")) {
        (Some(width_hz), _) => Ok(Shape::Noise { width_hz: long_enough(width_hz)?, duration_s }),
        (None, width_hz) => Ok(Shape::Keyed { width_hz: long_enough(width_hz.unwrap_or_default())?, duration_s }),
    }
}

fn too_short(section: &Section, least_us: f64) -> Error {
    section.refuse("duration_us", &format!("`duration_us` is too short for this width: at least {least_us} µs"))
}
