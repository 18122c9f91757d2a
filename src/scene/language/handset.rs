//! `[[handset]]`: how strong, in which network, and what its owner does.

use super::keys::{Choice, Kind, Table, optional, usually};
use super::page::Section;
use super::{Band, LEVEL, LEVEL_ABOUT, SNR, SNR_ABOUT, STRENGTH, activity, channel, network, strength};
use crate::error::Result;
use crate::scene::description::{Channel, Handset};

pub(super) const HANDSET: Table = Table {
    head: "[[handset]]",
    about: "A handset and what is done with it.",
    keys: &[
        optional("snr_db", SNR, SNR_ABOUT),
        optional("level_dbfs", LEVEL, LEVEL_ABOUT),
        optional("gsm", Kind::Table(&network::GSM), "It is a GSM handset."),
        optional("lte", Kind::Table(&network::LTE), "It is an LTE handset."),
        optional("wcdma", Kind::Table(&network::WCDMA), "It is a WCDMA handset."),
        optional("channel", Kind::Table(&channel::CHANNEL), "Fading, echoes, shadows."),
        usually("speaks", activity::SHARE, "1", activity::SPEAKS_ABOUT),
        usually("data_share", activity::SHARE, "0.5", activity::DATA_SHARE_ABOUT),
        optional("schedule", Kind::List(&activity::LINE, 1000), "What its owner does, in words."),
        optional(
            "activity",
            Kind::List(&Kind::Table(&activity::ACTIVITY), 10_000),
            "What its owner does, in every detail; beside a schedule or without one.",
        ),
    ],
    choices: &[STRENGTH, Choice { of: &["gsm", "lte", "wcdma"], needed: true }],
};

/// `index` counts the scene's handsets from 0.
pub(super) fn read(handset: &Section, index: u64, band: &Band) -> Result<Handset> {
    let network = if let Some(gsm) = handset.section("gsm") {
        network::gsm(&gsm, index, band)?
    } else if let Some(lte) = handset.section("lte") {
        network::lte(&lte, band)?
    } else {
        let wcdma = handset.section("wcdma").expect("the table was checked, and it asks for one of the three");
        network::wcdma(&wcdma, band)?
    };
    let strength =
        strength(handset, "snr_db", "level_dbfs").expect("the table was checked, and it asks for one of the two");
    let channel = handset.section("channel").map_or(Ok(Channel::default()), |section| channel::read(&section, band))?;
    let activities = activity::read(handset, strength, &network, band)?;
    Ok(Handset { network, channel, activities })
}
