use super::{activity, assert_an_hour_costs_no_more_than_a_second, ends_s, ratio, sent, span, speech};
use crate::scene::calendar::{Calendar, Long, WcdmaCalendar};
use crate::scene::description::{Activity, Strength, TrafficKind, Wcdma};
use crate::scene::emission::Emission;
use crate::scene::noise::generator;
use crate::scene::truth::Kind;
use crate::scene::waveform::Shape;

const FRAME_OFFSET_S: f64 = 2.2e-3;

fn calendar(activities: Vec<Activity>) -> WcdmaCalendar {
    let wcdma = Wcdma { offset_hz: 0.5e6, frame_offset_s: FRAME_OFFSET_S };
    WcdmaCalendar::new(wcdma, activities, generator(1, 1))
}

fn db(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

fn long_ratio(long: &Long) -> f64 {
    match long.strength {
        Strength::OverNoise(ratio) => ratio,
        Strength::Power(power) => panic!("{power} is a power"),
    }
}

#[test]
fn preambles_grow_at_access_slots_and_the_message_follows() {
    let calendar = calendar(vec![activity(Some(0.5), None, None)]);
    let sent = sent(&calendar, 0.0, 2.0);
    let (preambles, message) = sent.split_at(3);
    // Access slots are 4/3 ms apart, 15 of them in two frames of 10 ms.
    let first = (preambles[0].start_s - FRAME_OFFSET_S) / (4e-3 / 3.0);
    assert!((first - first.round()).abs() < 1e-6 && (0.5..0.5014).contains(&preambles[0].start_s), "{first}");
    for (preamble, (after, level)) in preambles.iter().zip([(0.0, -6.0), (4.0, -3.0), (8.0, 0.0)]) {
        assert_eq!((preamble.shape, preamble.offset_hz), (Shape::WcdmaPreamble, 0.5e6));
        assert!((preamble.start_s - preambles[0].start_s - after * 4e-3 / 3.0).abs() < 1e-9, "{preamble:?}");
        assert!((db(ratio(preamble) / 500.0) - level).abs() < 1e-9, "{preamble:?}");
        assert!((preamble.shape.duration_s() - 1.0667e-3).abs() < 1e-7);
    }
    assert_eq!(message.len(), 15);
    assert!((message[0].start_s - preambles[2].start_s - 4.0 * 4e-3 / 3.0).abs() < 1e-9);
    for (slot, after) in message.iter().zip(0..) {
        assert_eq!((slot.shape, ratio(slot), &slot.label), (Shape::WcdmaSlot, 500.0, &None));
        assert!((slot.start_s - message[0].start_s - f64::from(after) * 1e-2 / 15.0).abs() < 1e-9);
    }
    let [long] = calendar.long() else { panic!("{:?}", calendar.long()) };
    assert_eq!((long.label.text.as_ref(), long.label.kind), ("WCDMA RACH message", Kind::Burst));
    assert!((long.span.from_s - message[0].start_s).abs() < 1e-9);
    assert!((long.span.to_s - long.span.from_s - 10e-3).abs() < 1e-9);
    assert_eq!(long_ratio(long), 500.0);
}

/// Slots of the dedicated channel.
fn dedicated(calendar: &WcdmaCalendar, to_s: f64) -> (Vec<Emission>, Long) {
    let long = calendar.long().last().expect("a dedicated channel").clone();
    assert_eq!((long.label.text.as_ref(), long.label.kind), ("WCDMA dedicated channel", Kind::Other));
    let slots: Vec<Emission> =
        sent(calendar, 0.0, to_s).into_iter().filter(|one| one.start_s > long.span.from_s - 1e-9).collect();
    assert!(slots.iter().all(|one| one.label.is_none()), "pieces have no name");
    (slots, long)
}

#[test]
fn a_dedicated_channel_is_whole_frames_without_a_gap() {
    let call = activity(Some(0.5), Some(span(0.7, 2.0)), Some(speech(span(2.5, 6.0), vec![])));
    let (slots, long) = dedicated(&calendar(vec![call]), 10.0);
    assert!(slots.windows(2).all(|pair| (pair[1].start_s - ends_s(&pair[0])).abs() < 1e-9), "a gap");
    let frames = (long.span.from_s - FRAME_OFFSET_S) / 10e-3;
    assert!((frames - frames.round()).abs() < 1e-6 && (0.7..0.71).contains(&long.span.from_s), "{:?}", long.span);
    assert!((5.99..6.0).contains(&long.span.to_s), "{:?}", long.span);
    let last = &slots[slots.len() - 1];
    assert!((slots[0].start_s - long.span.from_s).abs() < 1e-9 && (ends_s(last) - long.span.to_s).abs() < 1e-9);
    assert_eq!(slots.len() % 15, 0);
}

#[test]
fn power_control_moves_by_a_decibel_each_slot_and_keeps_the_mean() {
    let call = activity(None, None, Some(speech(span(0.0, 60.0), vec![])));
    let (slots, long) = dedicated(&calendar(vec![call]), 60.0);
    let levels: Vec<f64> = slots.iter().map(|slot| db(ratio(slot) / 1000.0)).collect();
    assert!(levels.windows(2).all(|pair| ((pair[1] - pair[0]).abs() - 1.0).abs() < 1e-9), "not by a decibel");
    assert!(levels.iter().all(|level| level.abs() < 3.3), "too far");
    // No pattern: up and down follow one another as if thrown, but for what brings the level back.
    let rises: Vec<bool> = levels.windows(2).map(|pair| pair[1] > pair[0]).collect();
    let repeats =
        |lag: usize| rises.iter().zip(&rises[lag..]).filter(|(a, b)| a == b).count() as f64 / rises.len() as f64;
    assert!((20..60).all(|lag| (repeats(lag) - 0.5).abs() < 0.1), "{:?}", (20..60).map(repeats).collect::<Vec<_>>());
    let whole = slots.len() / 24 * 24;
    let mean = slots[..whole].iter().map(ratio).sum::<f64>() / whole as f64;
    assert!(db(mean / 1000.0).abs() < 1e-3 && db(long_ratio(&long) / 1000.0).abs() < 1e-9, "{mean}");
}

#[test]
fn a_pause_leaves_the_control_channel_and_a_word_of_silence_each_160_ms() {
    let call = activity(None, None, Some(speech(span(0.0, 20.0), vec![span(2.0, 18.0)])));
    let (slots, long) = dedicated(&calendar(vec![call]), 20.0);
    let mean_of = |slots: &[Emission]| slots.iter().map(ratio).sum::<f64>() / slots.len() as f64;
    let mean = mean_of(&slots);
    assert!(db(mean / long_ratio(&long)).abs() < 0.02, "{mean} {}", long_ratio(&long));
    // Two frames of 15 slots are a piece of speech; the power control averages out over it but for less than a decibel.
    let pause: Vec<Emission> = slots.into_iter().filter(|one| (2.1..17.9).contains(&one.start_s)).collect();
    let begins = pause.iter().position(|one| ((one.start_s - FRAME_OFFSET_S) / 20e-3).fract() < 1e-6).expect("a piece");
    let pieces: Vec<f64> = pause[begins..].chunks_exact(30).map(|piece| db(mean_of(piece) / 1000.0)).collect();
    let loud: Vec<usize> = (0..pieces.len()).filter(|n| pieces[*n] > -3.0).collect();
    assert!(loud.windows(2).all(|pair| pair[1] - pair[0] == 8), "{loud:?}");
    assert!((96..=99).contains(&loud.len()), "{loud:?}");
    // Amplitude 8 of 8 and 15 in quadrature.
    let quiet: Vec<f64> = pieces.into_iter().filter(|level| *level <= -3.0).collect();
    assert!(quiet.iter().all(|level| (level + 6.55).abs() < 1.0), "{quiet:?}");
    let mean = quiet.iter().sum::<f64>() / quiet.len() as f64;
    assert!((mean + 6.55).abs() < 0.05, "{mean} dB");
}

#[test]
fn data_fills_its_share_of_the_time() {
    for share in [0.2, 0.5, 1.0] {
        let data = activity(None, None, Some((span(0.0, 20.0), TrafficKind::Data { share })));
        let (slots, long) = dedicated(&calendar(vec![data]), 20.0);
        let loud = slots.iter().filter(|slot| db(ratio(slot) / 1000.0) > -3.4).count() as f64 / slots.len() as f64;
        // The weakest slots with data and the strongest without meet at −3.4 dB.
        assert!((loud - share).abs() < 0.02, "{loud} for {share}");
        let mean = slots.iter().map(ratio).sum::<f64>() / slots.len() as f64;
        assert!(db(mean / long_ratio(&long)).abs() < 0.02, "{mean} {}", long_ratio(&long));
    }
}

#[test]
fn nothing_is_sent_beyond_the_activities() {
    let activities = vec![
        activity(Some(0.1), Some(span(0.12, 1.0)), None),
        activity(Some(2.0), Some(span(2.1, 3.0)), Some(speech(span(3.1, 6.0), vec![]))),
        // Too short for an access.
        Activity { span: span(7.0, 7.01), ..activity(Some(7.0), None, None) },
    ];
    let sent = sent(&calendar(activities.clone()), 0.0, 10.0);
    assert!(sent.windows(2).all(|pair| ends_s(&pair[0]) <= pair[1].start_s + 1e-9), "two at once");
    let within = |one: &Emission, a: &Activity| a.span.from_s <= one.start_s && ends_s(one) <= a.span.to_s + 1e-5;
    assert!(sent.iter().all(|one| activities[..2].iter().any(|a| within(one, a))));
}

#[test]
fn the_last_second_of_an_hour_comes_as_fast_as_the_first() {
    let call = activity(None, None, Some(speech(span(0.0, 3600.0), vec![])));
    let calendar = calendar(vec![call]);
    assert_an_hour_costs_no_more_than_a_second(&calendar);
    let mut last = Vec::new();
    calendar.emissions(3598.0, 3599.0, &mut last);
    assert_eq!(last.len(), 1500);
}
