use super::{activity, assert_an_hour_costs_no_more_than_a_second, ends_s, sent, span, speech};
use crate::scene::calendar::{Calendar, LteCalendar};
use crate::scene::description::{Activity, Lte, Strength, TrafficKind};
use crate::scene::emission::Emission;
use crate::scene::noise::generator;
use crate::scene::waveform::Shape;

/// A cell of 10 MHz around the centre.
fn cell(sounding_period_s: Option<f64>) -> Lte {
    Lte {
        offset_hz: 0.0,
        resource_blocks: 50,
        access_block: 4,
        shared_block: 10,
        shared_blocks: 20,
        sounding_period_s,
        frame_offset_s: 3.3e-3,
    }
}

fn calendar(lte: Lte, activities: Vec<Activity>) -> LteCalendar {
    LteCalendar::new(lte, activities, generator(1, 1))
}

fn is_shared(one: &Emission) -> bool {
    matches!(one.shape, Shape::Pusch { .. })
}

fn blocks(one: &Emission) -> usize {
    (one.shape.nominal_width_hz() / 180e3).round() as usize
}

/// Milliseconds of the cell's clock.
fn cell_ms(s: f64) -> f64 {
    (s - 3.3e-3) * 1e3
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}

#[test]
fn a_preamble_begins_at_the_next_random_access_subframe_in_its_six_blocks() {
    let calendar = calendar(cell(None), vec![activity(Some(0.5), None, None)]);
    let sent = sent(&calendar, 0.0, 2.0);
    assert_eq!(sent.len(), 1, "{sent:?}");
    let preamble = &sent[0];
    // Subframes 1 and 6 of each frame begin at 4.3 ms, 9.3 ms …: the first from 500 ms on at 504.3 ms.
    assert!(near(preamble.start_s, 0.5043), "{preamble:?}");
    // Six blocks from the fifth on: −4.5 MHz + 4 × 180 kHz to −4.5 MHz + 10 × 180 kHz.
    assert!(near(preamble.offset_hz, -3.24e6), "{preamble:?}");
    assert_eq!((preamble.shape, preamble.strength), (Shape::Prach, Strength::OverNoise(500.0)));
    assert!((preamble.shape.duration_s() - 903.1e-6).abs() < 0.1e-6, "{preamble:?}");
    assert!(preamble.shape.nominal_width_hz() <= 6.0 * 180e3, "{preamble:?}");
}

#[test]
fn control_goes_from_one_edge_of_the_cell_to_the_other_from_slot_to_slot() {
    let signalling = activity(Some(0.1), Some(span(0.3, 4.3)), None);
    let sent = sent(&calendar(cell(None), vec![signalling]), 0.0, 10.0);
    let control: Vec<&Emission> = sent.iter().filter(|one| one.shape == Shape::Pucch).collect();
    let (pairs, rest) = control.as_chunks::<2>();
    assert!(rest.is_empty() && pairs.len() > 150, "{}", control.len());
    let mut from_below = 0;
    for [first, second] in pairs {
        let ms = cell_ms(first.start_s);
        assert!((ms - ms.round()).abs() < 1e-6, "{ms} ms");
        assert!(near(second.start_s, first.start_s + 0.5e-3) && near(ends_s(second), second.start_s + 0.5e-3));
        // Half of 50 blocks of 180 kHz, less half a block.
        let edges = [first.offset_hz, second.offset_hz];
        assert!(edges == [-4.41e6, 4.41e6] || edges == [4.41e6, -4.41e6], "{edges:?}");
        from_below += usize::from(edges[0] < 0.0);
    }
    let part = from_below as f64 / pairs.len() as f64;
    assert!((0.3..0.7).contains(&part), "{part} of them begin at the lower edge");
}

#[test]
fn signalling_sends_a_small_message_every_few_tens_of_milliseconds() {
    let signalling = activity(None, Some(span(1.0, 21.0)), None);
    let sent = sent(&calendar(cell(None), vec![signalling]), 0.0, 30.0);
    let messages: Vec<&Emission> = sent.iter().filter(|one| is_shared(one)).collect();
    let each_s = 20.0 / messages.len() as f64;
    assert!((0.06..0.1).contains(&each_s), "one each {each_s} s");
    assert!(messages.iter().all(|one| (1..=3).contains(&blocks(one)) && near(one.shape.duration_s(), 1e-3)));
    // Asked for 8 ms before, but for the one that the span's start cut.
    let asked = |one: &&&Emission| sent.iter().any(|two| near(two.start_s, one.start_s - 8e-3));
    let unasked = messages.iter().filter(|one| !asked(one)).count();
    assert!(unasked <= 1, "{unasked}");
}

#[test]
fn speech_is_50_blocks_a_second_and_a_pause_6_and_a_quarter() {
    let call = activity(None, None, Some(speech(span(1.0, 31.0), vec![span(11.0, 27.0)])));
    let calendar = calendar(cell(None), vec![call]);
    let shared = |from_s, to_s| sent(&calendar, from_s, to_s).into_iter().filter(is_shared).collect::<Vec<_>>();
    assert_eq!([shared(2.0, 3.0).len(), shared(2.0, 11.0).len(), shared(27.0, 31.0).len()], [50, 450, 200]);
    assert_eq!([shared(11.0, 27.0).len(), shared(11.0, 19.0).len()], [100, 50]);
    for [from_s, to_s, each_s] in [[2.0, 11.0, 0.02], [11.0, 27.0, 0.16]] {
        let shared = shared(from_s, to_s);
        assert!(shared.windows(2).all(|pair| near(pair[1].start_s - pair[0].start_s, each_s)));
        assert!(shared.iter().all(|one| (1..=3).contains(&blocks(one)) && near(one.shape.duration_s(), 1e-3)));
    }
    let widths: Vec<usize> = (1..=3).map(|n| shared(2.0, 11.0).iter().filter(|one| blocks(one) == n).count()).collect();
    assert!(widths.iter().all(|count| (110..190).contains(count)), "{widths:?}");
}

#[test]
fn sounding_comes_in_the_last_symbol_once_a_period() {
    for period_ms in [2.0, 5.0, 10.0, 40.0, 160.0] {
        let call = activity(None, None, Some(speech(span(1.0033, 21.0033), vec![span(8.0, 12.0)])));
        let calendar = calendar(cell(Some(period_ms * 1e-3)), vec![call]);
        let sounding: Vec<Emission> =
            sent(&calendar, 0.0, 30.0).into_iter().filter(|one| matches!(one.shape, Shape::Srs { .. })).collect();
        assert_eq!(sounding.len(), (20e3 / period_ms) as usize);
        assert!(sounding.windows(2).all(|pair| near(pair[1].start_s - pair[0].start_s, period_ms * 1e-3)));
        for one in &sounding {
            // 144 + 2 048 of 30.72 MS/s.
            assert!((one.shape.duration_s() - 71.354e-6).abs() < 1e-9, "{one:?}");
            let ends_ms = cell_ms(ends_s(one));
            assert!((ends_ms - ends_ms.round()).abs() < 1e-6, "{ends_ms} ms");
            // 48 of 50 blocks, in the middle.
            assert_eq!((one.shape.nominal_width_hz(), one.offset_hz), (8.64e6, 0.0));
        }
    }
}

#[test]
fn sounding_is_as_wide_as_the_tables_of_the_standard_allow() {
    let sounded = |resource_blocks| {
        let lte = Lte { resource_blocks, shared_block: 0, shared_blocks: 6, ..cell(Some(0.01)) };
        let signalling = activity(None, Some(span(0.1, 1.0)), None);
        let sent = sent(&calendar(lte, vec![signalling]), 0.0, 2.0);
        let one = sent.iter().find(|one| matches!(one.shape, Shape::Srs { .. })).expect("sounding").clone();
        (blocks(&one), one.offset_hz)
    };
    // Where an odd number of blocks has no middle between two, half a block below it.
    let expected = [(4, 0.0), (12, -90e3), (24, -90e3), (48, 0.0), (72, -90e3), (96, 0.0)];
    assert_eq!([6, 15, 25, 50, 75, 100].map(sounded), expected);
}

#[test]
fn data_fills_its_share_of_subframes_with_wide_allocations() {
    for share in [0.05, 0.3, 0.75, 1.0] {
        let data = activity(None, None, Some((span(1.0, 21.0), TrafficKind::Data { share })));
        let sent = sent(&calendar(cell(None), vec![data]), 0.0, 30.0);
        let shared: Vec<&Emission> = sent.iter().filter(|one| is_shared(one)).collect();
        let filled_s: f64 = shared.iter().map(|one| one.shape.duration_s()).sum();
        assert!((filled_s / 20.0 - share).abs() < 1e-3, "{filled_s} s of 20 for {share}");
        let mut widths: Vec<usize> = shared.iter().map(|one| blocks(one)).collect();
        widths.sort_unstable();
        widths.dedup();
        assert_eq!(widths, [8, 9, 10, 12, 15, 16, 18, 20], "{share}");
        for one in &shared {
            let [low, high] = [-0.5, 0.5].map(|side| one.offset_hz + side * one.shape.nominal_width_hz());
            // From block 10 to block 30.
            assert!(low > -2.7e6 - 1.0 && high < 0.9e6 + 1.0, "{one:?}");
            let first = (low + 4.5e6) / 180e3;
            assert!((first - first.round()).abs() < 1e-6, "{one:?}");
        }
        // An acknowledgement behind each run that leaves room for it; besides, no more than a report each 40 ms.
        let runs = shared.iter().filter(|one| one.shape.duration_s() < 8e-3 - 1e-6).count();
        let control: Vec<&Emission> = sent.iter().filter(|one| one.shape == Shape::Pucch).collect();
        let behind = |one: &&&Emission| control.iter().any(|two| near(two.start_s, ends_s(one)));
        let acknowledged = shared.iter().filter(behind).count();
        assert!(acknowledged.abs_diff(runs) <= 1, "{acknowledged} of {runs}");
        assert!(control.len() <= 2 * (runs + 501), "{} slots of control for {runs} runs", control.len());
        let trips = shared.windows(2).map(|pair| (pair[1].start_s - pair[0].start_s) / 8e-3);
        assert!(trips.map(|trip| trip - trip.round()).all(|off| off.abs() < 1e-6), "not 8 ms apart");
    }
}

#[test]
fn one_thing_is_sent_at_a_time_and_nothing_beyond_the_activities() {
    let activities = vec![
        activity(Some(0.1), Some(span(0.12, 1.0)), None),
        activity(Some(2.0), Some(span(2.1, 3.0)), Some(speech(span(3.1, 6.0), vec![span(4.0, 5.0)]))),
        activity(Some(7.0), Some(span(7.1, 8.0)), Some((span(7.5, 10.0), TrafficKind::Data { share: 0.6 }))),
    ];
    let sent = sent(&calendar(cell(Some(0.01)), activities.clone()), 0.0, 12.0);
    assert!(sent.windows(2).all(|pair| ends_s(&pair[0]) <= pair[1].start_s + 1e-9), "two at once");
    for activity in &activities {
        let within = |one: &&Emission| activity.span.from_s <= one.start_s && one.start_s < activity.span.to_s;
        let mine: Vec<&Emission> = sent.iter().filter(within).collect();
        assert_eq!(mine.iter().filter(|one| one.shape == Shape::Prach).count(), 1);
        assert_eq!(mine[0].shape, Shape::Prach, "nothing before the preamble");
        assert!(mine[1].start_s >= mine[0].start_s + 10e-3, "nothing before the answer");
        assert!(mine.iter().all(|one| ends_s(one) <= activity.span.to_s + 1e-5));
    }
    let others = |one: &&Emission| activities.iter().all(|a| one.start_s < a.span.from_s || a.span.to_s < one.start_s);
    assert_eq!(sent.iter().filter(others).count(), 0);
}

#[test]
fn every_resource_block_has_the_same_power() {
    let mut data = activity(Some(0.1), None, Some((span(1.0, 3.0), TrafficKind::Data { share: 0.4 })));
    data.strength = Strength::Power(0.2);
    let sent = sent(&calendar(cell(Some(0.04)), vec![data]), 0.5, 3.0);
    for one in &sent {
        // 20 blocks have all of it; sounding, which is wider, has no more.
        let expected = 0.2 * (blocks(one) as f64 / 20.0).min(1.0);
        assert!(matches!(one.strength, Strength::Power(power) if near(power, expected)), "{one:?}");
    }
    assert!([1, 10, 20, 48].iter().all(|n| sent.iter().any(|one| blocks(one) == *n)));
}

#[test]
fn two_handsets_of_a_cell_keep_different_hours() {
    let call = || vec![activity(None, None, Some(speech(span(0.0, 2.0), vec![])))];
    let first = |stream| {
        let calendar = LteCalendar::new(cell(None), call(), generator(1, stream));
        let shared = sent(&calendar, 1.0, 1.5).into_iter().find(is_shared).expect("speech");
        (cell_ms(shared.start_s).round() as u64) % 20
    };
    let mut hours: Vec<u64> = (0..40).map(first).collect();
    hours.sort_unstable();
    hours.dedup();
    assert!(hours.len() > 12, "{hours:?}");
}

#[test]
fn the_last_second_of_an_hour_comes_as_fast_as_the_first() {
    let call = activity(None, None, Some(speech(span(0.0, 3600.1), vec![])));
    let calendar = calendar(cell(Some(0.01)), vec![call]);
    assert_an_hour_costs_no_more_than_a_second(&calendar);
    let mut last = Vec::new();
    calendar.emissions(3599.0, 3600.0, &mut last);
    assert_eq!(last.into_iter().filter(is_shared).count(), 50);
}
