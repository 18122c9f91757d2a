//! The short form of the campaign that holds the detector against theory: fixed seeds, stated confidence.

use glint::verify::{Campaign, Pool, Purpose, Results, tables};

/// Every unit of the short campaign, looked through and pooled.
fn pools() -> Vec<Pool> {
    let campaign = Campaign::short();
    let mut results = Results::default();
    for unit in &campaign.units {
        results.add(unit, unit.run().expect("the scenes of the campaign are good")).expect("nothing is written");
    }
    campaign.pools(&results)
}

#[test]
fn the_detector_comes_near_the_limit_measures_well_and_keeps_its_false_alarms() {
    let pools = pools();
    println!("{}", tables(&pools));
    let of = |purpose| pools.iter().filter(move |pool| pool.purpose == purpose);

    // 320 bursts of each kind: the SNR at Pd 0.9 has a standard error of about 0.18 dB; asked is that it lies within
    // 1.5 dB of the limit with two of these to spare.
    let over: Vec<(&str, bool)> = of(Purpose::Sensitivity)
        .map(|pool| {
            let kind = &pool.score.kinds[0];
            let fit = kind.fit.as_ref().expect("bursts on both sides of the limit");
            (pool.group.as_str(), fit.interval_db.1 - kind.limit_db() < 1.5)
        })
        .collect();
    assert_eq!(over, [("GSM normal burst", true), ("LTE PUSCH 6 RB", true), ("LTE PUSCH 3 RB", true)]);

    // A threshold per bin looks at the same samples; so near the limit it finds next to nothing.
    let plain: Vec<bool> = of(Purpose::Sensitivity)
        .map(|pool| {
            let plain = &pool.plain.as_ref().expect("looked through with a plain threshold").all;
            plain.bursts == pool.score.all.bursts
                && 10 * plain.found < plain.bursts
                && plain.found < pool.score.all.found
        })
        .collect();
    assert_eq!(plain, [true; 3]);

    // 80 bursts of each kind at 10 dB: all found, once each.
    let precise: Vec<(u64, u64, u64)> = of(Purpose::Precision)
        .map(|pool| (pool.score.all.bursts, pool.score.all.found, pool.score.pieces + pool.score.merged))
        .collect();
    assert_eq!(precise, [(80, 80, 0); 3]);
    for pool in of(Purpose::Precision) {
        let off = &pool.score.kinds[0].deviations;
        let within = |deviation: Option<glint::score::Deviation>, most: f64| {
            deviation.expect("measured").median_magnitude <= most
        };
        assert!(within(off.start_us, 20.0) && within(off.end_us, 20.0), "{}: {off:?}", pool.group);
        assert!(within(off.bandwidth_percent, 15.0) && within(off.snr_db, 0.5), "{}: {off:?}", pool.group);
    }

    // 167 events expected: from half to one and a half times that many is 6 standard deviations either side.
    let noise: Vec<&Pool> = of(Purpose::Noise).collect();
    assert_eq!(noise.len(), 1);
    let expected = noise[0].score.terms.hours() * noise[0].false_alarms_per_hour;
    let ratio = noise[0].score.false_alarms as f64 / expected;
    assert!((0.5..=1.5).contains(&ratio), "{ratio} of the false alarms asked for");
}

#[test]
fn a_campaign_that_was_stopped_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("campaign.jsonl");
    let campaign = Campaign::short();
    let unit = campaign.units.last().expect("units");
    let outcome = unit.run().expect("a good scene");
    Results::in_file(&path).expect("a new file").add(unit, outcome.clone()).expect("room for a line");
    // Cut off in the middle of the next line, as when the machine stops.
    let mut text = std::fs::read_to_string(&path).expect("the file");
    let whole = text.len();
    text.push_str("{\"unit\":\"0123\",\"outco");
    std::fs::write(&path, text).expect("the file");

    let results = Results::in_file(&path).expect("its own file");
    assert!(results.get(&unit.key()) == Some(&outcome), "what was found is kept to the last digit");
    assert_eq!(campaign.units.iter().filter(|unit| results.get(&unit.key()).is_some()).count(), 1);
    assert_eq!(std::fs::metadata(&path).expect("the file").len(), whole as u64);
    let pools = campaign.pools(&results);
    assert_eq!(pools.iter().map(|pool| (pool.purpose, pool.units)).collect::<Vec<_>>(), [(Purpose::Noise, 1)]);

    std::fs::write(&path, "not a result\n").expect("the file");
    let said = Results::in_file(&path).expect_err("refused").to_string();
    assert!(said.starts_with(&format!("{}, line 1, is no result of a campaign", path.display())), "{said}");

    // A line of somebody else's without an end is no line that was cut off: it is kept.
    std::fs::write(&path, "not a result").expect("the file");
    let said = Results::in_file(&path).expect_err("refused").to_string();
    assert!(said.starts_with(&format!("{} ends in what is no result", path.display())), "{said}");
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), "not a result");
}

#[test]
fn no_two_units_of_the_whole_campaign_are_alike_and_all_their_scenes_can_be_read() {
    let campaign = Campaign::whole(1.0);
    let mut keys: Vec<String> = campaign.units.iter().map(|unit| unit.key()).collect();
    let mut seconds = std::collections::BTreeMap::new();
    for unit in &campaign.units {
        *seconds.entry(unit.purpose).or_insert(0.0) += unit.seconds().expect("a good scene");
    }
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), campaign.units.len());
    // Ten kinds of burst; four kinds of noise, 16 hours and 36 minutes of each.
    let expected = [(Purpose::Sensitivity, 3_600.0), (Purpose::Precision, 600.0), (Purpose::Noise, 239_040.0)];
    assert_eq!(seconds.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn the_scenes_of_a_campaign_are_written_for_other_programs_under_the_names_of_their_results() {
    let folder = tempfile::tempdir().expect("a folder");
    let scenes = folder.path().join("scenes");
    let glint = || assert_cmd::Command::new(env!("CARGO_BIN_EXE_glint"));
    glint().args(["verify", "--short", "--scenes"]).arg(&scenes).assert().success().stdout("");
    let mut written: Vec<String> = std::fs::read_dir(&scenes)
        .expect("the folder")
        .map(|entry| entry.expect("a file").file_name().into_string().expect("text"))
        .collect();
    written.sort();
    let campaign = Campaign::short();
    let sensitivity = campaign.units.iter().filter(|unit| unit.purpose == Purpose::Sensitivity);
    let mut expected: Vec<String> = sensitivity.map(|unit| format!("{}.scene.toml", unit.key())).collect();
    expected.sort();
    assert_eq!(written, expected);
    let samples = folder.path().join("a.sigmf-meta");
    glint()
        .arg("synth")
        .arg(scenes.join(&written[0]))
        .args(["--duration", "0.01", "-o"])
        .arg(samples)
        .assert()
        .success();
    // What is there is not written over.
    glint().args(["verify", "--short", "--scenes"]).arg(&scenes).assert().failure();
}
