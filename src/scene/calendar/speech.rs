//! When the owner of a handset speaks in a call.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use crate::scene::description::{Activity, Span, TrafficKind};

/// Mean time from one beginning to speak to the next.
///
/// As in the conversations by which wireless LANs are evaluated (IEEE 802.11-14/0571, voice: speech and silence exponential,
/// 1.25 s each on average). Checked by `somebody_who_is_called_speaks_for_the_share_of_time_asked`.
const SPURT_AND_PAUSE_S: f64 = 2.5;

/// Draws the pauses of the calls in which somebody speaks for a share of the time.
pub(in crate::scene) fn draw_pauses(activities: &mut [Activity], mut rng: ChaCha8Rng) {
    for traffic in activities.iter_mut().filter_map(|activity| activity.traffic.as_mut()) {
        if let TrafficKind::Voice { pauses } = &mut traffic.kind
            && traffic.speaks < 1.0
        {
            *pauses = draw(traffic.speaks, traffic.span, &mut rng);
        }
    }
}

/// The pauses within `call` of somebody who speaks first, and for this share of it on average.
///
/// Speech and silence have exponential lengths.
fn draw(speaks: f64, call: Span, rng: &mut ChaCha8Rng) -> Vec<Span> {
    let mut exponential = |mean_s: f64| -mean_s * libm::log(1.0 - f64::from(rng.next_u32()) / 4_294_967_296.0);
    let mut pauses = Vec::new();
    let mut at_s = call.from_s;
    while at_s < call.to_s {
        let from_s = at_s + exponential(SPURT_AND_PAUSE_S * speaks);
        at_s = from_s + exponential(SPURT_AND_PAUSE_S * (1.0 - speaks));
        let to_s = at_s.min(call.to_s);
        if from_s < to_s {
            pauses.push(Span { from_s, to_s });
        }
    }
    pauses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::noise::generator;

    #[test]
    fn somebody_who_is_called_speaks_for_the_share_of_time_asked() {
        let call = Span { from_s: 10.0, to_s: 3610.0 };
        for speaks in [0.1, 0.4, 0.9] {
            let pauses = draw(speaks, call, &mut generator(5, 0));
            let silent: f64 = pauses.iter().map(|pause| pause.to_s - pause.from_s).sum();
            let share = 1.0 - silent / 3600.0;
            // 1 440 spurts and pauses: three standard errors.
            let error = 3.0 * speaks * (1.0 - speaks) * (2.0f64 / 1440.0).sqrt();
            assert!((share - speaks).abs() < error, "{share} asked {speaks}");
            assert!((pauses.len() as f64 - 1440.0).abs() < 130.0, "{} pauses", pauses.len());
            let ordered = pauses.windows(2).all(|pair| pair[0].to_s <= pair[1].from_s);
            assert!(ordered && pauses.iter().all(|p| call.from_s <= p.from_s && p.to_s <= call.to_s));
        }
    }
}
