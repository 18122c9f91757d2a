//! The scene language: TOML to a checked description.
//!
//! A scene has one `[scene]`, one `[receiver]`, and `[[handset]]`s with the `[[handset.activity]]`s their owners would
//! name. `written.rs` lists every key and
//! `demo.scene.toml` shows most. Whatever is left out has a usual value; whatever is wrong is said with
//! line, column, key and what is allowed.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;

use super::description::{
    Access, Activity, Deed, Description, Gsm, Handset, Receiver, Ripple, Signalling, Span, Spur, Traffic,
};
use super::gmsk::HALF_WIDTH_HZ;
use super::receiver::REACH;
use super::written::{
    Written, WrittenActivity, WrittenDeed, WrittenHandset, WrittenReceiver, WrittenRipple, WrittenSpur,
};
use crate::error::{Error, Result};

/// From a few carriers' width to what a receiver of this kind delivers.
const SAMPLE_RATES_HZ: RangeInclusive<f64> = 1e6..=20e6;
/// An hour: every burst of a scene is listed beforehand.
const DURATIONS_S: RangeInclusive<f64> = 0.001..=3600.0;
const CENTERS_HZ: RangeInclusive<f64> = 1e6..=6e9;
const LEVELS_DBFS: RangeInclusive<f64> = -120.0..=0.0;
/// Below −60 dBFS rounding to 8 bits leaves nothing of a receiver's noise; above −10 it clips.
const NOISE_DBFS: RangeInclusive<f64> = -60.0..=-10.0;
const SNRS_DB: RangeInclusive<f64> = -30.0..=60.0;

/// Time from the start of an activity to its access burst, from there to its signalling, length of the signalling
/// that sets a call up, and the time from there to the call's traffic: as in a quiet network.
const BEFORE_ACCESS_S: f64 = 0.1;
const BEFORE_SIGNALLING_S: f64 = 0.2;
const SET_UP_S: f64 = 2.8;
const BEFORE_TRAFFIC_S: f64 = 0.4;

/// Reads and checks `text`; `name` is what errors call it.
pub(super) fn read(text: &str, name: &str) -> Result<Description> {
    let page = Page { text, name };
    let written: Written = toml::from_str(text).map_err(|e| {
        // The reader speaks of Rust's types.
        let what = e
            .message()
            .replace("expected f64", "expected a number")
            .replace("expected u64", "expected a whole number from 0 up");
        page.unusable(e.span().unwrap_or(0..0), &what)
    })?;
    page.description(written)
}

/// The text being read, for saying where something is.
struct Page<'a> {
    text: &'a str,
    name: &'a str,
}

impl Page<'_> {
    fn unusable(&self, span: Range<usize>, what: &str) -> Error {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Error::Unusable(format!("{}, line {line}, column {column}: {what}", self.name))
    }

    fn within(&self, key: &str, value: &Spanned<f64>, allowed: RangeInclusive<f64>, unit: &str) -> Result<f64> {
        let x = *value.get_ref();
        if allowed.contains(&x) {
            return Ok(x);
        }
        let (low, high) = (allowed.start(), allowed.end());
        Err(self.unusable(value.span(), &format!("`{key}` is {x}, allowed is {low} to {high} {unit}")))
    }

    fn whole(&self, key: &str, value: &Option<Spanned<u64>>, usual: u64, allowed: RangeInclusive<u64>) -> Result<u64> {
        let Some(value) = value else { return Ok(usual) };
        let x = *value.get_ref();
        if allowed.contains(&x) {
            return Ok(x);
        }
        let (low, high) = (allowed.start(), allowed.end());
        Err(self.unusable(value.span(), &format!("`{key}` is {x}, allowed is {low} to {high}")))
    }

    fn snr(&self, key: &str, value: &Spanned<f64>) -> Result<f64> {
        Ok(linear(self.within(key, value, SNRS_DB, "dB")?))
    }

    fn description(&self, written: Written) -> Result<Description> {
        let scene = written.scene;
        if let Some(format) = &scene.format
            && format.get_ref() != "cu8"
        {
            let what = format!("`format` is \"{}\", allowed is \"cu8\"", format.get_ref());
            return Err(self.unusable(format.span(), &what));
        }
        let band = Band {
            center_hz: self.within("center_hz", &scene.center_hz, CENTERS_HZ, "Hz")?,
            sample_rate_hz: self.within("sample_rate_hz", &scene.sample_rate_hz, SAMPLE_RATES_HZ, "Hz")?,
        };
        let duration_s = self.within("duration_s", &scene.duration_s, DURATIONS_S, "s")?;
        let handset = |h| self.handset(h, &band, duration_s);
        Ok(Description {
            title: scene.title,
            seed: scene.seed,
            duration_s,
            sample_rate_hz: band.sample_rate_hz,
            center_hz: band.center_hz,
            receiver: self.receiver(written.receiver, &band)?,
            handsets: written.handset.into_iter().map(handset).collect::<Result<_>>()?,
        })
    }

    fn receiver(&self, written: WrittenReceiver, band: &Band) -> Result<Receiver> {
        let half = 0.5 * band.sample_rate_hz;
        let or = |key, value: &Option<Spanned<f64>>, usual, allowed, unit| match value {
            Some(value) => self.within(key, value, allowed, unit),
            None => Ok(usual),
        };
        let ripple = |r: WrittenRipple| {
            Ok(Ripple {
                depth_db: self.within("depth_db", &r.depth_db, 0.0..=3.0, "dB")?,
                humps: self.whole("humps", &Some(r.humps), 1, 1..=REACH as u64)? as usize,
                degrees: or("degrees", &r.degrees, 0.0, -360.0..=360.0, "degrees")?,
            })
        };
        let spur = |s: WrittenSpur| {
            Ok(Spur {
                offset_hz: self.within("offset_hz", &s.offset_hz, -half..=half, "Hz")?,
                power: linear(self.within("level_dbfs", &s.level_dbfs, LEVELS_DBFS, "dBFS")?),
            })
        };
        Ok(Receiver {
            noise_power: linear(self.within("noise_dbfs", &written.noise_dbfs, NOISE_DBFS, "dBFS")?),
            flat_hz: or("flat_hz", &written.flat_hz, 0.8 * half, 0.1 * half..=0.95 * half, "Hz")?,
            edge_db: or("edge_db", &written.edge_db, 0.0, -20.0..=0.0, "dB")?,
            dc_power: match &written.dc_dbfs {
                Some(level) => linear(self.within("dc_dbfs", level, LEVELS_DBFS, "dBFS")?),
                None => 0.0,
            },
            ripples: written.ripple.into_iter().map(ripple).collect::<Result<_>>()?,
            spurs: written.spur.into_iter().map(spur).collect::<Result<_>>()?,
        })
    }

    fn handset(&self, written: WrittenHandset, band: &Band, duration_s: f64) -> Result<Handset> {
        let gsm = Gsm {
            signalling_slot: self.whole("signalling_slot", &written.gsm.signalling_slot, 1, 0..=7)?,
            subchannel: self.whole("subchannel", &written.gsm.subchannel, 0, 0..=7)?,
            traffic_slot: self.whole("traffic_slot", &written.gsm.traffic_slot, 2, 0..=7)?,
            frame_offset_s: match &written.gsm.frame_offset_ms {
                Some(offset) => self.within("frame_offset_ms", offset, 0.0..=4.615, "ms")? / 1e3,
                None => 0.0,
            },
        };
        let carriers = Carriers {
            access: self.carrier("access_hz", &written.gsm.access_hz, band)?,
            signalling: self.carrier("signalling_hz", &written.gsm.signalling_hz, band)?,
            traffic: self.carrier("traffic_hz", &written.gsm.traffic_hz, band)?,
        };
        let snr = self.snr("snr_db", &written.snr_db)?;
        let mut activities: Vec<Activity> = Vec::new();
        for activity in &written.activity {
            let after_s = activities.last().map_or(0.0, |a| a.span.to_s);
            activities.push(self.activity(activity, snr, &carriers, after_s..=duration_s)?);
        }
        Ok(Handset { gsm, activities })
    }

    fn carrier(&self, key: &str, value: &Option<Spanned<f64>>, band: &Band) -> Result<Option<f64>> {
        let Some(value) = value else { return Ok(None) };
        let reach = 0.5 * band.sample_rate_hz - HALF_WIDTH_HZ;
        let allowed = band.center_hz - reach..=band.center_hz + reach;
        Ok(Some(self.within(key, value, allowed, "Hz, so that the burst fits the band")? - band.center_hz))
    }

    fn activity(
        &self,
        written: &Spanned<WrittenActivity>,
        handset_snr: f64,
        carriers: &Carriers,
        free_s: RangeInclusive<f64>,
    ) -> Result<Activity> {
        let place = written.span();
        let written = written.get_ref();
        let end = *free_s.end();
        let from_s = self.within("from_s", &written.from_s, free_s, "s: a handset does one thing after another")?;
        let to_s = self.within("to_s", &written.to_s, from_s..=end, "s")?;
        let span = Span { from_s, to_s };
        let call = written.deed == WrittenDeed::Call;
        let sends = written.deed != WrittenDeed::FlightMode;
        let misplaced = [
            ("access_s", written.access_s.as_ref().map(Spanned::span), sends, "an activity that sends"),
            ("signalling_s", written.signalling_s.as_ref().map(Spanned::span), sends, "an activity that sends"),
            ("traffic_s", written.traffic_s.as_ref().map(Spanned::span), call, "a call"),
            ("pauses_s", written.pauses_s.as_ref().map(Spanned::span), call, "a call"),
        ];
        for (key, found, allowed, owner) in misplaced {
            if let (Some(at), false) = (found, allowed) {
                return Err(self.unusable(at, &format!("`{key}` belongs only to {owner}")));
            }
        }
        let snr = written.snr_db.as_ref().map_or(Ok(handset_snr), |value| self.snr("snr_db", value))?;
        let deed = if sends { self.sends(written, place, snr, carriers, span)? } else { Deed::SendsNothing };
        let label = written.label.clone().unwrap_or_else(|| written.deed.label().to_owned());
        Ok(Activity { span, label: written.marked.unwrap_or(true).then_some(label), snr, deed })
    }

    fn sends(
        &self,
        written: &WrittenActivity,
        place: Range<usize>,
        snr: f64,
        carriers: &Carriers,
        span: Span,
    ) -> Result<Deed> {
        let call = written.deed == WrittenDeed::Call;
        let usual = Usual::of(span, call);
        let long_enough = usual.least_s <= span.to_s - span.from_s;
        let complete = written.signalling_s.is_some() && (written.traffic_s.is_some() || !call);
        if !long_enough && !complete {
            let what = format!(
                "`to_s` is too early: the usual course takes at least {:.1} s, or write `signalling_s`{}",
                usual.least_s,
                if call { " and `traffic_s`" } else { "" }
            );
            return Err(self.unusable(written.to_s.span(), &what));
        }
        let access_at = written
            .access_s
            .as_ref()
            .map_or(Ok(usual.access_s), |value| self.within("access_s", value, span.from_s..=span.to_s, "s"))?;
        let access_snr = written.access_snr_db.as_ref().map_or(Ok(snr), |value| self.snr("access_snr_db", value))?;
        let within = |key, value: &Option<Spanned<[f64; 2]>>, usual| match value {
            Some(value) => self.span(key, value, span),
            None => Ok(usual),
        };
        let needed = |key: &str, carrier: Option<f64>| {
            carrier
                .ok_or_else(|| self.unusable(place.clone(), &format!("this activity needs `{key}` in [handset.gsm]")))
        };
        let signalling = within("signalling_s", &written.signalling_s, usual.signalling)?;
        let traffic = within("traffic_s", &written.traffic_s, usual.traffic)?;
        let pause = |value| self.span("pauses_s", value, traffic);
        Ok(Deed::Sends {
            // Without a carrier of its own the access burst was sent outside the band.
            access: carriers.access.map(|offset_hz| Access { at_s: access_at, offset_hz, snr: access_snr }),
            signalling: Some(Signalling { span: signalling, offset_hz: needed("signalling_hz", carriers.signalling)? }),
            traffic: if call {
                let pauses = written.pauses_s.iter().flat_map(Spanned::get_ref).map(pause).collect::<Result<_>>()?;
                Some(Traffic { span: traffic, offset_hz: needed("traffic_hz", carriers.traffic)?, pauses })
            } else {
                None
            },
        })
    }

    fn span(&self, key: &str, value: &Spanned<[f64; 2]>, within: Span) -> Result<Span> {
        let [from_s, to_s] = *value.get_ref();
        if within.from_s <= from_s && from_s <= to_s && to_s <= within.to_s {
            return Ok(Span { from_s, to_s });
        }
        let what = format!(
            "`{key}` has [{from_s}, {to_s}], allowed is from and to, in this order, within {} to {} s",
            within.from_s, within.to_s
        );
        Err(self.unusable(value.span(), &what))
    }
}

struct Band {
    center_hz: f64,
    sample_rate_hz: f64,
}

/// Offsets from the centre.
struct Carriers {
    access: Option<f64>,
    signalling: Option<f64>,
    traffic: Option<f64>,
}

/// The course of an activity where the scene does not say otherwise.
struct Usual {
    access_s: f64,
    signalling: Span,
    traffic: Span,
    least_s: f64,
}

impl Usual {
    fn of(span: Span, call: bool) -> Self {
        let access_s = span.from_s + BEFORE_ACCESS_S;
        let signalling_from = access_s + BEFORE_SIGNALLING_S;
        let signalling_to = if call { signalling_from + SET_UP_S } else { span.to_s };
        let traffic_from = signalling_to + BEFORE_TRAFFIC_S;
        let last = if call { traffic_from } else { signalling_from };
        Usual {
            access_s,
            signalling: Span { from_s: signalling_from, to_s: signalling_to },
            traffic: Span { from_s: traffic_from, to_s: span.to_s },
            least_s: last - span.from_s,
        }
    }
}

/// The power of a level, or the ratio of a number of decibels.
fn linear(db: f64) -> f64 {
    libm::pow(10.0, db / 10.0)
}
