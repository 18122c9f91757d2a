use crate::error::Error;
use crate::scene::language;

/// All of it, so that every key can be got wrong.
const GOOD: &str = r#"[scene]
title = "Try"
duration_s = 20
sample_rate_hz = 2.4e6
center_hz = 897.3e6

[receiver]
noise_dbfs = -36

[[handset]]
snr_db = 20
gsm = { carrier_hz = 896.8e6 }
schedule = ["text message 1-5 s", "call 6-12 s"]

[[handset.activity]]
do = "call"
from_s = 14
to_s = 19
"#;

/// What is said of [`GOOD`] when `right` is replaced by `wrong`, after the name and "line".
fn said((right, wrong): (&str, &str)) -> String {
    assert_eq!(GOOD.matches(right).count(), 1, "{right}");
    match language::read(&GOOD.replacen(right, wrong, 1), "try.scene.toml") {
        Err(Error::Unusable(sentence)) => match sentence.strip_prefix("try.scene.toml, line ") {
            Some(rest) => rest.to_owned(),
            None => panic!("{sentence}"),
        },
        Err(other) => panic!("{wrong}: {other}"),
        Ok(_) => panic!("{wrong} is read"),
    }
}

/// Compares what is said of each wrong scene with its sentence, whole lists at once.
pub(super) fn check<const N: usize>(cases: [(&str, &str, &str); N]) {
    let heard = cases.map(|(right, wrong, _)| said((right, wrong)));
    let expected = cases.map(|(.., sentence)| sentence.to_owned());
    assert_eq!(heard, expected);
}

#[test]
fn values_out_of_range_are_told_the_range() {
    check([
        ("snr_db = 20", "snr_db = 200", "11, column 10: `snr_db` is 200, allowed is -30 to 120 dB"),
        ("snr_db = 20", "snr_db = nan", "11, column 10: `snr_db` is NaN, allowed is -30 to 120 dB"),
        ("snr_db = 20", "snr_db = 1e300", "11, column 10: `snr_db` is 1e300, allowed is -30 to 120 dB"),
        ("snr_db = 20", "snr_db = \"loud\"", "11, column 10: `snr_db` is \"loud\", allowed is -30 to 120 dB"),
        ("snr_db = 20", "snr_db = [1, 2]", "11, column 10: `snr_db` is [1, 2], allowed is -30 to 120 dB"),
        ("snr_db = 20", "snr_db = ", "11, column 10: a value is missing after `snr_db =`"),
        (
            "title = \"Try\"",
            "title = \"Try\"\nseed = -1",
            "3, column 8: `seed` is -1, allowed is a whole number from 0 up",
        ),
        (
            "title = \"Try\"",
            "title = \"Try\"\nseed = 1.5",
            "3, column 8: `seed` is 1.5, allowed is a whole number from 0 up",
        ),
        ("title = \"Try\"", "title = 5", "2, column 9: `title` is 5, allowed is a text in quotes"),
        (
            "title = \"Try\"",
            "title = \"Try\"\nformat = \"ci16\"",
            "3, column 10: `format` is \"ci16\", allowed is \"cu8\", \"ci8\", \"ci16_le\" or \"cf32_le\": did you mean \"ci16_le\"?",
        ),
        (
            "title = \"Try\"",
            "title = \"Try\"\nformat = \"wav\"",
            "3, column 10: `format` is \"wav\", allowed is \"cu8\", \"ci8\", \"ci16_le\" or \"cf32_le\"",
        ),
        ("duration_s = 20", "duration_s = 0", "3, column 14: `duration_s` is 0, allowed is 0.001 to 3600 s"),
        (
            "sample_rate_hz = 2.4e6",
            "sample_rate_hz = -1",
            "4, column 18: `sample_rate_hz` is -1 Hz, allowed is 250 kHz to 61.44 MHz",
        ),
        (
            "noise_dbfs = -36",
            "noise_dbfs = -80",
            "8, column 14: `noise_dbfs` is -80, allowed is -60 to -10 dBFS in \"cu8\"",
        ),
        (
            "noise_dbfs = -36",
            "noise_dbfs = -36\nflat_hz = 1.3e6",
            "9, column 11: `flat_hz` is 1.3 MHz, allowed is 120 kHz to 1.14 MHz at this sample rate",
        ),
        (
            "noise_dbfs = -36",
            "noise_dbfs = -36\nspur = { offset_hz = -1.3e6, level_dbfs = -50 }",
            "9, column 22: `offset_hz` is -1.3 MHz, allowed is -1.2 MHz to 1.2 MHz from the centre",
        ),
        (
            "noise_dbfs = -36",
            "noise_dbfs = -36\nripple = [{ depth_db = 1, humps = 17 }]",
            "9, column 35: `humps` is 17, allowed is a whole number from 1 to 16",
        ),
        (
            "noise_dbfs = -36",
            "noise_dbfs = -36\nstep = [{ at_s = 9, gain_db = 1 }, { at_s = 8, gain_db = 1 }]",
            "9, column 45: `at_s` is 8, allowed is 9 to 20 s: steps follow one another within the scene",
        ),
        (
            "carrier_hz = 896.8e6",
            "carrier_hz = 896e6",
            "12, column 22: `carrier_hz` is 896 MHz, allowed is 896.2 MHz to 898.4 MHz, so that all of it fits the band",
        ),
        (
            "carrier_hz = 896.8e6",
            "carrier_hz = 896.8e6, signalling_slot = 8",
            "12, column 49: `signalling_slot` is 8, allowed is a whole number from 0 to 7",
        ),
        (
            "carrier_hz = 896.8e6",
            "hopping_hz = []",
            "12, column 22: `hopping_hz` is empty, allowed is at least one carrier",
        ),
        (
            "gsm = { carrier_hz = 896.8e6 }",
            "lte = { carrier_hz = 896.8e6, bandwidth_hz = 4e6 }",
            "12, column 46: `bandwidth_hz` is 4 MHz, allowed is 1.4 MHz, 3 MHz, 5 MHz, 10 MHz, 15 MHz or 20 MHz",
        ),
        (
            "gsm = { carrier_hz = 896.8e6 }",
            "lte = { carrier_hz = 906.8e6, bandwidth_hz = 5e6 }",
            "12, column 22: `carrier_hz` is 906.8 MHz, allowed is 893.85 MHz to 900.75 MHz, so that some of it lies in the band",
        ),
        (
            "gsm = { carrier_hz = 896.8e6 }",
            "lte = { carrier_hz = 896.8e6, bandwidth_hz = 5e6, access_block = 20 }",
            "12, column 66: `access_block` is 20, allowed is 0 to 19 in a cell of 25 resource blocks",
        ),
        (
            "gsm = { carrier_hz = 896.8e6 }",
            "wcdma = { carrier_hz = 886.8e6 }",
            "12, column 24: `carrier_hz` is 886.8 MHz, allowed is 894.18 MHz to 900.42 MHz, so that some of it lies in the band",
        ),
    ]);
}

#[test]
fn mistyped_keys_and_names_are_told_the_nearest() {
    check([
        ("snr_db = 20", "snr = 20", "11, column 1: [[handset]] has no key `snr`: did you mean `snr_db`?"),
        (
            "snr_db = 20",
            "snr_db = 20\nbanana = 1",
            "12, column 1: [[handset]] has no key `banana`: its keys are `snr_db`, `level_dbfs`, `gsm`, `lte`, `wcdma`, `channel`, `speaks`, `data_share`, `schedule`, `activity`",
        ),
        ("[receiver]", "[reciever]", "7, column 2: a scene has no key `reciever`: did you mean `receiver`?"),
        (
            "do = \"call\"",
            "do = \"cal\"",
            "16, column 6: `do` is \"cal\", allowed is \"switch on\", \"location update\", \"text message\", \"call\", \"data\" or \"flight mode\": did you mean \"call\"?",
        ),
        (
            "do = \"call\"",
            "do = \"sing\"",
            "16, column 6: `do` is \"sing\", allowed is \"switch on\", \"location update\", \"text message\", \"call\", \"data\" or \"flight mode\"",
        ),
        (
            "snr_db = 20",
            "snr_db = 20\nchannel = { profile = \"typical-urban\" }",
            "12, column 23: `profile` is \"typical-urban\", allowed is \"typical urban\", \"hilly terrain\", \"pedestrian A\", \"pedestrian B\" or \"vehicular A\": did you mean \"typical urban\"?",
        ),
        (
            "[receiver]",
            "[[scattered]]\nbursts = [\"GSM acess burst\"]\nper_s = 1\nsnr_db = 1\n[receiver]",
            "8, column 11: there is no burst \"GSM acess burst\": did you mean \"GSM access burst\"?",
        ),
        (
            "[receiver]",
            "[[scattered]]\nbursts = [\"LTE PUSCH\"]\nper_s = 1\nsnr_db = 1\n[receiver]",
            "8, column 11: \"LTE PUSCH\" needs a number of resource blocks, as \"LTE PUSCH 8 RB\": 1 to 100, a product of 2, 3 and 5 alone",
        ),
        (
            "[receiver]",
            "[[scattered]]\nbursts = [\"LTE SRS 10 RB\"]\nper_s = 1\nsnr_db = 1\n[receiver]",
            "8, column 11: \"LTE SRS 10 RB\" needs a number of resource blocks, as \"LTE SRS 8 RB\": 4 to 96, a multiple of 4",
        ),
        (
            "[receiver]",
            "[[scattered]]\nbursts = [\"Wi-Fi\"]\nper_s = 1\nsnr_db = 1\n[receiver]",
            "8, column 11: there is no burst \"Wi-Fi\": allowed is \"GSM normal burst\", \"GSM access burst\", \"LTE PRACH\", \"LTE PUCCH\", \"WCDMA RACH preamble\", \"LTE PUSCH 6 RB\", \"LTE SRS 8 RB\"",
        ),
    ]);
}

#[test]
fn what_is_missing_or_there_twice_is_named_with_its_table() {
    check([
        ("title = \"Try\"\n", "", "1, column 1: [scene] needs `title`: a text in quotes"),
        (
            "[receiver]\nnoise_dbfs = -36\n",
            "",
            "1, column 1: there is no [receiver] table: a scene needs one, with `noise_dbfs`",
        ),
        ("noise_dbfs = -36\n", "", "7, column 1: [receiver] needs `noise_dbfs`: -140 to -10 dBFS"),
        ("snr_db = 20\n", "", "10, column 1: [[handset]] needs one of `snr_db`, `level_dbfs`"),
        ("snr_db = 20", "snr_db = 20\nsnr_db = 21", "12, column 1: `snr_db` is there twice"),
        (
            "snr_db = 20",
            "snr_db = 20\nlevel_dbfs = -20",
            "12, column 14: `level_dbfs` beside `snr_db`: [[handset]] has only one of them",
        ),
        ("gsm = { carrier_hz = 896.8e6 }\n", "", "10, column 1: [[handset]] needs one of `gsm`, `lte`, `wcdma`"),
        (
            "gsm = { carrier_hz = 896.8e6 }",
            "gsm = { carrier_hz = 896.8e6 }\nwcdma = { carrier_hz = 897e6 }",
            "13, column 9: `wcdma` beside `gsm`: [[handset]] has only one of them",
        ),
        (
            "[scene]\ntitle = \"Try\"\nduration_s = 20\nsample_rate_hz = 2.4e6\ncenter_hz = 897.3e6\n",
            "",
            "1, column 1: there is no [scene] table: a scene needs one, with `title`, `duration_s`, `sample_rate_hz` and `center_hz`",
        ),
        (
            "[[handset]]",
            "[handset]\nsnr_db = 3\n[handset]",
            "12, column 2: `handset` is there twice: head each of them [[handset]]",
        ),
        (
            "[[handset.activity]]",
            "[handset.activity]\ndo = \"data\"\n[handset.activity]",
            "17, column 10: `activity` is there twice: head each of them [[handset.activity]]",
        ),
        ("[receiver]", "[receiver]\n[receiver]", "8, column 2: `receiver` is there twice"),
        ("[scene]", "[[scene]]", "1, column 1: `scene` is there only once: write [scene]"),
        (
            "[[handset.activity]]",
            "[handset.activty]",
            "15, column 10: [[handset]] has no key `activty`: did you mean `activity`?",
        ),
        (
            "snr_db = 20",
            "snr_db = 20\nchannel = { doppler_hz = 3, speed_kmh = 3 }",
            "12, column 41: `speed_kmh` beside `doppler_hz`: [handset.channel] has only one of them",
        ),
        (
            "snr_db = 20",
            "snr_db = 20\nchannel = { shadowing_s = 3 }",
            "12, column 27: `shadowing_s` needs `shadowing_db` beside it",
        ),
        (
            "carrier_hz = 896.8e6",
            "carrier_hz = 896.8e6, traffic_hz = 897e6, hopping_hz = [897e6]",
            "12, column 64: `hopping_hz` beside `traffic_hz`: [handset.gsm] has only one of them",
        ),
        (
            "[receiver]",
            "[[scattered]]\nbursts = [{ slots = 2 }]\nper_s = 1\nsnr_db = 1\n[receiver]",
            "8, column 11: a burst by its measures needs one of `lte_pusch_rb`, `noise_hz`, `keyed_hz`",
        ),
        (
            "[receiver]",
            "[[scattered]]\nbursts = [{ noise_hz = 1e5 }]\nper_s = 1\nsnr_db = 1\n[receiver]",
            "8, column 11: this burst needs `duration_us`",
        ),
        (
            "[receiver]",
            "[[scattered]]\nbursts = [{ noise_hz = 1e5, slots = 1 }]\nper_s = 1\nsnr_db = 1\n[receiver]",
            "8, column 37: `slots` belongs only to `lte_pusch_rb`",
        ),
        (
            "[receiver]",
            "[[scattered]]\nbursts = [{ noise_hz = 1e5, duration_us = 21 }]\nper_s = 1\nsnr_db = 1\n[receiver]",
            "8, column 43: `duration_us` is too short for this width: at least 40 µs",
        ),
        (
            "[receiver]",
            "[[scattered]]\nbursts = []\nper_s = 1\nsnr_db = 1\n[receiver]",
            "8, column 10: `bursts` is empty, allowed is at least one",
        ),
    ]);
}

#[test]
fn activities_that_cannot_be_are_told_why() {
    check([
        (
            "call 6-12 s",
            "call 3-12 s",
            "13, column 40: this begins at 3 s, and what was begun before lasts to 5 s: a handset does one thing after another",
        ),
        (
            "from_s = 14",
            "from_s = 11",
            "17, column 10: this begins at 11 s, and what was begun before lasts to 12 s: a handset does one thing after another",
        ),
        ("to_s = 19", "to_s = 21", "18, column 8: this ends at 21 s, but the scene ends at 20 s"),
        ("to_s = 19", "to_s = 13", "18, column 8: this ends at 13 s, which lies before its beginning at 14 s"),
        (
            "to_s = 19",
            "to_s = 15",
            "18, column 8: this lasts 1.00 s, and its usual course takes 3.50 s: give it more time, or say what happens when in `signalling_s` and `traffic_s` of an [[handset.activity]]",
        ),
        (
            "call 6-12 s",
            "call 6-7 s",
            "13, column 43: this lasts 1.00 s, and its usual course takes 3.50 s: give it more time, or say what happens when in `signalling_s` and `traffic_s` of an [[handset.activity]]",
        ),
        ("call 6-12 s", "call 46-47 s", "13, column 40: this begins at 46 s, but the scene ends at 20 s"),
        (
            "carrier_hz = 896.8e6",
            "access_hz = 896.8e6",
            "13, column 26: this needs `carrier_hz` or `signalling_hz` in [handset.gsm]",
        ),
        (
            "carrier_hz = 896.8e6",
            "signalling_hz = 896.8e6",
            "13, column 40: this needs `carrier_hz` or `traffic_hz` in [handset.gsm]",
        ),
        (
            "call 6-12 s",
            "data 6-12 s",
            "13, column 40: data need [handset.lte] or [handset.wcdma]: of GSM only calls and signalling are made",
        ),
        (
            "to_s = 19",
            "to_s = 19\nsignalling_s = [13, 17]",
            "19, column 16: `signalling_s` has [13, 17], allowed is [from, to], in this order, within 14 to 19 s",
        ),
        (
            "to_s = 19",
            "to_s = 19\ntraffic_s = [17, 16]",
            "19, column 13: `traffic_s` is [17, 16], allowed is [from, to], in this order, within 0 to 3600 s",
        ),
        (
            "to_s = 19",
            "to_s = 19\npauses_s = [[18, 18.5], [17.6, 17.8]]",
            "19, column 25: `pauses_s` has [17.6, 17.8], allowed is [from, to], in this order, within 18.5 to 19 s",
        ),
        (
            "to_s = 19",
            "to_s = 19\npauses_s = [[18, 18.5, 19]]",
            "19, column 13: `pauses_s` is a list, allowed is [from, to], in this order, within 0 to 3600 s",
        ),
        (
            "to_s = 19",
            "to_s = 19\npauses_s = [[18, 18.5]]\nspeaks = 0.4",
            "20, column 10: `speaks` beside `pauses_s`: [[handset.activity]] has only one of them",
        ),
        (
            "do = \"call\"",
            "do = \"text message\"\npauses_s = [[18, 18.5]]",
            "17, column 12: `pauses_s` belongs only to a call",
        ),
        (
            "do = \"call\"",
            "do = \"flight mode\"\naccess_s = 15",
            "17, column 12: `access_s` belongs only to an activity that sends",
        ),
        ("do = \"call\"", "do = \"call\"\ndata_share = 0.3", "17, column 14: `data_share` belongs only to data"),
    ]);
}

#[test]
fn a_line_of_a_schedule_is_told_the_column_within() {
    check([
        ("call 6-12 s", "cal 6-12 s", "13, column 36: a schedule has no \"cal\": did you mean \"call\"?"),
        (
            "call 6-12 s",
            "sing at 6 s",
            "13, column 36: a schedule has no \"sing\": allowed is \"switch on\", \"location update\", \"text message\", \"call\", \"data\", \"flight mode\"",
        ),
        ("call 6-12 s", "call", "13, column 40: a time is missing, as in \"call 20.5-46 s\""),
        ("call 6-12 s", "call at noon", "13, column 44: a time is missing, as in \"call 20.5-46 s\""),
        ("call 6-12 s", "call 6-12", "13, column 45: a unit is missing: s, min or ms, as in \"call 20.5-46 s\""),
        ("call 6-12 s", "call at 6", "13, column 45: a unit is missing: s, min or ms, as in \"call 20.5-46 s\""),
        ("call 6-12 s", "call 6-12 days", "13, column 46: \"days\" is no unit of time: s, min or ms"),
        (
            "call 6-12 s",
            "call 6-12 s or so",
            "13, column 48: \"or so\" is not understood: a line is as \"call 20.5-46 s\"",
        ),
        ("call 6-12 s", "call 6 s to", "13, column 47: a time is missing, as in \"call 20.5-46 s\""),
        ("call 6-12 s", "call from -7 s", "13, column 46: a time counts from the scene's start, from 0 up"),
        (
            "call 6-12 s",
            "call 8:00-18:00",
            "13, column 41: a time has no colon: write seconds or minutes, as in \"call 8 min - 18 min\"",
        ),
        ("call 6-12 s", "call 6,5-12 s", "13, column 41: a number has a point, not a comma, as in \"call 20.5-46 s\""),
        ("call 6-12 s", "call 12-6 s", "13, column 44: this ends at 6 s, which lies before its beginning at 12 s"),
        ("call 6-12 s", "call 1..2-6 s", "13, column 41: a time is missing, as in \"call 20.5-46 s\""),
        (
            "call 6-12 s",
            "\\u0063all 12-6 s",
            "13, column 35: this ends at 6 s, which lies before its beginning at 12 s",
        ),
        (
            "\"call 6-12 s\"",
            "6",
            "13, column 35: `schedule` is 6, allowed is words such as \"text message at 11 s\" or \"call 20.5-46 s\"",
        ),
    ]);
}

#[test]
fn emitters_that_do_not_fit_are_told_why() {
    check([
        (
            "[receiver]",
            "[[carrier]]\nfrequency_hz = 899e6\nlevel_dbfs = -30\n[receiver]",
            "8, column 16: `frequency_hz` is 899 MHz, allowed is 896.1 MHz to 898.5 MHz, so that all of it fits the band",
        ),
        (
            "[receiver]",
            "[[carrier]]\nfrequency_hz = 897e6\nlevel_dbfs = -30\nfrom_s = 5\nto_s = 4\n[receiver]",
            "11, column 8: `to_s` is 4, which lies before the beginning at 5 s",
        ),
        (
            "[receiver]",
            "[[hump]]\nmiddle_hz = 897e6\nwidth_hz = 3e6\nsnr_db = 3\n[receiver]",
            "9, column 12: `width_hz` is 3 MHz, allowed is 0 to 2.4 MHz: no wider than the band",
        ),
        (
            "[receiver]",
            "[[downlink]]\ncarrier_hz = 897e6\nbandwidth_hz = 5e6\nconfiguration = 7\nsnr_db = 3\n[receiver]",
            "10, column 17: `configuration` is 7, allowed is a whole number from 0 to 6",
        ),
        (
            "[receiver]",
            "[[impulses]]\nper_s = 0\nduration_us = 5\nsnr_db = 3\n[receiver]",
            "8, column 9: `per_s` is 0, allowed is 0.01 to 1000 per second",
        ),
        (
            "[receiver]",
            "[[scattered]]\nbursts = [\"GSM normal burst\"]\nper_s = 1\nsnr_db = [5, 1]\n[receiver]",
            "10, column 10: `snr_db` is [5, 1], allowed is [from, to], in this order, within -30 to 120 dB",
        ),
        (
            "[receiver]",
            "[[scattered]]\nbursts = [\"GSM normal burst\"]\nper_s = 1\nsnr_db = 5\nband_hz = [897e6, 899e6]\n[receiver]",
            "11, column 11: `band_hz` is [897 MHz, 899 MHz], allowed is 896.1 MHz to 898.5 MHz, which is the band",
        ),
        (
            "[receiver]",
            "[[scattered]]\nbursts = [\"GSM normal burst\"]\nper_s = 1\nsnr_db = 5\nband_hz = [897e6, 897.1e6]\n[receiver]",
            "11, column 11: the widest of these bursts is 200 kHz wide, and they have 100 kHz",
        ),
        (
            "[receiver]",
            "[[scattered]]\nbursts = [\"GSM normal burst\"]\nper_s = 1000\nsnr_db = 5\n[receiver]",
            "9, column 9: `per_s` is 1000, allowed is 0 to 914 per second, so that they keep apart",
        ),
    ]);
}
