//! `[handset.channel]`: what lies between a handset and the receiver besides distance.

use super::keys::{Choice, Kind, Range, Table, needed, number, optional, usually};
use super::page::Section;
use super::{Band, linear};
use crate::error::Result;
use crate::scene::channel::MOST_PATHS;
use crate::scene::description::{Channel, Path, Shadowing};

pub(super) const CHANNEL: Table = Table {
    head: "[handset.channel]",
    about: "What lies between the handset and the receiver besides distance.",
    keys: &[
        optional("doppler_hz", DOPPLER, "Rayleigh fading with this greatest Doppler shift."),
        optional("speed_kmh", number(0.0, 500.0, "km/h"), "The same, from the handset's speed and the scene's centre."),
        optional("paths", Kind::List(&Kind::Table(&PATH), MOST_PATHS), "The paths by which the signal arrives."),
        optional(
            "profile",
            Kind::Name(&["typical urban", "hilly terrain", "pedestrian A", "pedestrian B", "vehicular A"]),
            "Paths of a standard's model, by its name.",
        ),
        optional(
            "shadowing_db",
            number(0.0, 20.0, "dB"),
            "Standard deviation of a level that is log-normal over time.",
        ),
        usually("shadowing_s", number(0.1, 3600.0, "s"), "10", "Time after which that level has changed about once."),
    ],
    choices: &[
        Choice { of: &["doppler_hz", "speed_kmh"], needed: false },
        Choice { of: &["paths", "profile"], needed: false },
    ],
};

const DOPPLER: Kind = Kind::Number(Range { low: 0.0, high: 2000.0, unit: "Hz" });

const PATH: Table = Table {
    head: "[[handset.channel.paths]]",
    about: "A path by which the signal arrives.",
    keys: &[
        needed("delay_us", number(0.0, 40.0, "µs"), "How much later than by the shortest way."),
        needed(
            "db",
            number(-60.0, 60.0, "dB"),
            "Power against the other paths; together they bring what the handset's level says.",
        ),
    ],
    choices: &[],
};

/// Delays in microseconds, powers in decibels.
///
/// Typical urban and hilly terrain: TS 45.005 annex C, the first of the two models with 6 taps. Pedestrian and vehicular:
/// ITU-R M.1225, annex 2.
const TYPICAL_URBAN: [[f64; 2]; 6] = [[0.0, -3.0], [0.2, 0.0], [0.5, -2.0], [1.6, -6.0], [2.3, -8.0], [5.0, -10.0]];
const HILLY_TERRAIN: [[f64; 2]; 6] = [[0.0, 0.0], [0.1, -1.5], [0.3, -4.5], [0.5, -7.5], [15.0, -8.0], [17.2, -17.7]];
const PEDESTRIAN_A: [[f64; 2]; 4] = [[0.0, 0.0], [0.11, -9.7], [0.19, -19.2], [0.41, -22.8]];
const PEDESTRIAN_B: [[f64; 2]; 6] = [[0.0, 0.0], [0.2, -0.9], [0.8, -4.9], [1.2, -8.0], [2.3, -7.8], [3.7, -23.9]];
const VEHICULAR_A: [[f64; 2]; 6] =
    [[0.0, 0.0], [0.31, -1.0], [0.71, -9.0], [1.09, -10.0], [1.73, -15.0], [2.51, -20.0]];

const LIGHT_M_PER_S: f64 = 299_792_458.0;

pub(super) fn read(channel: &Section, band: &Band) -> Result<Channel> {
    let path = |[delay_us, db]: [f64; 2]| Path { delay_s: 1e-6 * delay_us, power: linear(db) };
    let profile: &[[f64; 2]] = match channel.text("profile") {
        Some("typical urban") => &TYPICAL_URBAN,
        Some("hilly terrain") => &HILLY_TERRAIN,
        Some("pedestrian A") => &PEDESTRIAN_A,
        Some("pedestrian B") => &PEDESTRIAN_B,
        Some("vehicular A") => &VEHICULAR_A,
        _ => &[],
    };
    let written = channel.sections("paths");
    let written = written.iter().map(|section| [section.needed("delay_us"), section.needed("db")]);
    if channel.has("shadowing_s") && !channel.has("shadowing_db") {
        return Err(channel.refuse("shadowing_s", "`shadowing_s` needs `shadowing_db` beside it"));
    }
    let speed_hz = channel.number("speed_kmh").map(|kmh| kmh / 3.6 / LIGHT_M_PER_S * band.center_hz);
    Ok(Channel {
        doppler_hz: channel.number("doppler_hz").or(speed_hz),
        paths: profile.iter().copied().chain(written).map(path).collect(),
        shadowing: channel
            .number("shadowing_db")
            .map(|deviation_db| Shadowing { deviation_db, time_s: channel.number("shadowing_s").unwrap_or(10.0) }),
    })
}
