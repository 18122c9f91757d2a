//! That what `docs/detection.md` says of grids, shapes and thresholds is what the code does.

use std::fmt::Write;

use glint::detect::shapes::{Raster, Shape};
use glint::detect::threshold::{BoxNoise, Thresholds};
use glint::spectrum::{Grid, Window};
use glint::theory::BurstSearch;
use glint::units::Hertz;

const PAGE: &str = "docs/detection.md";

/// Bursts that handsets send: name, seconds, hertz.
const BURSTS: [(&str, f64, f64); 13] = [
    ("GSM access", 324.9e-6, 200e3),
    ("GSM normal", 546.5e-6, 200e3),
    ("PUSCH 1 RB", 1e-3, 180e3),
    ("PUSCH 2 RB", 1e-3, 360e3),
    ("PUSCH 4 RB", 1e-3, 720e3),
    ("PUSCH 6 RB", 1e-3, 1.08e6),
    ("PRACH", 903.1e-6, 1.048_75e6),
    ("half a subframe of 1 RB", 0.5e-3, 180e3),
    ("half a subframe of 2 RB", 0.5e-3, 360e3),
    ("SRS 4 RB", 71.4e-6, 720e3),
    ("180 kHz for 2 ms", 2e-3, 180e3),
    ("180 kHz for 4 ms", 4e-3, 180e3),
    ("25 kHz for 3 ms", 3e-3, 25e3),
];

/// That the page has `text` between the marks called `name`; with `GLINT_RENEW` set it is put there instead.
fn is_on_the_page(name: &str, text: &str) {
    let page = std::fs::read_to_string(PAGE).expect("the page is there");
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let from = page.find(&begin).expect("the mark") + begin.len();
    let to = from + page[from..].find(&end).expect("the other mark");
    if std::env::var_os("GLINT_RENEW").is_some() {
        std::fs::write(PAGE, format!("{}{text}{}", &page[..from], &page[to..])).expect("the repository can be written");
        return;
    }
    assert!(
        &page[from..to] == text,
        "{PAGE} is not what the code says: run `GLINT_RENEW=1 cargo test --test detection_page -- --test-threads 1`, and look at \
         the difference"
    );
}

/// A number with thin spaces, as on the rest of the page.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

#[test]
fn the_page_lists_the_grids_as_they_are() {
    let mut text = String::from(
        "| samples a second | N | hop | bin, kHz | row, µs | noise bandwidth, bins | cells | shapes |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for rate in [250e3, 1e6, 2.4e6, 10e6, 20e6, 61.44e6] {
        let grid = Grid::for_rate(Hertz(rate));
        let shapes: usize = [Raster::CELLS, Raster::BINS].map(|raster| Shape::bank(&grid, raster).len()).iter().sum();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {:.1} | {:.1} | {:.2} | {} | {shapes} |",
            grouped(rate as u64),
            grid.n,
            grid.hop,
            grid.bin_width().0 / 1e3,
            grid.row_s() * 1e6,
            Window::SineRamp { overlap: grid.overlap() }.enbw_bins(grid.n),
            grid.cells(),
        );
    }
    is_on_the_page("grids", &text);
}

/// A shape on its raster at 2.4 MS/s.
struct Placed {
    raster: Raster,
    shape: Shape,
    seconds: f64,
    hertz: f64,
    /// What it must exceed, over the noise's mean, at 1, 100 and 1000 alarms an hour.
    ratios: [f64; 3],
    /// Places where it is looked for in an hour.
    places: f64,
}

fn bank(grid: &Grid) -> Vec<Placed> {
    let mut placed = Vec::new();
    for raster in [Raster::CELLS, Raster::BINS] {
        let bank = Shape::bank(grid, raster);
        let at = [1.0, 100.0, 1000.0].map(|per_hour| Thresholds::new(grid, raster, &bank, per_hour));
        for (i, shape) in bank.iter().enumerate() {
            let starts_per_hour = 3600.0 / (grid.row_s() * (raster.rows as u64 * shape.step) as f64);
            placed.push(Placed {
                raster,
                shape: *shape,
                seconds: grid.row_s() * (shape.rows * raster.rows) as f64,
                hertz: grid.bin_width().0 * (shape.cells * raster.bins) as f64,
                ratios: [0, 1, 2].map(|which| at[which].ratio(i)),
                places: starts_per_hour * (raster.cells(grid) + 1 - shape.cells) as f64,
            });
        }
    }
    placed
}

impl Placed {
    /// SNR that a flat burst needs to bring this box, laid over its middle, to the threshold at one alarm an hour: the box
    /// holds of the burst's energy what overlaps.
    fn snr_needed(&self, seconds: f64, hertz: f64) -> f64 {
        let overlap = self.seconds.min(seconds) * self.hertz.min(hertz);
        (self.ratios[0] - 1.0) * self.seconds * self.hertz / overlap
    }

    fn noise(&self) -> BoxNoise {
        BoxNoise::new(self.shape.cells * self.raster.bins, self.shape.rows * self.raster.rows)
    }
}

fn db(ratio: f64) -> String {
    format!("{:.2}", 10.0 * ratio.log10())
}

#[test]
fn the_page_lists_the_shapes_and_their_thresholds_as_they_are() {
    let grid = Grid::for_rate(Hertz(2.4e6));
    let bank = bank(&grid);
    let mut text = String::from(
        "| bins × rows | kHz × µs | every n-th row | share, % | degrees of freedom | threshold over the mean, dB, at 1 an hour | \
         at 1000 an hour | of these bursts the best box |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for (i, placed) in bank.iter().enumerate() {
        let Placed { raster, shape, .. } = placed;
        let best = |seconds: f64, hertz: f64| {
            let needed = |placed: &Placed| placed.snr_needed(seconds, hertz);
            (0..bank.len()).min_by(|a, b| needed(&bank[*a]).total_cmp(&needed(&bank[*b])))
        };
        let best_of: Vec<&str> =
            BURSTS.iter().filter(|(_, t, b)| best(*t, *b) == Some(i)).map(|burst| burst.0).collect();
        let _ = writeln!(
            text,
            "| {} × {} | {:.0} × {:.0} | {} | {:.1} | {:.0} | {} | {} | {} |",
            shape.cells * raster.bins,
            shape.rows * raster.rows,
            placed.hertz / 1e3,
            placed.seconds * 1e6,
            raster.rows as u64 * shape.step,
            100.0 * shape.share,
            placed.noise().dof(),
            db(placed.ratios[0]),
            db(placed.ratios[2]),
            if best_of.is_empty() { "–".to_owned() } else { best_of.join(", ") },
        );
    }
    is_on_the_page("shapes", &text);
}

#[test]
fn the_page_lists_by_how_much_the_places_are_overcounted_as_it_is() {
    let grid = Grid::for_rate(Hertz(2.4e6));
    let bank = bank(&grid);
    let mut text = String::from("| asked for an hour | sum of all places' probabilities | c |\n| --- | --- | --- |\n");
    for (asked, which) in [(1.0, 0), (100.0, 1), (1000.0, 2)] {
        let sum: f64 = bank.iter().map(|placed| placed.places * placed.noise().tail(placed.ratios[which])).sum();
        let _ = writeln!(text, "| {asked} | {sum:.1} | {:.2} |", asked / sum);
    }
    is_on_the_page("overcount", &text);
}

#[test]
fn the_best_box_of_a_known_burst_needs_little_more_than_the_limit() {
    let grid = Grid::for_rate(Hertz(2.4e6));
    let bank = bank(&grid);
    for (name, duration_s, bandwidth_hz) in BURSTS {
        let limit = BurstSearch { duration_s, bandwidth_hz, band_hz: 2.4e6, false_alarms_per_hour: 1.0 }.snr_db(0.5);
        let needed =
            bank.iter().map(|placed| placed.snr_needed(duration_s, bandwidth_hz)).fold(f64::INFINITY, f64::min);
        let over = 10.0 * needed.log10() - limit;
        assert!((0.0..1.6).contains(&over), "{name}: {over} dB over the limit");
    }
}
