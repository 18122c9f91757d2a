//! A scene as it is written: the keys of its TOML, nothing checked but their types.

use serde::Deserialize;
use toml::Spanned;

/// A file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub(super) scene: WrittenScene,
    pub(super) receiver: WrittenReceiver,
    #[serde(default)]
    pub(super) handset: Vec<WrittenHandset>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenScene {
    pub(super) title: String,
    #[serde(default)]
    pub(super) seed: u64,
    pub(super) duration_s: Spanned<f64>,
    pub(super) sample_rate_hz: Spanned<f64>,
    pub(super) center_hz: Spanned<f64>,
    pub(super) format: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenReceiver {
    pub(super) noise_dbfs: Spanned<f64>,
    pub(super) flat_hz: Option<Spanned<f64>>,
    pub(super) edge_db: Option<Spanned<f64>>,
    pub(super) dc_dbfs: Option<Spanned<f64>>,
    #[serde(default)]
    pub(super) ripple: Vec<WrittenRipple>,
    #[serde(default)]
    pub(super) spur: Vec<WrittenSpur>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenRipple {
    pub(super) depth_db: Spanned<f64>,
    pub(super) humps: Spanned<u64>,
    pub(super) degrees: Option<Spanned<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenSpur {
    pub(super) offset_hz: Spanned<f64>,
    pub(super) level_dbfs: Spanned<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenHandset {
    pub(super) snr_db: Spanned<f64>,
    #[serde(default)]
    pub(super) gsm: WrittenGsm,
    #[serde(default)]
    pub(super) activity: Vec<Spanned<WrittenActivity>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenGsm {
    pub(super) access_hz: Option<Spanned<f64>>,
    pub(super) signalling_hz: Option<Spanned<f64>>,
    pub(super) traffic_hz: Option<Spanned<f64>>,
    pub(super) signalling_slot: Option<Spanned<u64>>,
    pub(super) subchannel: Option<Spanned<u64>>,
    pub(super) traffic_slot: Option<Spanned<u64>>,
    pub(super) frame_offset_ms: Option<Spanned<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenActivity {
    #[serde(rename = "do")]
    pub(super) deed: WrittenDeed,
    pub(super) from_s: Spanned<f64>,
    pub(super) to_s: Spanned<f64>,
    pub(super) label: Option<String>,
    pub(super) marked: Option<bool>,
    pub(super) snr_db: Option<Spanned<f64>>,
    pub(super) access_s: Option<Spanned<f64>>,
    pub(super) access_snr_db: Option<Spanned<f64>>,
    pub(super) signalling_s: Option<Spanned<[f64; 2]>>,
    pub(super) traffic_s: Option<Spanned<[f64; 2]>>,
    pub(super) pauses_s: Option<Spanned<Vec<Spanned<[f64; 2]>>>>,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
pub(super) enum WrittenDeed {
    #[serde(rename = "switch on")]
    SwitchOn,
    #[serde(rename = "text message")]
    TextMessage,
    #[serde(rename = "call")]
    Call,
    #[serde(rename = "flight mode")]
    FlightMode,
}

impl WrittenDeed {
    /// What it is called where the scene does not say.
    pub(super) fn label(self) -> &'static str {
        match self {
            WrittenDeed::SwitchOn => "Switched on",
            WrittenDeed::TextMessage => "Text message",
            WrittenDeed::Call => "Call",
            WrittenDeed::FlightMode => "Flight mode",
        }
    }
}
