//! Recordings whose bursts are known: the whole list is compared. `recordings/README.md` says what is in each and why
//! its list is what it is.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};

use program::{Ended, glint, text};
use serde_json::Value;

/// Figures may differ in their last digits between processors; these are the largest differences between an expected
/// burst and the one found.
const TIME_S: f64 = 5e-6;
const FREQUENCY_HZ: f64 = 1000.0;
const LEVEL_DB: f64 = 0.1;

fn recording(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings").join(name)
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
}

fn number(burst: &Value, field: &str) -> f64 {
    burst[field].as_f64().unwrap_or_else(|| panic!("{field} is a number in {burst}"))
}

/// Whether two bursts are the same within the tolerances.
fn same(found: &Value, expected: &Value) -> bool {
    let near = |field: &str, tolerance: f64| (number(found, field) - number(expected, field)).abs() <= tolerance;
    near("start_s", TIME_S)
        && near("duration_s", TIME_S)
        && near("center_hz", FREQUENCY_HZ)
        && near("bandwidth_hz", FREQUENCY_HZ)
        && near("power_dbfs", LEVEL_DB)
        && near("noise_dbfs", LEVEL_DB)
        && ["cut_start", "cut_end", "part", "more"].iter().all(|field| found[*field] == expected[*field])
}

/// Runs `glint detect` on a recording and compares its list with the one beside it, burst by burst.
fn assert_list(name: &str) -> Ended {
    let ended = glint(&["detect", text(&recording(name))]);
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    let (stem, _) = name.rsplit_once('.').expect("a recording has an extension");
    let expected = json_lines(&fs::read_to_string(recording(&format!("{stem}.bursts.jsonl"))).unwrap());
    let found = ended.lines();
    let differs = (0..found.len().max(expected.len()))
        .find(|&i| !found.get(i).zip(expected.get(i)).is_some_and(|(found, expected)| same(found, expected)));
    if let Some(i) = differs {
        let line = |bursts: &[Value]| bursts.get(i).map_or("none".to_owned(), Value::to_string);
        panic!(
            "{name}: {} bursts found, {} expected; number {i} differs\nfound    {}\nexpected {}",
            found.len(),
            expected.len(),
            line(&found),
            line(&expected)
        );
    }
    ended
}

#[test]
fn the_synchronisation_signals_of_an_lte_cell_are_found_but_for_two_under_the_threshold() {
    let bursts = assert_list("lte-china-rtlsdr/fdd_1860M_1920k.cu8").lines();
    // One every 5 ms, the first at 3.2 ms; what is found of each begins up to 0.3 ms beside it.
    let which = |burst: &Value| ((number(burst, "start_s") - 0.0032) / 0.005).round();
    let mut found: Vec<f64> = bursts.iter().map(which).collect();
    found.sort_by(f64::total_cmp);
    found.dedup();
    // Those at 28 and 78 ms are weaker than what one false alarm an hour asks for.
    assert_eq!(found, (0..20).filter(|i| ![5, 15].contains(i)).map(f64::from).collect::<Vec<_>>());
    for burst in &bursts {
        let beside = number(burst, "start_s") - 0.0032 - 0.005 * which(burst);
        assert!(beside.abs() < 0.3e-3, "{burst}");
    }
}

#[test]
fn the_noise_under_a_cell_that_fills_the_band_is_known_from_its_pauses() {
    let bursts = assert_list("lte-china-rtlsdr/tdd_2645M_1920k.cu8").lines();
    // The receiver's noise is at −37 dBFS in the whole band, the cell at −11.
    let wide = bursts.iter().filter(|burst| number(burst, "bandwidth_hz") > 1.7e6);
    let noise: Vec<f64> = wide.map(|burst| number(burst, "noise_dbfs")).collect();
    assert!(noise.len() > 20 && noise.iter().all(|dbfs| (dbfs + 37.0).abs() < 0.7), "{noise:?}");
}

#[test]
fn aircraft_transponders_in_a_crowd_give_the_list_beside_the_recording() {
    assert_list("adsb-dump1090/modes1_1090M_2000k.cu8");
}

#[test]
fn one_wlan_frame_that_fills_the_band_is_one_burst() {
    let ended = assert_list("futuresdr-wlan/bpsk-3-4-30db_20000k.cf32");
    assert_eq!(ended.lines().len(), 1);
}

#[test]
fn wlan_frames_in_quick_succession_give_the_list_beside_the_recording() {
    assert_list("futuresdr-wlan/bpsk-1-2-15db_20000k.cf32");
}

#[test]
fn a_signal_without_a_quiet_moment_has_no_floor_and_no_burst() {
    let ended = assert_list("btle/advertisement_2402M_4000k.cf32");
    assert_eq!(
        ended.said.lines().next(),
        Some(
            "from 0.000 s to 0.000288 s no burst could be looked for: there is too little signal to know the noise from"
        )
    );
}

#[test]
fn real_samples_are_refused() {
    let ended = glint(&["detect", text(&recording("sigmf-logo/sigmf_logo.sigmf-meta"))]);
    assert_eq!((ended.status, ended.out.as_str()), (Some(1), ""));
    let path = recording("sigmf-logo/sigmf_logo.sigmf-meta");
    assert_eq!(
        ended.said,
        format!(
            "glint: {} holds real samples (ri16_le, 2 channels), and glint reads complex ones: convert it or choose \
             another recording\n",
            path.display()
        )
    );
}

/// A burst that was really sent.
#[derive(Clone, Debug)]
struct Sent {
    kind: String,
    start: f64,
    end: f64,
    low: f64,
    high: f64,
    snr_db: f64,
}

impl Sent {
    /// The bursts that a recording's annotations state.
    fn all(name: &str) -> Vec<Sent> {
        let meta: Value = serde_json::from_str(&fs::read_to_string(recording(name)).unwrap()).unwrap();
        let annotations = meta["annotations"].as_array().expect("there are annotations");
        annotations
            .iter()
            .map(|one| Sent {
                kind: one["core:label"].as_str().expect("the label is the kind").to_owned(),
                start: number(one, "core:sample_start"),
                end: number(one, "core:sample_start") + number(one, "core:sample_count"),
                low: number(one, "core:freq_lower_edge"),
                high: number(one, "core:freq_upper_edge"),
                snr_db: number(one, "glint:snr_db"),
            })
            .collect()
    }

    /// Whether every burst of this kind and level is to be found: 2 dB above the least level at which half of them
    /// are, at one false alarm an hour.
    fn is_above_the_limit(&self) -> bool {
        let limit = match self.kind.as_str() {
            "gsm_ab" | "gsm_nb_hop" => 3.0,
            "pusch_1rb" => 0.0,
            "pusch_6rb" => -4.5,
            "prach" => -4.0,
            other => panic!("the limit of {other} is not known here"),
        };
        self.snr_db >= limit
    }

    /// Whether `burst` shares time and band with this one.
    fn overlaps(&self, burst: &Value) -> bool {
        let start = number(burst, "core:sample_start");
        let (low, high) = (number(burst, "core:freq_lower_edge"), number(burst, "core:freq_upper_edge"));
        start < self.end
            && self.start < start + number(burst, "core:sample_count")
            && low < self.high
            && self.low < high
    }
}

/// Asserts that each burst above the limit is found as exactly one, that none below it is found as more than one, and
/// that nothing else is found. Returns each burst above the limit with what was found of it.
fn assert_truth(name: &str) -> Vec<(Sent, Value)> {
    let sent = Sent::all(name);
    let ended = glint(&["detect", text(&recording(name))]);
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    let found = ended.lines();
    let truths = |burst: &Value| sent.iter().filter(|one| one.overlaps(burst)).count();
    let invented: Vec<&Value> = found.iter().filter(|burst| truths(burst) != 1).collect();
    assert!(invented.is_empty(), "{name}: found, but not one burst that was sent: {invented:#?}");
    let mut pairs = Vec::new();
    for one in &sent {
        let of_it: Vec<&Value> = found.iter().filter(|burst| one.overlaps(burst)).collect();
        let expected = usize::from(one.is_above_the_limit());
        assert!((expected..=1).contains(&of_it.len()), "{name}: {one:?} was found as {of_it:#?}");
        pairs.extend(of_it.first().filter(|_| expected == 1).map(|burst| (one.clone(), (*burst).clone())));
    }
    pairs
}

#[test]
fn isolated_bursts_of_four_kinds_are_found_down_to_the_limit() {
    let pairs = assert_truth("practice/isolated-bursts.sigmf-meta");
    assert_eq!(pairs.len(), 22);
    for (sent, burst) in pairs.iter().filter(|(sent, _)| sent.snr_db >= 5.0) {
        let (start, count) = (number(burst, "core:sample_start"), number(burst, "core:sample_count"));
        let width = sent.high - sent.low;
        // One row of analysis is 160 samples after the next.
        assert!((start - sent.start).abs() <= 160.0, "{sent:?} {burst}");
        assert!((start + count - sent.end).abs() <= 160.0, "{sent:?} {burst}");
        assert!((number(burst, "center_hz") - (sent.low + sent.high) / 2.0).abs() < 0.1 * width, "{sent:?} {burst}");
        assert!((number(burst, "bandwidth_hz") - width).abs() < 0.2 * width, "{sent:?} {burst}");
        assert!((number(burst, "snr_db") - sent.snr_db).abs() < 2.0, "{sent:?} {burst}");
    }
}

#[test]
fn a_weak_burst_beside_a_strong_one_is_found_and_nothing_on_the_strong_ones_skirts() {
    let pairs = assert_truth("practice/strong-and-weak.sigmf-meta");
    assert_eq!(pairs.len(), 16);
    for (sent, burst) in &pairs {
        assert!((number(burst, "snr_db") - sent.snr_db).abs() < 3.0, "{sent:?} {burst}");
    }
}

#[test]
fn bursts_cut_by_the_ends_of_a_recording_say_so() {
    let pairs = assert_truth("practice/cut-by-the-ends.sigmf-meta");
    let cuts: Vec<(bool, bool)> = pairs
        .iter()
        .map(|(_, burst)| (burst["cut_start"] == Value::Bool(true), burst["cut_end"] == Value::Bool(true)))
        .collect();
    assert_eq!(cuts, [(true, false), (false, false), (false, true)]);
    assert_eq!(pairs[0].1["core:sample_start"], 0);
}
