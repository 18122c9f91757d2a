//! One piece of signal as it is sent, before anything happens to it on the way.

use std::borrow::Cow;

use super::description::Strength;
use super::truth::Kind;
use super::waveform::Shape;

/// Longest emission, ramps and all; what lasts longer is sent in pieces.
pub(super) const LONGEST_S: f64 = 12e-3;

/// One thing sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Emission {
    pub(super) shape: Shape,
    /// Half amplitude of the rising ramp, in seconds from the scene's start.
    pub(super) start_s: f64,
    /// Middle of the nominal width, hertz from the centre.
    pub(super) offset_hz: f64,
    pub(super) strength: Strength,
    /// How the truth calls it: `None` for a piece of something longer.
    pub(super) label: Option<Label>,
}

/// What the truth says of an emission.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label {
    pub(super) text: Cow<'static, str>,
    pub(super) kind: Kind,
}

impl Emission {
    /// Something that a detector should find as one, called after its shape.
    pub(super) fn burst(shape: Shape, start_s: f64, offset_hz: f64, strength: Strength) -> Self {
        Emission { shape, start_s, offset_hz, strength, label: Some(Label { text: shape.label(), kind: Kind::Burst }) }
    }

    /// A piece of something longer.
    pub(super) fn piece(shape: Shape, start_s: f64, offset_hz: f64, strength: Strength) -> Self {
        Emission { shape, start_s, offset_hz, strength, label: None }
    }
}
