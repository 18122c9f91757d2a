use num_complex::Complex64;
use rustfft::FftPlanner;

use super::{all, demo, mean_power, samples};
use crate::scene::Scene;
use crate::units::SampleIndex;

/// FNV-1a, 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3))
}

#[test]
fn the_same_positions_give_the_same_bytes_in_whatever_pieces_and_order() {
    let scene = demo();
    let first = 57_609_000;
    let mut whole = vec![0; 60_000];
    scene.renderer().render(SampleIndex(first), &mut whole);

    let mut pieces = vec![0; whole.len()];
    let mut renderer = scene.renderer();
    let (mut at, mut step) = (0, 1);
    while at < pieces.len() {
        step = step * 75 % 65_537;
        let end = (at + 2 * (step % 4_000) + 2).min(pieces.len());
        renderer.render(SampleIndex(first + at as u64 / 2), &mut pieces[at..end]);
        at = end;
    }
    assert!(pieces == whole, "forward in odd pieces");

    let mut backward = vec![0; whole.len()];
    let mut starts: Vec<usize> = (0..whole.len()).step_by(1_234).collect();
    starts.reverse();
    for start in starts {
        let end = (start + 1_234).min(whole.len());
        renderer.render(SampleIndex(first + start as u64 / 2), &mut backward[start..end]);
    }
    assert!(backward == whole, "backward");
}

/// Pinned: a scene that is named somewhere must stay the same on every machine and with every later version.
#[test]
fn the_demonstration_is_the_same_bytes_for_ever() {
    let scene = demo();
    // The very start; a weak burst; speech; the end and beyond.
    let hashes = [0, 42_760_000, 57_640_000, 143_990_000].map(|first| {
        let mut bytes = vec![0; 40_000];
        scene.renderer().render(SampleIndex(first), &mut bytes);
        hash(&bytes)
    });
    assert_eq!(hashes, [0x8635_8c88_df0d_aff4, 0x92a6_6fb3_f1bd_8467, 0x31ff_65a0_3d03_2a06, 0x93b8_8402_cca1_11da]);
}

/// Pinned likewise, in the middle of what each shows: every network, channel and fault of a receiver is in one of them.
#[test]
fn every_situation_is_the_same_bytes_on_every_machine() {
    let hashes: Vec<(&str, u64)> = Scene::names()
        .iter()
        .map(|name| {
            let scene = Scene::named(name).expect("it comes with the program");
            let first = 2 * scene.length() / 5;
            let mut bytes = vec![0; 200_000 * scene.format().bytes_per_sample()];
            scene.renderer().render(SampleIndex(first), &mut bytes);
            (*name, hash(&bytes))
        })
        .collect();
    assert_eq!(
        hashes,
        [
            ("demo", 0xf777_c6ae_d49f_d09d),
            ("border-valley", 0x8a56_cf9d_3be3_a757),
            ("quiet-night", 0xb0f0_3e15_5f48_ee86),
            ("busy-evening", 0x9767_48d9_588d_ead0),
            ("own-phone-too-close", 0x3c38_fe7b_6772_e0c9),
            ("three-generations", 0x1288_f1c7_77e0_e7f9),
        ]
    );
}

#[test]
fn another_seed_gives_other_noise_and_the_same_truth() {
    let text = include_str!("../situations/demo.scene.toml");
    let other = demo().with_seed(21);
    let written = Scene::from_toml(&text.replace("seed = 20", "seed = 21"), "other").expect("only the seed changed");
    assert_eq!(other.seed(), 21);
    assert_eq!(all(&other), all(&demo()));
    assert_ne!(samples(&other, 0, 1_000), samples(&demo(), 0, 1_000));
    assert_eq!(samples(&other, 0, 1_000), samples(&written, 0, 1_000));
}

#[test]
fn nothing_clips_and_the_noise_fills_more_than_a_step() {
    let scene = demo();
    let mut bytes = vec![0; 2 * 240_000];
    // Each kind of the near phone's bursts: access, signalling, speech.
    for start_s in [3.0, 11.3, 24.1, 45.0] {
        scene.renderer().render(SampleIndex((start_s * 2.4e6) as u64), &mut bytes);
        let peak = bytes.iter().map(|b| (f64::from(*b) - 127.5).abs() / 128.0).fold(0.0, f64::max);
        let spare_db = -20.0 * peak.log10();
        assert!((14.0..20.0).contains(&spare_db), "at {start_s} s: {spare_db} dB to spare");
    }
    let quiet = samples(&scene, 0, 200_000);
    let rms_steps = (mean_power(&quiet) / 2.0).sqrt() * 128.0;
    assert!((1.2..1.7).contains(&rms_steps), "{rms_steps} steps in I and Q");
}

/// Power of each of 96 cells of 25 kHz, ascending, from two seconds without a burst.
fn quiet_cells(scene: &Scene) -> Vec<f64> {
    const CELLS: usize = 96;
    let fft = FftPlanner::new().plan_fft_forward(CELLS);
    let mut power = vec![0.0; CELLS];
    let quiet = samples(scene, 0, 4_800_000);
    let mean = quiet.iter().map(|z| Complex64::new(z.re.into(), z.im.into())).sum::<Complex64>() / quiet.len() as f64;
    for frame in quiet.chunks_exact(CELLS) {
        let mut line: Vec<Complex64> = frame.iter().map(|z| Complex64::new(z.re.into(), z.im.into()) - mean).collect();
        fft.process(&mut line);
        line.rotate_right(CELLS / 2);
        for (sum, z) in power.iter_mut().zip(&line) {
            *sum += z.norm_sqr() / (CELLS * CELLS) as f64;
        }
    }
    let frames = (quiet.len() / CELLS) as f64;
    power.into_iter().map(|p| p / frames).collect()
}

#[test]
fn the_receiver_shapes_its_noise_as_the_scene_says() {
    let text = include_str!("../situations/demo.scene.toml");
    let plain = text.replace("depth_db = 0.45", "depth_db = 0").replace("depth_db = 0.3", "depth_db = 0");
    let quiet = text.replace("level_dbfs = -54.0", "level_dbfs = -120.0");
    let db = |p: &f64| 10.0 * (p * 96.0).log10();
    let cells = |text: &str| quiet_cells(&Scene::from_toml(text, "try").expect("a good scene"));
    let flat = |cells: &[f64]| {
        let middle: Vec<f64> = cells[16..81].iter().map(db).collect();
        (middle.iter().copied().fold(f64::INFINITY, f64::min), middle.iter().copied().fold(f64::NEG_INFINITY, f64::max))
    };
    let plain = cells(&plain.replace("level_dbfs = -54.0", "level_dbfs = -120.0"));
    // −36 dBFS and the rounding's −49.9.
    let (low, high) = flat(&plain);
    assert!(-36.1 < low && high < -35.55, "{low} to {high} dBFS over the band");
    // −10 dB, a little less deep for a filter of finite length and the rounding.
    let edge = db(&plain[0]);
    assert!((-45.0..-43.5).contains(&edge), "{edge} dBFS at the edge");
    let (low, high) = flat(&cells(&quiet));
    assert!((-37.0..-36.4).contains(&low) && (-35.4..-34.8).contains(&high), "{low} to {high} dBFS with ripple");
}

#[test]
fn the_constant_and_the_spur_have_their_levels() {
    let scene = demo();
    let quiet = samples(&scene, 0, 2_400_000);
    let line_dbfs = |hz: f64| {
        let turn = |n: usize| -std::f64::consts::TAU * hz / 2.4e6 * n as f64;
        let sum: Complex64 =
            (0..).zip(&quiet).map(|(n, z)| Complex64::new(z.re.into(), z.im.into()) * Complex64::cis(turn(n))).sum();
        10.0 * (sum / quiet.len() as f64).norm_sqr().log10()
    };
    assert!((line_dbfs(0.0) + 47.0).abs() < 0.1, "{} dBFS", line_dbfs(0.0));
    assert!((line_dbfs(220e3) + 54.0).abs() < 0.1, "{} dBFS", line_dbfs(220e3));
}

#[test]
fn beyond_its_end_a_scene_is_noise() {
    let scene = demo();
    let mut odd = [0; 4_097];
    scene.renderer().render(SampleIndex(u64::MAX - 5_000), &mut odd);
    let after = samples(&scene, scene.length() + 1_000_000, 100_000);
    let before = samples(&scene, 0, 100_000);
    assert!((10.0 * (mean_power(&after) / mean_power(&before)).log10()).abs() < 0.1);
}
