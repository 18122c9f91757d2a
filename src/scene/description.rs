//! What a scene says, once it is checked: SI units and linear powers.

/// A whole scene.
pub(super) struct Description {
    pub(super) title: String,
    pub(super) seed: u64,
    pub(super) duration_s: f64,
    pub(super) sample_rate_hz: f64,
    pub(super) center_hz: f64,
    pub(super) receiver: Receiver,
    pub(super) handsets: Vec<Handset>,
}

pub(super) struct Receiver {
    /// Power of the noise before the filter, over the whole band.
    pub(super) noise_power: f64,
    pub(super) flat_hz: f64,
    pub(super) edge_db: f64,
    pub(super) dc_power: f64,
    pub(super) ripples: Vec<Ripple>,
    pub(super) spurs: Vec<Spur>,
}

pub(super) struct Ripple {
    pub(super) depth_db: f64,
    /// Whole humps across the band, 1 to 16.
    pub(super) humps: usize,
    pub(super) degrees: f64,
}

pub(super) struct Spur {
    pub(super) offset_hz: f64,
    pub(super) power: f64,
}

pub(super) struct Handset {
    pub(super) gsm: Gsm,
    pub(super) activities: Vec<Activity>,
}

/// Where in its tower's calendar a handset sends.
pub(super) struct Gsm {
    pub(super) signalling_slot: u64,
    pub(super) subchannel: u64,
    pub(super) traffic_slot: u64,
    /// When frame number 0 begins.
    pub(super) frame_offset_s: f64,
}

pub(super) struct Activity {
    pub(super) span: Span,
    /// What was done, if it counts as an action of the user.
    pub(super) label: Option<String>,
    /// Power over the noise in 200 kHz, before the filter.
    pub(super) snr: f64,
    pub(super) deed: Deed,
}

pub(super) enum Deed {
    Sends { access: Option<Access>, signalling: Option<Signalling>, traffic: Option<Traffic> },
    SendsNothing,
}

pub(super) struct Access {
    pub(super) at_s: f64,
    pub(super) offset_hz: f64,
    pub(super) snr: f64,
}

pub(super) struct Signalling {
    pub(super) span: Span,
    pub(super) offset_hz: f64,
}

pub(super) struct Traffic {
    pub(super) span: Span,
    pub(super) offset_hz: f64,
    pub(super) pauses: Vec<Span>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) from_s: f64,
    pub(super) to_s: f64,
}
