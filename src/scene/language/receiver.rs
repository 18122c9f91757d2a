//! `[receiver]`: noise, filter, and what a front end and a converter do wrong.

use super::keys::{Kind, Table, needed, number, optional, usually};
use super::page::Section;
use super::{Band, linear, within, within_hertz};
use crate::error::Result;
use crate::iq::SampleFormat;
use crate::scene::description::{Drift, Image, Receiver, Ripple, Spur, Step};
use crate::scene::receiver::REACH;

pub(super) const RECEIVER: Table = Table {
    head: "[receiver]",
    about: "What hears it.",
    keys: &[
        needed(
            "noise_dbfs",
            number(-140.0, -10.0, "dBFS"),
            "Power of its noise over the whole band; 8 bits allow −60 to −10 dBFS, 16 bits −108 to −10.",
        ),
        usually(
            "flat_hz",
            number(0.0, 61.44e6, "Hz"),
            "0.4 of the sample rate",
            "Up to here, either side of the centre, the filter is flat; 0.05 to 0.475 of the sample rate.",
        ),
        usually(
            "edge_db",
            number(-20.0, 0.0, "dB"),
            "0",
            "Gain at the band's edges, reached by half a cosine from `flat_hz` on.",
        ),
        optional("dc_dbfs", number(-140.0, 0.0, "dBFS"), "The spike in the middle: a constant on every sample."),
        optional(
            "compression_dbfs",
            number(-60.0, 40.0, "dBFS"),
            "Level of a tone that comes out 1 dB too weak, as an amplifier near its limit makes it.",
        ),
        optional("ripple", Kind::List(&Kind::Table(&RIPPLE), 16), "Waves of gain across the band."),
        optional("spur", Kind::List(&Kind::Table(&SPUR), 64), "Tones of the receiver's own."),
        optional("image", Kind::Table(&IMAGE), "The mirror image that unequal I and Q branches make."),
        optional("drift", Kind::Table(&DRIFT), "Gain that swings slowly."),
        optional("step", Kind::List(&Kind::Table(&STEP), 1000), "Gain that jumps, as when somebody turns a knob."),
    ],
    choices: &[],
};

const RIPPLE: Table = Table {
    head: "[[receiver.ripple]]",
    about: "A wave of gain across the band.",
    keys: &[
        needed("depth_db", number(0.0, 3.0, "dB"), "From the middle to a hump."),
        needed("humps", Kind::Whole(1..=REACH as u64), "Whole waves across the band."),
        usually("degrees", number(-360.0, 360.0, "degrees"), "0", "Phase of the wave at the centre."),
    ],
    choices: &[],
};

const SPUR: Table = Table {
    head: "[[receiver.spur]]",
    about: "A tone of the receiver's own.",
    keys: &[
        needed("offset_hz", number(-31e6, 31e6, "Hz"), "From the centre, within the band."),
        needed("level_dbfs", number(-140.0, 0.0, "dBFS"), "Its level."),
    ],
    choices: &[],
};

const IMAGE: Table = Table {
    head: "[receiver.image]",
    about: "The mirror image that unequal I and Q branches make.",
    keys: &[
        needed("rejection_db", number(10.0, 100.0, "dB"), "How much weaker the image is than what it is an image of."),
        usually(
            "degrees",
            number(-360.0, 360.0, "degrees"),
            "0",
            "Its phase: 0 for unequal gain, 90 for unequal phase.",
        ),
    ],
    choices: &[],
};

const DRIFT: Table = Table {
    head: "[receiver.drift]",
    about: "Gain that swings slowly, as a sine from 0 dB on.",
    keys: &[
        needed("depth_db", number(0.0, 10.0, "dB"), "Farthest from the middle, either way."),
        needed("period_s", number(1.0, 3600.0, "s"), "From one greatest gain to the next."),
    ],
    choices: &[],
};

/// Farthest that steps of gain lead from the beginning's, so that samples stay numbers.
const MOST_GAIN_DB: f64 = 80.0;

const STEP: Table = Table {
    head: "[[receiver.step]]",
    about: "Gain that jumps, for good.",
    keys: &[
        needed("at_s", number(0.0, 3600.0, "s"), "When, in order of time."),
        needed("gain_db", number(-40.0, 40.0, "dB"), "By how much."),
    ],
    choices: &[],
};

pub(super) fn read(receiver: &Section, band: &Band, format: SampleFormat) -> Result<Receiver> {
    let half = band.half_hz();
    // Below, rounding leaves nothing of a receiver's noise.
    let (least, called) = match format {
        SampleFormat::Ci16Le => (-108.0, "ci16_le"),
        SampleFormat::Cf32Le => (-140.0, "cf32_le"),
        SampleFormat::Ci8 => (-60.0, "ci8"),
        _ => (-60.0, "cu8"),
    };
    within(receiver, "noise_dbfs", least..=-10.0, &format!("dBFS in \"{called}\""))?;
    let flat_hz = within_hertz(receiver, "flat_hz", 0.1 * half..=0.95 * half, " at this sample rate")?;
    let ripple = |section: &Section| Ripple {
        depth_db: section.needed("depth_db"),
        humps: section.whole("humps").unwrap_or(1) as usize,
        degrees: section.number("degrees").unwrap_or(0.0),
    };
    let spur = |section: &Section| {
        let offset_hz = within_hertz(section, "offset_hz", -half..=half, " from the centre")?;
        Ok(Spur { offset_hz: offset_hz.unwrap_or(0.0), power: linear(section.needed("level_dbfs")) })
    };
    let mut steps: Vec<Step> = Vec::new();
    for section in receiver.sections("step") {
        let after_s = steps.last().map_or(0.0, |step| step.at_s);
        within(&section, "at_s", after_s..=band.duration_s, "s: steps follow one another within the scene")?;
        let step = Step { at_s: section.needed("at_s"), gain_db: section.needed("gain_db") };
        let sum_db = step.gain_db + steps.iter().map(|before| before.gain_db).sum::<f64>();
        if sum_db.abs() > MOST_GAIN_DB {
            let what =
                format!("with this the steps come to {sum_db} dB, allowed is -{MOST_GAIN_DB} to {MOST_GAIN_DB} dB");
            return Err(section.refuse("gain_db", &what));
        }
        steps.push(step);
    }
    Ok(Receiver {
        noise_power: linear(receiver.needed("noise_dbfs")),
        flat_hz: flat_hz.unwrap_or(0.8 * half),
        edge_db: receiver.number("edge_db").unwrap_or(0.0),
        dc_power: receiver.number("dc_dbfs").map_or(0.0, linear),
        ripples: receiver.sections("ripple").iter().map(ripple).collect(),
        spurs: receiver.sections("spur").iter().map(spur).collect::<Result<_>>()?,
        image: receiver.section("image").map(|image| Image {
            ratio: linear(-image.needed("rejection_db")),
            degrees: image.number("degrees").unwrap_or(0.0),
        }),
        drift: receiver
            .section("drift")
            .map(|drift| Drift { depth_db: drift.needed("depth_db"), period_s: drift.needed("period_s") }),
        steps,
        compression_power: receiver.number("compression_dbfs").map(linear),
    })
}
