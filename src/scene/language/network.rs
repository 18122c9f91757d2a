//! `[handset.gsm]`, `[handset.lte]`, `[handset.wcdma]`: where and when in a network's calendar a handset sends.

use super::Band;
use super::keys::{Choice, Kind, Range, Table, needed, number, optional, usually};
use super::page::Section;
use crate::error::Result;
use crate::scene::description::{Carriers, Gsm, Lte, Network, Wcdma};
use crate::scene::waveform::gmsk::HALF_WIDTH_HZ;
use crate::scene::waveform::lte::BLOCK_HZ;
use crate::scene::waveform::wcdma::CHIP_RATE_HZ;

const HERTZ: Range = Range { low: 1e6, high: 6e9, unit: "Hz" };
const FREQUENCY: Kind = Kind::Number(HERTZ);
const FRAME_OFFSET: &str = "When a frame begins: handsets of one tower share it.";
/// A GSM cell's mobile allocation has at most 64 carriers.
const MOST_HOPS: usize = 64;

pub(super) const GSM: Table = Table {
    head: "[handset.gsm]",
    about: "GSM: normal bursts in one slot of eight, access bursts, full-rate speech.",
    keys: &[
        optional("carrier_hz", FREQUENCY, "The carrier of all that the three keys below leave out."),
        optional(
            "access_hz",
            FREQUENCY,
            "Carrier of access bursts; without any carrier they are sent outside the band.",
        ),
        optional("signalling_hz", FREQUENCY, "Carrier of the signalling channel."),
        optional("traffic_hz", FREQUENCY, "Carrier of the speech channel."),
        optional(
            "hopping_hz",
            Kind::List(&FREQUENCY, MOST_HOPS),
            "Speech hops between these from frame to frame, at random, and so does signalling without a carrier; what falls outside the band is not received.",
        ),
        usually("signalling_slot", Kind::Whole(0..=7), "1", "Slot of the signalling channel."),
        usually(
            "subchannel",
            Kind::Whole(0..=7),
            "the next for each handset",
            "Which of the eight handsets that share the signalling channel.",
        ),
        usually("traffic_slot", Kind::Whole(0..=7), "2 to 7, the next for each handset", "Slot of the speech channel."),
        usually("frame_offset_ms", number(0.0, 4.615, "ms"), "0", FRAME_OFFSET),
    ],
    choices: &[Choice { of: &["traffic_hz", "hopping_hz"], needed: false }],
};

pub(super) const LTE: Table = Table {
    head: "[handset.lte]",
    about: "LTE in frequency division: random access, shared and control channels, sounding.",
    keys: &[
        needed("carrier_hz", FREQUENCY, "The middle of the cell's uplink; some of it must lie in the band."),
        needed(
            "bandwidth_hz",
            Kind::Listed(&[1.4e6, 3e6, 5e6, 10e6, 15e6, 20e6], "Hz"),
            "Of the cell: 6, 15, 25, 50, 75 or 100 resource blocks of 180 kHz.",
        ),
        usually(
            "access_block",
            Kind::Whole(0..=94),
            "1, or 0 in 1.4 MHz",
            "The lowest of the six resource blocks of the random access channel, counted from 0.",
        ),
        usually("shared_block", Kind::Whole(0..=99), "1", "The lowest resource block that traffic gets."),
        usually(
            "shared_blocks",
            Kind::Whole(1..=100),
            "all but the lowest and the highest",
            "How many it gets at most.",
        ),
        optional(
            "sounding_period_ms",
            Kind::Listed(&[2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0], "ms"),
            "Time from one sounding reference symbol to the next while connected; none without.",
        ),
        usually("frame_offset_ms", number(0.0, 10.0, "ms"), "0", FRAME_OFFSET),
    ],
    choices: &[],
};

pub(super) const WCDMA: Table = Table {
    head: "[handset.wcdma]",
    about: "WCDMA in frequency division: random access preambles and message, dedicated channel.",
    keys: &[
        needed(
            "carrier_hz",
            FREQUENCY,
            "The middle of the carrier, which is 3.84 MHz wide; some of it must lie in the band.",
        ),
        usually("frame_offset_ms", number(0.0, 10.0, "ms"), "0", FRAME_OFFSET),
    ],
    choices: &[],
};

/// Resource blocks of a cell as wide as one of those that `bandwidth_hz` may be.
pub(super) fn resource_blocks(bandwidth_hz: f64) -> usize {
    match bandwidth_hz {
        1.4e6 => 6,
        3e6 => 15,
        5e6 => 25,
        10e6 => 50,
        15e6 => 75,
        _ => 100,
    }
}

/// `number` counts the scene's handsets from 0.
pub(super) fn gsm(gsm: &Section, number: u64, band: &Band) -> Result<Network> {
    let width_hz = 2.0 * HALF_WIDTH_HZ;
    let carrier = band.whole_offset(gsm, "carrier_hz", width_hz)?;
    let of = |key| Ok(band.whole_offset(gsm, key, width_hz)?.or(carrier));
    let hops: Vec<f64> = gsm.numbers("hopping_hz").iter().map(|hertz| hertz.get_ref() - band.center_hz).collect();
    if gsm.has("hopping_hz") && hops.is_empty() {
        return Err(gsm.refuse("hopping_hz", "`hopping_hz` is empty, allowed is at least one carrier"));
    }
    let hopping = (!hops.is_empty()).then_some(Carriers::Hopping(hops));
    Ok(Network::Gsm(Gsm {
        access: of("access_hz")?,
        signalling: of("signalling_hz")?.map(Carriers::Fixed).or_else(|| hopping.clone()),
        traffic: match hopping {
            Some(hopping) => Some(hopping),
            None => of("traffic_hz")?.map(Carriers::Fixed),
        },
        signalling_slot: gsm.whole("signalling_slot").unwrap_or(1),
        subchannel: gsm.whole("subchannel").unwrap_or(number % 8),
        traffic_slot: gsm.whole("traffic_slot").unwrap_or(2 + number % 6),
        frame_offset_s: frame_offset_s(gsm),
    }))
}

pub(super) fn lte(lte: &Section, band: &Band) -> Result<Network> {
    let blocks = resource_blocks(lte.needed("bandwidth_hz"));
    let offset_hz = band.offset(lte, "carrier_hz", blocks as f64 * BLOCK_HZ)?;
    let whole = |key: &str, usual: usize, low: usize, high: usize| match lte.whole(key).map(|n| n as usize) {
        Some(n) if !(low..=high).contains(&n) => {
            let what = format!("`{key}` is {n}, allowed is {low} to {high} in a cell of {blocks} resource blocks");
            Err(lte.refuse(key, &what))
        }
        n => Ok(n.unwrap_or(usual)),
    };
    let shared_block = whole("shared_block", 1, 0, blocks - 1)?;
    let most = blocks - shared_block;
    Ok(Network::Lte(Lte {
        offset_hz: offset_hz.unwrap_or(0.0),
        resource_blocks: blocks,
        access_block: whole("access_block", usize::from(blocks > 6), 0, blocks - 6)?,
        shared_block,
        shared_blocks: whole("shared_blocks", (most - 1).max(1), 1, most)?,
        sounding_period_s: lte.number("sounding_period_ms").map(|ms| 1e-3 * ms),
        frame_offset_s: frame_offset_s(lte),
    }))
}

pub(super) fn wcdma(wcdma: &Section, band: &Band) -> Result<Network> {
    let offset_hz = band.offset(wcdma, "carrier_hz", CHIP_RATE_HZ)?;
    Ok(Network::Wcdma(Wcdma { offset_hz: offset_hz.unwrap_or(0.0), frame_offset_s: frame_offset_s(wcdma) }))
}

fn frame_offset_s(network: &Section) -> f64 {
    network.number("frame_offset_ms").map_or(0.0, |ms| ms / 1e3)
}
