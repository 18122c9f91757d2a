//! What the owner of a handset does, one thing after another.

use std::ops::Range;

use super::keys::{Choice, Key, Kind, Table, needed, number, optional, usually};
use super::page::{Page, Section};
use super::schedule::{self, Line};
use super::{Band, LEVEL, LEVEL_ABOUT, SNR, SNR_ABOUT, strength};
use crate::error::{Error, Result};
use crate::scene::description::{Access, Activity, Network, Span, Strength, Traffic, TrafficKind};

/// A line of a schedule.
pub(super) const LINE: Kind =
    Kind::Phrase("words such as \"text message at 11 s\" or \"call 20.5-46 s\"", "^[A-Za-z ]+ ([Aa]t |[Ff]rom )?[0-9]");
pub(super) const SHARE: Kind = number(0.0, 1.0, "");
pub(super) const SPEAKS_ABOUT: &str =
    "Share of a call in which its owner talks; talk and pauses have random lengths, 2.5 s together on average.";
pub(super) const DATA_SHARE_ABOUT: &str = "Share of the time that data fill.";

const TIME: Kind = number(0.0, 3600.0, "s");
const PAIR: super::keys::Range = super::keys::Range { low: 0.0, high: 3600.0, unit: "s" };

pub(super) const ACTIVITY: Table = Table {
    head: "[[handset.activity]]",
    about: "One thing that its owner does, in every detail.",
    keys: &[
        needed("do", Kind::Name(&DEEDS), "What."),
        needed("from_s", TIME, "When it begins."),
        usually("to_s", TIME, "after the usual time", "When it ends."),
        usually("label", Kind::Text, "the usual words", "What the truth calls it."),
        usually("marked", Kind::Switch, "true, of a location update false", "Whether it is an action in the truth."),
        optional("snr_db", SNR, SNR_ABOUT),
        optional("level_dbfs", LEVEL, LEVEL_ABOUT),
        usually("access_s", TIME, "0.1 s after its beginning", "When it asks for a channel."),
        optional("access_snr_db", SNR, "The level of that alone."),
        optional("access_level_dbfs", LEVEL, "The level of that alone."),
        usually(
            "signalling_s",
            Kind::Pair(PAIR),
            "all of it, or until traffic begins",
            "From when to when it signals.",
        ),
        usually(
            "traffic_s",
            Kind::Pair(PAIR),
            "from the end of signalling",
            "From when to when a call speaks or data flow.",
        ),
        optional(
            "pauses_s",
            Kind::List(&Kind::Pair(PAIR), 10_000),
            "From when to when its owner does not talk, in order.",
        ),
        usually("speaks", SHARE, "that of the handset", SPEAKS_ABOUT),
        usually("data_share", SHARE, "that of the handset", DATA_SHARE_ABOUT),
    ],
    choices: &[
        Choice { of: &["snr_db", "level_dbfs"], needed: false },
        Choice { of: &["access_snr_db", "access_level_dbfs"], needed: false },
        Choice { of: &["pauses_s", "speaks"], needed: false },
    ],
};

/// What can be done, as scenes call it.
pub(super) const DEEDS: [&str; 6] = ["switch on", "location update", "text message", "call", "data", "flight mode"];

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Deed {
    SwitchOn,
    LocationUpdate,
    TextMessage,
    Call,
    Data,
    FlightMode,
}

impl Deed {
    const ALL: [Deed; DEEDS.len()] =
        [Deed::SwitchOn, Deed::LocationUpdate, Deed::TextMessage, Deed::Call, Deed::Data, Deed::FlightMode];

    /// As scenes call it.
    pub(super) fn named(name: &str) -> Option<Deed> {
        DEEDS.iter().position(|known| *known == name).map(|n| Deed::ALL[n])
    }

    /// What it is called where the scene does not say.
    fn label(self) -> &'static str {
        match self {
            Deed::SwitchOn => "Switched on",
            Deed::LocationUpdate => "Location update",
            Deed::TextMessage => "Text message",
            Deed::Call => "Call",
            Deed::Data => "Data",
            Deed::FlightMode => "Flight mode",
        }
    }

    /// How long it takes where only its beginning is said: about what a quiet network needs, and for what has no length of
    /// its own something to look at. Flight mode lasts.
    fn usual_s(self, pace: &Pace) -> f64 {
        match self {
            Deed::SwitchOn => pace.signalling_s,
            Deed::LocationUpdate => 0.7 * pace.signalling_s,
            Deed::TextMessage => 1.2 * pace.signalling_s,
            Deed::Call => 30.0,
            Deed::Data => 10.0,
            Deed::FlightMode => f64::INFINITY,
        }
    }

    /// Whether it has traffic besides signalling.
    fn has_traffic(self) -> bool {
        matches!(self, Deed::Call | Deed::Data)
    }
}

/// How quickly things go in a network.
struct Pace {
    /// From the start of an activity to its access burst, and from there to its signalling.
    before_access_s: f64,
    before_signalling_s: f64,
    /// Signalling that sets a call up, and the time from there to its traffic.
    set_up_s: f64,
    before_traffic_s: f64,
    /// Signalling that is all there is.
    signalling_s: f64,
}

const GSM_PACE: Pace =
    Pace { before_access_s: 0.1, before_signalling_s: 0.2, set_up_s: 2.8, before_traffic_s: 0.4, signalling_s: 4.0 };
const QUICK_PACE: Pace =
    Pace { before_access_s: 0.1, before_signalling_s: 0.05, set_up_s: 1.0, before_traffic_s: 0.1, signalling_s: 1.5 };

/// An activity, as far as a table or a line of a schedule says it.
struct Asked<'a> {
    line: Line,
    /// Its table, if it has one.
    section: Option<Section<'a>>,
}

/// All activities of a handset in order of time.
pub(super) fn read(handset: &Section, usual: Strength, network: &Network, band: &Band) -> Result<Vec<Activity>> {
    let mut all: Vec<Asked> = Vec::new();
    for text in handset.texts("schedule") {
        all.push(Asked { line: schedule::read(&handset.page, &text)?, section: None });
    }
    for section in handset.sections("activity") {
        let deed =
            section.text("do").and_then(Deed::named).expect("the table was checked, and it lists what can be done");
        let line = Line {
            deed,
            from_s: section.needed("from_s"),
            to_s: section.number("to_s"),
            from_place: section.place_of("from_s"),
            to_place: section.place_of("to_s"),
        };
        all.push(Asked { line, section: Some(section) });
    }
    all.sort_by(|a, b| a.line.from_s.total_cmp(&b.line.from_s));
    let reader = Reader { handset, usual, network, band };
    let mut activities: Vec<Activity> = Vec::new();
    for (n, asked) in all.iter().enumerate() {
        let next_s = all.get(n + 1).map_or(band.duration_s, |next| next.line.from_s);
        let span = reader.span(&asked.line, activities.last(), next_s)?;
        activities.push(reader.activity(asked, span)?);
    }
    Ok(activities)
}

struct Reader<'a> {
    handset: &'a Section<'a>,
    usual: Strength,
    network: &'a Network,
    band: &'a Band,
}

impl Reader<'_> {
    fn unusable(&self, place: &Range<usize>, what: &str) -> Error {
        self.handset.page.unusable(place.clone(), what)
    }

    fn pace(&self) -> &'static Pace {
        match self.network {
            Network::Gsm(_) => &GSM_PACE,
            Network::Lte(_) | Network::Wcdma(_) => &QUICK_PACE,
        }
    }

    /// From when to when, after `before` and, where its end is not said, before what begins at `next_s`.
    fn span(&self, line: &Line, before: Option<&Activity>, next_s: f64) -> Result<Span> {
        let (from_s, end_s) = (line.from_s, self.band.duration_s);
        if let Some(before) = before.filter(|before| from_s < before.span.to_s) {
            let until = before.span.to_s;
            let what = format!(
                "this begins at {from_s} s, and what was begun before lasts to {until} s: a handset does one thing after another"
            );
            return Err(self.unusable(&line.from_place, &what));
        }
        if from_s > end_s {
            return Err(
                self.unusable(&line.from_place, &format!("this begins at {from_s} s, but the scene ends at {end_s} s"))
            );
        }
        let usual_s = (from_s + line.deed.usual_s(self.pace())).min(next_s).min(end_s);
        let to_s = line.to_s.unwrap_or(usual_s);
        if !(from_s..=end_s).contains(&to_s) {
            let what = if to_s < from_s {
                format!("this ends at {to_s} s, which lies before its beginning at {from_s} s")
            } else {
                format!("this ends at {to_s} s, but the scene ends at {end_s} s")
            };
            return Err(self.unusable(&line.to_place, &what));
        }
        Ok(Span { from_s, to_s })
    }

    fn activity(&self, asked: &Asked, span: Span) -> Result<Activity> {
        let Asked { line, section } = asked;
        let sends = line.deed != Deed::FlightMode;
        let section = section.as_ref();
        if let Some(section) = section {
            self.check_keys(section, line.deed)?;
        }
        let of = |snr_db, level_dbfs| section.and_then(|section| strength(section, snr_db, level_dbfs));
        let strength = of("snr_db", "level_dbfs").unwrap_or(self.usual);
        let label = section.and_then(|section| section.text("label")).unwrap_or(line.deed.label());
        let marked = section.and_then(|section| section.switch("marked"));
        let mut activity = Activity {
            span,
            label: marked.unwrap_or(line.deed != Deed::LocationUpdate).then(|| label.to_owned()),
            strength,
            access: None,
            signalling: None,
            traffic: None,
        };
        if !sends {
            return Ok(activity);
        }
        self.check_network(line)?;
        let course = self.course(line, section, span)?;
        activity.signalling = Some(course.signalling);
        let has_access = match self.network {
            // Without a carrier of its own the access burst was sent outside the band.
            Network::Gsm(gsm) => gsm.access.is_some(),
            Network::Lte(_) | Network::Wcdma(_) => true,
        };
        let access = of("access_snr_db", "access_level_dbfs").unwrap_or(strength);
        activity.access = has_access.then_some(Access { at_s: course.access_s, strength: access });
        if line.deed.has_traffic() {
            activity.traffic = Some(self.traffic(line, section, course.traffic)?);
        }
        Ok(activity)
    }

    /// That no key is there which has nothing to say of this deed.
    fn check_keys(&self, section: &Section, deed: Deed) -> Result<()> {
        let sends = (deed != Deed::FlightMode, "an activity that sends");
        let (call, data) = ((deed == Deed::Call, "a call"), (deed == Deed::Data, "data"));
        let traffic = (deed.has_traffic(), "a call or data");
        let owner = |key: &str| match key {
            "snr_db" | "level_dbfs" | "access_s" | "access_snr_db" | "access_level_dbfs" | "signalling_s" => {
                Some(sends)
            }
            "traffic_s" => Some(traffic),
            "pauses_s" | "speaks" => Some(call),
            "data_share" => Some(data),
            _ => None,
        };
        for Key { name, .. } in ACTIVITY.keys.iter().filter(|key| section.has(key.name)) {
            if let Some((false, owner)) = owner(name) {
                return Err(section.refuse(name, &format!("`{name}` belongs only to {owner}")));
            }
        }
        Ok(())
    }

    /// That the network has what this needs.
    fn check_network(&self, line: &Line) -> Result<()> {
        let Network::Gsm(gsm) = self.network else { return Ok(()) };
        let lacks = match line.deed {
            Deed::Data => "data need [handset.lte] or [handset.wcdma]: of GSM only calls and signalling are made",
            _ if gsm.signalling.is_none() => "this needs `carrier_hz` or `signalling_hz` in [handset.gsm]",
            Deed::Call if gsm.traffic.is_none() => "this needs `carrier_hz` or `traffic_hz` in [handset.gsm]",
            _ => return Ok(()),
        };
        Err(self.unusable(&line.from_place, lacks))
    }

    /// When it does what: as its table says or, where that says nothing, as is usual.
    fn course(&self, line: &Line, section: Option<&Section>, span: Span) -> Result<Course> {
        let traffic = line.deed.has_traffic();
        let usual = Course::usual(span, traffic, self.pace());
        let said = |key| section.is_some_and(|section| section.has(key));
        let complete = said("signalling_s") && (said("traffic_s") || !traffic);
        if usual.least_s > span.to_s - span.from_s && !complete {
            let what = format!(
                "this lasts {:.2} s, and its usual course takes {:.2} s: give it more time, or say what happens when \
                 in `signalling_s`{} of an [[handset.activity]]",
                span.to_s - span.from_s,
                usual.least_s,
                if traffic { " and `traffic_s`" } else { "" }
            );
            return Err(self.unusable(&line.to_place, &what));
        }
        let Some(section) = section else { return Ok(usual) };
        let pair = |key, usual| match section.pair(key) {
            Some(pair) => inside(&section.page, key, pair, section.place_of(key), span),
            None => Ok(usual),
        };
        Ok(Course {
            access_s: super::within(section, "access_s", span.from_s..=span.to_s, "s")?.unwrap_or(usual.access_s),
            signalling: pair("signalling_s", usual.signalling)?,
            traffic: pair("traffic_s", usual.traffic)?,
            ..usual
        })
    }

    fn traffic(&self, line: &Line, section: Option<&Section>, span: Span) -> Result<Traffic> {
        let share = |key| section.and_then(|section| section.number(key)).or_else(|| self.handset.number(key));
        if line.deed == Deed::Data {
            let kind = TrafficKind::Data { share: share("data_share").unwrap_or(0.5) };
            return Ok(Traffic { span, kind, speaks: 1.0 });
        }
        let mut pauses: Vec<Span> = Vec::new();
        let said = section.filter(|section| section.has("pauses_s"));
        for pause in said.map_or_else(Vec::new, |section| section.pairs("pauses_s")) {
            let free = Span { from_s: pauses.last().map_or(span.from_s, |last| last.to_s), ..span };
            let page = &self.handset.page;
            pauses.push(inside(page, "pauses_s", *pause.get_ref(), pause.span(), free)?);
        }
        let speaks = if said.is_some() { 1.0 } else { share("speaks").unwrap_or(1.0) };
        Ok(Traffic { span, kind: TrafficKind::Voice { pauses }, speaks })
    }
}

/// The course of an activity.
struct Course {
    access_s: f64,
    signalling: Span,
    traffic: Span,
    /// Time that the usual course takes at least.
    least_s: f64,
}

impl Course {
    fn usual(span: Span, traffic: bool, pace: &Pace) -> Self {
        let access_s = span.from_s + pace.before_access_s;
        let signalling_from = access_s + pace.before_signalling_s;
        let signalling_to = if traffic { signalling_from + pace.set_up_s } else { span.to_s };
        let traffic_from = signalling_to + pace.before_traffic_s;
        let last = if traffic { traffic_from } else { signalling_from };
        Course {
            access_s,
            signalling: Span { from_s: signalling_from, to_s: signalling_to },
            traffic: Span { from_s: traffic_from, to_s: span.to_s },
            least_s: last - span.from_s,
        }
    }
}

/// A span that lies within another.
fn inside(page: &Page, key: &str, [from_s, to_s]: [f64; 2], place: Range<usize>, within: Span) -> Result<Span> {
    if within.from_s <= from_s && from_s <= to_s && to_s <= within.to_s {
        return Ok(Span { from_s, to_s });
    }
    let what = format!(
        "`{key}` has [{from_s}, {to_s}], allowed is [from, to], in this order, within {} to {} s",
        within.from_s, within.to_s
    );
    Err(page.unusable(place, &what))
}
