//! Uplink bands of handsets with paired spectrum: data with its source, not code.

use crate::units::Hertz;

/// One pair of bands: handsets send in the first, base stations in the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// Its number in the standard.
    pub number: u16,
    /// Lower edge of the uplink.
    pub uplink_low: Hertz,
    /// Upper edge of the uplink.
    pub uplink_high: Hertz,
    /// Lower edge of the downlink; the pair is equally wide or the downlink wider.
    pub downlink_low: Hertz,
}

impl Band {
    /// How far above the uplink its downlink lies; negative where it lies below.
    pub fn duplex(&self) -> Hertz {
        self.downlink_low - self.uplink_low
    }
}

/// Number, uplink from, uplink to, downlink from, in megahertz.
/// Source: 3GPP TS 36.101, table 5.5-1 (E-UTRA operating bands with FDD). GSM 900 and GSM 1800 are bands 8 and 3.
const FDD_MHZ: [(u16, f64, f64, f64); 32] = [
    (1, 1920.0, 1980.0, 2110.0),
    (2, 1850.0, 1910.0, 1930.0),
    (3, 1710.0, 1785.0, 1805.0),
    (4, 1710.0, 1755.0, 2110.0),
    (5, 824.0, 849.0, 869.0),
    (7, 2500.0, 2570.0, 2620.0),
    (8, 880.0, 915.0, 925.0),
    (11, 1427.9, 1447.9, 1475.9),
    (12, 699.0, 716.0, 729.0),
    (13, 777.0, 787.0, 746.0),
    (14, 788.0, 798.0, 758.0),
    (17, 704.0, 716.0, 734.0),
    (18, 815.0, 830.0, 860.0),
    (19, 830.0, 845.0, 875.0),
    (20, 832.0, 862.0, 791.0),
    (21, 1447.9, 1462.9, 1495.9),
    (22, 3410.0, 3490.0, 3510.0),
    (24, 1626.5, 1660.5, 1525.0),
    (25, 1850.0, 1915.0, 1930.0),
    (26, 814.0, 849.0, 859.0),
    (27, 807.0, 824.0, 852.0),
    (28, 703.0, 748.0, 758.0),
    (30, 2305.0, 2315.0, 2350.0),
    (31, 452.5, 457.5, 462.5),
    (65, 1920.0, 2010.0, 2110.0),
    (66, 1710.0, 1780.0, 2110.0),
    (68, 698.0, 728.0, 753.0),
    (70, 1695.0, 1710.0, 1995.0),
    (71, 663.0, 698.0, 617.0),
    (72, 451.0, 456.0, 461.0),
    (74, 1427.0, 1470.0, 1475.0),
    (85, 698.0, 716.0, 728.0),
];

/// The band whose uplink holds `center`; where bands overlap, the one with the lowest number.
pub fn uplink(center: Hertz) -> Option<Band> {
    FDD_MHZ
        .iter()
        .map(|&(number, low, high, downlink)| Band {
            number,
            uplink_low: Hertz(low * 1e6),
            uplink_high: Hertz(high * 1e6),
            downlink_low: Hertz(downlink * 1e6),
        })
        .find(|band| band.uplink_low <= center && center < band.uplink_high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gsm_900_uplink_is_band_8_with_its_downlink_45_mhz_higher() {
        let band = uplink(Hertz(897.3e6)).unwrap();
        assert_eq!((band.number, band.duplex()), (8, Hertz(45e6)));
        assert_eq!((band.uplink_low, band.uplink_high), (Hertz(880e6), Hertz(915e6)));
    }

    #[test]
    fn band_20_has_its_downlink_below_and_a_downlink_is_no_uplink() {
        assert_eq!(uplink(Hertz(840e6)).unwrap().number, 5);
        assert_eq!(uplink(Hertz(856e6)).unwrap().duplex(), Hertz(-41e6));
        assert_eq!(uplink(Hertz(942e6)), None);
    }

    #[test]
    fn the_table_is_in_order_of_number_and_no_uplink_touches_its_own_downlink() {
        for pair in FDD_MHZ.windows(2) {
            assert!(pair[0].0 < pair[1].0);
        }
        for (number, low, high, downlink) in FDD_MHZ {
            let width = high - low;
            assert!(width > 0.0 && (downlink - low).abs() > width, "band {number}");
        }
    }
}
