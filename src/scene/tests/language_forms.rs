use super::language_errors::check;

#[test]
fn numbers_in_another_form_are_told_the_right_one() {
    check([
        (
            "carrier_hz = 896.8e6",
            "carrier_hz = 896.8",
            "12, column 22: `carrier_hz` is 896.8 Hz, allowed is 1 MHz to 6 GHz: did you mean 896.8e6?",
        ),
        (
            "carrier_hz = 896.8e6",
            "carrier_hz = 896_800",
            "12, column 22: `carrier_hz` is 896.8 kHz, allowed is 1 MHz to 6 GHz: did you mean 896800e3?",
        ),
        (
            "carrier_hz = 896.8e6",
            "carrier_hz = \"896.8 MHz\"",
            "12, column 22: `carrier_hz` is \"896.8 MHz\", allowed is 1 MHz to 6 GHz: did you mean 896.8e6?",
        ),
        (
            "gsm = { carrier_hz = 896.8e6 }",
            "lte = { carrier_hz = 896.8e6, bandwidth_hz = 5 }",
            "12, column 46: `bandwidth_hz` is 5 Hz, allowed is 1.4 MHz, 3 MHz, 5 MHz, 10 MHz, 15 MHz or 20 MHz: did you mean 5e6?",
        ),
        (
            "noise_dbfs = -36",
            "noise_dbfs = -36\nflat_hz = 900",
            "9, column 11: `flat_hz` is 900 Hz, allowed is 120 kHz to 1.14 MHz at this sample rate: did you mean 900e3?",
        ),
        (
            "snr_db = 20",
            "snr_db = \"20 dB\"",
            "11, column 10: `snr_db` is \"20 dB\", allowed is -30 to 120 dB: did you mean 20?",
        ),
        (
            "snr_db = 20",
            "snr_db = 20 dB",
            "11, column 10: a number stands without its unit, which the key names: `snr_db = 20`",
        ),
        (
            "carrier_hz = 896.8e6",
            "carrier_hz = 896.8 MHz",
            "12, column 22: a number stands without its unit, which the key names: `carrier_hz = 896.8e6`",
        ),
        (
            "duration_s = 20",
            "duration_s = 2 min # long",
            "3, column 14: a number stands without its unit: `duration_s` is in seconds",
        ),
        (
            "sample_rate_hz = 2.4e6",
            "sample_rate_hz = 2,4e6",
            "4, column 18: a number has a point, not a comma: `sample_rate_hz = 2.4e6`",
        ),
        (
            "carrier_hz = 896.8e6",
            "carrier_hz = 896,8e6",
            "12, column 22: a number has a point, not a comma: `carrier_hz = 896.8e6`",
        ),
    ]);
}

#[test]
fn what_is_no_toml_is_told_in_plain_words() {
    check([
        ("title = \"Try\"", "title = Try", "2, column 9: a text stands in quotes: `title = \"Try\"`"),
        ("title = \"Try\"", "title = \"Try", "2, column 13: a text is not closed: the quote at its end is missing"),
        ("to_s = 19", "to_s = 19\nmarked = True", "19, column 10: write true in small letters"),
        (
            "\"text message 1-5 s\", ",
            "\"text message 1-5 s\" ",
            "13, column 34: a comma is missing here, or the `]` that ends the list",
        ),
        ("12 s\"]", "12 s\"", "15, column 1: a comma is missing here, or the `]` that ends the list"),
        ("896.8e6 }", "896.8e6", "13, column 1: a comma is missing here, or the `}` that ends the table in one line"),
        ("[receiver]", "[receiver", "7, column 10: the head of a table is not closed: `]` is missing"),
        ("[[handset]]", "[[handset]", "10, column 11: the head of a table is not closed: `]]` is missing"),
        ("snr_db = 20", "snr_db", "11, column 7: a key needs `=` and a value"),
        ("snr_db = 20", "snr_db: 20", "11, column 9: a key needs `=` and a value"),
        ("snr_db = 20", "snr_db = 20 20", "11, column 10: this is no value: a text stands in quotes, a number alone"),
        (
            "carrier_hz = 896.8e6",
            "carrier_hz = 896.8e6 traffic_hz = 897e6",
            "12, column 41: a comma is missing before this key and value",
        ),
        ("carrier_hz = 896.8e6", "carrier_hz = ", "12, column 23: a value is missing after `carrier_hz =`"),
        ("snr_db = 20", "snr_db = = 20", "11, column 10: this `=` is one too many"),
    ]);
}
