use super::{activity, assert_an_hour_costs_no_more_than_a_second, sent, span, speech};
use crate::scene::calendar::GsmCalendar;
use crate::scene::description::{Carriers, Gsm};
use crate::scene::noise::generator;

const LIST_HZ: [f64; 4] = [-0.6e6, -0.2e6, 0.4e6, 9.0e6];

/// A GSM call of an hour that hops over [`LIST_HZ`].
fn hopping() -> GsmCalendar {
    let gsm = Gsm {
        access: Some(-1e6),
        signalling: Some(Carriers::Fixed(0.8e6)),
        traffic: Some(Carriers::Hopping(LIST_HZ.to_vec())),
        signalling_slot: 1,
        subchannel: 3,
        traffic_slot: 2,
        frame_offset_s: 1e-3,
    };
    let call = activity(Some(0.1), Some(span(0.2, 3.0)), Some(speech(span(3.1, 3600.0), vec![span(50.0, 60.0)])));
    GsmCalendar::new(gsm, vec![call], generator(1, 1))
}

#[test]
fn a_hopping_call_takes_all_carriers_of_its_list_alike_and_no_other() {
    let calendar = hopping();
    let traffic = sent(&calendar, 3.1, 43.1);
    let counts = LIST_HZ.map(|hz| traffic.iter().filter(|one| one.offset_hz == hz).count());
    assert_eq!(counts.iter().sum::<usize>(), traffic.len());
    // 8 333 bursts.
    assert!(counts.iter().all(|count| count.abs_diff(2083) < 200), "{counts:?}");
    let stays = traffic.windows(2).filter(|pair| pair[0].offset_hz == pair[1].offset_hz).count();
    assert!(stays.abs_diff(2083) < 200, "{stays} of {} times it stays", traffic.len());
}

#[test]
fn the_last_second_of_a_gsm_call_of_an_hour_comes_as_fast_as_the_first() {
    assert_an_hour_costs_no_more_than_a_second(&hopping());
}
