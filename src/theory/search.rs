//! The physical limit: how weak a burst may be that is looked for all the time in a whole band.

use super::{detection_of_fixed_energy, snr_for_detection, upper_quantile};

/// A search by energy alone for bursts of one duration and bandwidth, all the time and in a whole band, with so many
/// false alarms an hour. No detector that knows no more than this finds weaker bursts.
///
/// The band is cut into cells of the burst's duration and bandwidth, each judged once: 3600 / T · W / B cells an hour.
/// A search that must find the burst's place as well looks at more cells and pays up to 0.4 dB for it. Checked by
/// `theory::search::tests::handset_bursts_have_their_known_limits`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurstSearch {
    /// Duration T of a burst, in seconds, above 0.
    pub duration_s: f64,
    /// Bandwidth B of a burst, in hertz, above 0.
    pub bandwidth_hz: f64,
    /// Width W of the band that is searched, in hertz; at least that of the burst.
    pub band_hz: f64,
    /// False alarms an hour, above 0.
    pub false_alarms_per_hour: f64,
}

impl BurstSearch {
    /// Complex degrees of freedom of a burst: n = T · B, and no burst has less than one. More than 10⁸ are taken for
    /// so many: their limit, under −30 dB, lies far below the wall that the noise's uncertainty puts up
    /// ([`snr_wall`](super::snr_wall)).
    pub fn degrees(&self) -> f64 {
        (self.duration_s * self.bandwidth_hz).clamp(1.0, 1e8)
    }

    /// Cells judged in an hour: 3600 / T · W / B.
    pub fn cells_per_hour(&self) -> f64 {
        3600.0 * self.band_hz / self.degrees()
    }

    /// Probability of a false alarm in a cell; at most 1.
    pub fn false_alarm_probability(&self) -> f64 {
        (self.false_alarms_per_hour / self.cells_per_hour()).min(1.0)
    }

    /// Threshold on the energy of a cell, in units of the noise in one degree of freedom. 0 if as many false alarms
    /// are allowed as there are cells.
    pub fn threshold(&self) -> f64 {
        match self.false_alarm_probability() {
            1.0.. => 0.0,
            probability => upper_quantile(self.degrees(), probability),
        }
    }

    /// Probability of detection of a burst of fixed energy with signal-to-noise ratio `snr_db` in its bandwidth.
    pub fn detection(&self, snr_db: f64) -> f64 {
        detection_of_fixed_energy(self.degrees(), 10f64.powf(snr_db / 10.0), self.threshold())
    }

    /// Signal-to-noise ratio in the burst's bandwidth, in decibels, at which it is found with `probability`; −∞ where
    /// noise alone is found as often.
    ///
    /// # Panics
    /// If `probability` is not between 0 and 1, both excluded.
    pub fn snr_db(&self, probability: f64) -> f64 {
        10.0 * snr_for_detection(self.degrees(), self.threshold(), probability).log10()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(duration_us: f64, bandwidth_hz: f64) -> BurstSearch {
        BurstSearch { duration_s: 1e-6 * duration_us, bandwidth_hz, band_hz: 2.4e6, false_alarms_per_hour: 1.0 }
    }

    #[test]
    fn handset_bursts_have_their_known_limits() {
        // T µs, B, n, cells an hour, false alarms a cell, threshold over the mean dB, SNR in dB for Pd 0.5 and 0.9:
        // GSM access and normal burst, PUSCH of 1 and 6 blocks, half a PUCCH, PRACH without and with its prefix, a
        // WCDMA preamble's slice.
        let known = [
            (324.9, 200e3, 65.0, 1.3e8, 7.5e-9, 2.71, -0.6, 0.6),
            (546.5, 200e3, 109.0, 7.9e7, 1.3e-8, 2.12, -2.0, -0.8),
            (1000.0, 180e3, 180.0, 4.8e7, 2.1e-8, 1.66, -3.3, -2.2),
            (1000.0, 1080e3, 1080.0, 8.0e6, 1.3e-7, 0.66, -7.8, -6.7),
            (500.0, 180e3, 90.0, 9.6e7, 1.0e-8, 2.32, -1.5, -0.3),
            (800.0, 1048.75e3, 839.0, 1.0e7, 9.7e-8, 0.76, -7.2, -6.1),
            (903.0, 1048.75e3, 947.0, 9.1e6, 1.1e-7, 0.71, -7.5, -6.4),
            (1066.7, 2.4e6, 2560.0, 3.4e6, 3.0e-7, 0.42, -9.9, -8.9),
        ];
        for (us, hz, n, cells, false_alarm, over_mean_db, snr_half, snr_nine) in known {
            let search = search(us, hz);
            assert_eq!(search.degrees().round(), n);
            assert!((search.cells_per_hour() / cells - 1.0).abs() < 0.03, "n {n}: {}", search.cells_per_hour());
            assert!((search.false_alarm_probability() / false_alarm - 1.0).abs() < 0.05, "n {n}");
            let over = 10.0 * (search.threshold() / search.degrees()).log10();
            assert!((over - over_mean_db).abs() < 0.006, "n {n}: {over} dB for {over_mean_db}");
            let (half, nine) = (search.snr_db(0.5), search.snr_db(0.9));
            assert!((half - snr_half).abs() < 0.1 && (nine - snr_nine).abs() < 0.1, "n {n}: {half} and {nine} dB");
            assert!((search.detection(half) - 0.5).abs() < 1e-6 && (search.detection(nine) - 0.9).abs() < 1e-6);
        }
    }

    #[test]
    fn eight_bursts_summed_gain_five_decibels() {
        // 8 GSM normal bursts with the false alarms of one: n = 874, threshold 0.79 dB over the mean, −7.0 and −6.0 dB.
        let threshold = upper_quantile(874.0, search(546.5, 200e3).false_alarm_probability());
        let snr_db = |probability| 10.0 * snr_for_detection(874.0, threshold, probability).log10();
        assert!((10.0 * (threshold / 874.0).log10() - 0.79).abs() < 0.006);
        assert!((snr_db(0.5) + 7.0).abs() < 0.1 && (snr_db(0.9) + 6.0).abs() < 0.1);
    }

    #[test]
    fn a_search_that_may_alarm_in_every_cell_finds_everything() {
        let search = BurstSearch { false_alarms_per_hour: 1e9, ..search(546.5, 200e3) };
        assert_eq!((search.threshold(), search.detection(-30.0)), (0.0, 1.0));
        assert_eq!(search.snr_db(0.9), f64::NEG_INFINITY);
    }
}
